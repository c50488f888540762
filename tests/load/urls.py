"""The service's addresses and the floors', as a bench server has them."""

from django.urls import include, path

urlpatterns = [
    path("", include("config.urls")),
    path("bench/floor/", include("config.load.bench.floor")),
]
