"""Routes of what the service says about itself."""

from django.urls import path

from config.about.views import ConfigurationViewSet, RootViewSet, VersionViewSet

urlpatterns = [
    path("", RootViewSet.as_view({"get": "about"}), name="api-root"),
    path("version/", VersionViewSet.as_view({"get": "about"}), name="version"),
    path("configuration/", ConfigurationViewSet.as_view({"get": "about"}), name="configuration"),
]
