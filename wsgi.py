"""The application a server runs: granian, gunicorn or any other that speaks WSGI."""

from hrsite import create_app

application = create_app()
