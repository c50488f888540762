"""The WSGI application of the streams: Django with its middleware, and addresses of its own."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)


class StreamRequest(WSGIRequest):
    """A request to this process."""

    urlconf = "config.streams.urls"


class StreamHandler(WSGIHandler):
    """Serves streams."""

    request_class = StreamRequest


application = StreamHandler()
