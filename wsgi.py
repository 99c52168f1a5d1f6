"""The application for a server of your choice that speaks WSGI; `hrsite serve` brings its own."""

from hrsite import create_app, giving_back, serving

giving_back.give_back_early()
application = serving.get_ready(create_app())
