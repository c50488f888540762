"""`/api/identity-providers/`: by which institutions people log in, as the operator declared them.

Providers are declared in the environment (docs/people.md), so that nobody who takes over a staff
account can send everybody's logins elsewhere: what Waldur changes here is read here alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from common.api import paging
from common.api.access import PUBLIC, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from identity.oidc import claims, providers

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.oidc.providers import Provider

DISCOVERED = "Always empty: `discovery_url` leads to it."


class IdentityProviderOutput(serializers.Serializer[Any]):
    """A provider of identities, by which people log in."""

    provider = serializers.CharField(
        help_text="The name by which it is asked for; those called eduteams and keycloak are logged"
        " in by at `/api-auth/{provider}/init/`."
    )
    label = serializers.CharField(  # type: ignore[assignment]  # a field has a label, too
        help_text="What people know it by, such as on a button."
    )
    is_active = serializers.BooleanField(help_text="Always true: others are not declared.")
    client_id = serializers.CharField(help_text="What the service is called there.")
    client_secret = serializers.CharField(help_text="Always empty: it is told to nobody.")
    discovery_url = serializers.URLField(help_text="Where it describes itself.")
    auth_url = serializers.CharField(help_text=DISCOVERED)
    token_url = serializers.CharField(help_text=DISCOVERED)
    userinfo_url = serializers.CharField(help_text=DISCOVERED)
    logout_url = serializers.CharField(help_text=DISCOVERED)
    management_url = serializers.CharField(help_text="Always empty: none is known.")
    enable_pkce = serializers.BooleanField(
        help_text="Always true: every login is protected by PKCE."
    )
    enable_post_logout_redirect = serializers.BooleanField(
        help_text="Always true: who logs out is led there, and back."
    )
    allowed_redirects = serializers.ListField(
        child=serializers.CharField(),
        help_text="Where people may be led after a login: to this service alone.",
    )
    verify_ssl = serializers.BooleanField(
        help_text="Whether its certificates are looked at: always, but on the service's machine."
    )
    extra_scope = serializers.CharField(
        allow_null=True, help_text="What is asked for beside `openid`, by spaces; null is nothing."
    )
    extra_fields = serializers.CharField(
        allow_null=True, help_text="Always null: all claims that are known are taken."
    )
    user_claim = serializers.CharField(help_text="The claim that names a person.")
    user_field = serializers.CharField(help_text="What it becomes of the person: their user name.")
    attribute_mapping = serializers.DictField(
        help_text="The claim that each attribute of a person is taken from."
    )
    protected_fields = serializers.ListField(
        child=serializers.CharField(),
        help_text="Attributes that it tells of a person, who does not change them here.",
    )


class IdentityProviderViewSet(ApiViewSet):
    """Providers of identities."""

    noun = Noun("a provider of identities", "providers of identities")
    output = IdentityProviderOutput
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}

    def list(self, request: Request) -> Response:
        """List the providers of identities by which people log in.

        In the order in which they are shown on the login page. The operator declares them; here
        they cannot be changed. Secrets are shown to nobody.
        """
        return paging.few([described(one) for one in providers.configured()], request)

    def retrieve(self, request: Request, provider: str) -> Response:
        """Get a provider of identities.

        By its name; 404 where none is declared that has it.
        """
        found = providers.shown_as(provider)
        return self.answer(described(found))


ALWAYS: dict[str, Any] = {
    "is_active": True,
    "client_secret": "",
    "auth_url": "",
    "token_url": "",
    "userinfo_url": "",
    "logout_url": "",
    "management_url": "",
    "enable_pkce": True,
    "enable_post_logout_redirect": True,
    "extra_fields": None,
    "user_field": "username",
    "attribute_mapping": claims.MAPPED,
    "protected_fields": sorted(claims.MAPPED),
}
"""What is said of each."""


def described(provider: Provider) -> dict[str, Any]:
    """Return what is told of a provider: what every browser that is sent there sees."""
    beside = " ".join(one for one in provider.scopes if one != "openid")
    return {
        "provider": provider.shown_name,
        "label": provider.label or provider.name,
        "client_id": provider.client_id,
        "discovery_url": provider.discovery_url,
        "allowed_redirects": [settings.SITE_URL],
        "verify_ssl": not provider.is_local,
        "extra_scope": beside or None,
        "user_claim": "voperson_id" if provider.cuid_domains else "sub",
        **ALWAYS,
    }
