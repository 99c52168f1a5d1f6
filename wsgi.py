"""The application a server runs: granian, gunicorn or any other that speaks WSGI."""

from hrsite import create_app, giving_back, serving

giving_back.give_back_early()
application = serving.get_ready(create_app())
