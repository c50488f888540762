"""`/api/version/`, `/api/configuration/` and the root of the API; anybody may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from common.api.access import PUBLIC, Rule
from common.api.actions import Declared
from common.api.viewsets import ApiViewSet
from identity.oidc import providers

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

ROOTS = (
    "customer",
    "event",
    "marketplace-category",
    "marketplace-component-usage",
    "marketplace-component-user-usage",
    "marketplace-offering-user",
    "marketplace-order",
    "marketplace-plan",
    "marketplace-provider-offering",
    "marketplace-provider-resource",
    "marketplace-public-offering",
    "marketplace-resource",
    "marketplace-service-provider",
    "project",
    "role",
    "sshkey",
    "user",
)


class Version(serializers.Serializer[Any]):
    """The release that answers."""

    version = serializers.CharField(help_text="The running release.")
    latest_version = serializers.CharField(required=False, help_text="Never sent.")
    changelog_summary = serializers.DictField(required=False, help_text="Never sent.")


class VersionViewSet(ApiViewSet):
    """The version of the service."""

    access: ClassVar[dict[str, Rule]] = {"about": PUBLIC}

    def about(self, request: Request) -> Response:
        """Get the version of the service.

        The release that answers.
        """
        return self.answer({"version": settings.VERSION})

    about.api = Declared(output=Version)  # type: ignore[attr-defined]


class ConfigurationViewSet(ApiViewSet):
    """What a front end needs to know before anybody has logged in."""

    access: ClassVar[dict[str, Rule]] = {"about": PUBLIC}

    def about(self, request: Request) -> Response:
        """Get the public settings of the service.

        The name of the site, the ways to log in, and what else a user interface needs before
        anybody has logged in.
        """
        return self.answer(
            {
                "WALDUR_CORE": {
                    "SITE_NAME": settings.SITE_NAME,
                    "SITE_EMAIL": settings.SITE_EMAIL,
                    "AUTHENTICATION_METHODS": authentication_methods(),
                    "OECD_FOS_2007_CODE_MANDATORY": False,
                },
                "WALDUR_MARKETPLACE": {"ANONYMOUS_USER_CAN_VIEW_OFFERINGS": True},
                "LANGUAGES": [list(language) for language in (("en", "English"),)],
                "LANGUAGE_CODE": settings.LANGUAGE_CODE,
            }
        )

    about.api = Declared(output=OpenApiTypes.OBJECT)  # type: ignore[attr-defined]


def authentication_methods() -> list[str]:
    """Return the ways to log in, in Waldur's words: by a password, and by institutions if any."""
    return ["LOCAL_SIGNIN", *(["SOCIAL_SIGNUP"] if providers.configured() else [])]


class RootViewSet(ApiViewSet):
    """The addresses of the collections."""

    access: ClassVar[dict[str, Rule]] = {"about": PUBLIC}

    def about(self, request: Request) -> Response:
        """List the collections of the API.

        Each with its URL.
        """
        names = {name: reverse(f"{name}-list") for name in ROOTS}
        return self.answer(
            {
                path.split("/")[2]: request.build_absolute_uri(path)
                for path in sorted(names.values())
            }
        )

    about.api = Declared(output=OpenApiTypes.OBJECT)  # type: ignore[attr-defined]
