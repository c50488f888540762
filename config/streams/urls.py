"""The one address that the process of the streams serves, besides the probes."""

from django.urls import path, re_path

from config.streams.views import stream
from config.urls import unknown

urlpatterns = [
    path("api/event-feed/stream/", stream, name="event-feed-stream"),
    re_path(r"^.*$", unknown),
]
