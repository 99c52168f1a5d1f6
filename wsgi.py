"""The application a server runs: granian, gunicorn or any other that speaks WSGI."""

from hrsite import collecting, create_app, giving_back
from hrsite.newsletter import spooling
from hrsite.settings import reading

giving_back.give_back_early()
application = create_app()
with application.app_context():
    reading.warm()
spooling.make_room(application.config["DATA_DIR"])
if (filing := application.extensions["front_door"].filing) is not None:
    filing.start()
collecting.spare_what_is_there()
