"""The one address that the process of the streams serves, besides the probes."""

from django.urls import path, re_path

from config.refusals import unknown
from config.streams.views import answer

urlpatterns = [
    path("api/event-feed/stream/", answer, name="event-feed-stream"),
    re_path(r"^.*$", unknown),
]
handler400 = "config.refusals.bad_request"
handler403 = "config.refusals.forbidden"
handler404 = "config.refusals.not_found"
handler500 = "config.refusals.failed"
