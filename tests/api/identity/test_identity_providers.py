"""By which institutions people log in is told to everybody, and changed by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models.identity_provider import IdentityProvider

from identity.oidc.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings
    from rest_framework.test import APIClient

    from identity.models import User

pytestmark = pytest.mark.django_db

AT = "/api/identity-providers/"
FEDERATION = Provider(
    name="federation",
    issuer="https://proxy.example.org/",
    client_id="efp",
    client_secret="not to be told",
    label="MyAccessID",
    scopes=("openid", "profile", "voperson_id"),
    cuid_domains=("myaccessid.org",),
    waldur_name="eduteams",
)
LOCAL = Provider(name="local", issuer="http://127.0.0.1:9/", client_id="x", scopes=("openid",))


@pytest.fixture
def two(settings: Settings) -> Settings:
    settings.OIDC_PROVIDERS = (FEDERATION, LOCAL)
    settings.SITE_URL = "https://allocations.example.org"
    return settings


def test_they_are_listed_to_everybody_in_their_order_without_secrets(
    two: Settings, anonymous: APIClient, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    for client in (anonymous, as_user(dave)):
        answer = client.get(AT)
        assert (answer.status_code, answer["X-Result-Count"]) == (200, "2")
        first, second = answer.json()
        mapping = first.pop("attribute_mapping")
        assert (mapping["first_name"], mapping["email"]) == ("given_name", "email")
        assert first.pop("protected_fields") == sorted(mapping)
        assert first == {
            "provider": "eduteams",
            "label": "MyAccessID",
            "is_active": True,
            "client_id": "efp",
            "client_secret": "",
            "discovery_url": "https://proxy.example.org/.well-known/openid-configuration",
            **dict.fromkeys(("auth_url", "token_url", "userinfo_url", "logout_url"), ""),
            "management_url": "",
            "enable_pkce": True,
            "enable_post_logout_redirect": True,
            "allowed_redirects": ["https://allocations.example.org"],
            "verify_ssl": True,
            "extra_scope": "profile voperson_id",
            "extra_fields": None,
            "user_claim": "voperson_id",
            "user_field": "username",
        }
        own = ("provider", "label", "verify_ssl", "extra_scope", "user_claim")
        assert [second[key] for key in own] == ["local", "local", False, None, "sub"]
        assert b"not to be told" not in answer.content


def test_the_published_client_reads_each(two: Settings, anonymous: APIClient) -> None:
    for one in anonymous.get(AT).json():
        body: dict[str, Any] = anonymous.get(f"{AT}{one['provider']}/").json()
        assert body == one
        read = IdentityProvider.from_dict(body)
        assert (read.provider, read.label) == (one["provider"], one["label"])


def test_one_that_is_not_declared_is_not_found(two: Settings, anonymous: APIClient) -> None:
    for name in ("federation", "keycloak", "x" * 300, "a%00b", "..%2f"):
        answer = anonymous.get(f"{AT}{name}/")
        assert answer.status_code == 404, name
        assert set(answer.json()) == {"detail"}


def test_nobody_declares_changes_or_removes_one_by_the_api(
    two: Settings, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(dave)
    assert client.post(AT, {"provider": "keycloak"}, format="json").status_code == 405
    for method in (client.put, client.patch, client.delete):
        assert method(f"{AT}eduteams/").status_code == 405


def test_the_ways_to_log_in_name_institutions_where_there_are_any(
    two: Settings, anonymous: APIClient
) -> None:
    def methods() -> list[str]:
        told = anonymous.get("/api/configuration/").json()
        return list(told["WALDUR_CORE"]["AUTHENTICATION_METHODS"])

    assert methods() == ["LOCAL_SIGNIN", "SOCIAL_SIGNUP"]
    two.OIDC_PROVIDERS = ()
    assert methods() == ["LOCAL_SIGNIN"]
    assert anonymous.get(AT).json() == []


def test_they_are_paged_as_every_list_is(two: Settings, anonymous: APIClient) -> None:
    last = anonymous.get(AT, {"page_size": 1, "page": 2})
    assert [one["provider"] for one in last.json()] == ["local"]
    assert (last["X-Result-Count"], 'rel="prev"' in last["Link"]) == ("2", True)
    assert anonymous.get(AT, {"page_size": 1, "page": 3}).status_code == 404
