"""The routes of an app and of those below it, as the roof includes them."""

from django.urls import URLPattern, URLResolver, include, path
from django.views import View

from tests.chain.settings import APP
from tests.rooms import APPS

INSTALLED = APPS[: APPS.index(APP) + 1]
ABOVE = {"identity": {"marketplace-service-provider-detail": "providers/<uuid>/"}}
"""Addresses of apps above that an app's answers name: the keys are on the wire there."""

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"{app}.api.urls")) for app in reversed(INSTALLED)),
    *(path(route, View.as_view(), name=name) for name, route in ABOVE.get(APP, {}).items()),
]
