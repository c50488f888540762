"""The one address that the process of the streams serves, besides the probes."""

from django.urls import path, re_path

from config.django_errors import unknown
from config.streams.views import answer

urlpatterns = [
    path("api/event-feed/stream/", answer, name="event-feed-stream"),
    re_path(r"^.*$", unknown),
]
handler400 = "config.django_errors.bad_request"
handler403 = "config.django_errors.forbidden"
handler404 = "config.django_errors.not_found"
handler500 = "config.django_errors.failed"
