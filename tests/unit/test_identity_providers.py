"""Providers are declared in the environment; what could not work stops the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.identity_providers import declared
from identity.oidc.providers import Provider
from tests.cases import each

GOOD = {
    "OIDC_PROVIDERS": "myaccessid,acc-one",
    "OIDC_MYACCESSID_ISSUER": "https://proxy.example.org",
    "OIDC_MYACCESSID_CLIENT_ID": "efp",
    "OIDC_MYACCESSID_CLIENT_SECRET": "hush",
    "OIDC_MYACCESSID_LABEL": "MyAccessID",
    "OIDC_MYACCESSID_SCOPES": "openid, profile,email,voperson_id",
    "OIDC_MYACCESSID_ACR_VALUES": "https://refeds.org/profile/mfa",
    "OIDC_MYACCESSID_MAX_AGE": "3600",
    "OIDC_MYACCESSID_ASSURANCE": "https://refeds.org/assurance/IAP/medium",
    "OIDC_MYACCESSID_AUDIENCE": "efp-api",
    "OIDC_MYACCESSID_INTROSPECTION": "true",
    "OIDC_MYACCESSID_CUID_DOMAINS": "MyAccessID.org",
    "OIDC_MYACCESSID_WALDUR_NAME": "eduteams",
    "OIDC_ACC_ONE_ISSUER": "http://localhost:3000/idp",
    "OIDC_ACC_ONE_CLIENT_ID": "efp",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_several_stand_side_by_side_each_with_its_own(environment: pytest.MonkeyPatch) -> None:
    assert declared() == (
        Provider(
            name="myaccessid",
            issuer="https://proxy.example.org",
            client_id="efp",
            client_secret="hush",
            label="MyAccessID",
            scopes=("openid", "profile", "email", "voperson_id"),
            acr_values=("https://refeds.org/profile/mfa",),
            max_age=3600,
            assurance=("https://refeds.org/assurance/IAP/medium",),
            audience="efp-api",
            introspects=True,
            cuid_domains=("myaccessid.org",),
            waldur_name="eduteams",
        ),
        Provider(
            name="acc-one", issuer="http://localhost:3000/idp", client_id="efp", label="acc-one"
        ),
    )
    assert "hush" not in repr(declared())


def test_nobody_has_to_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OIDC_PROVIDERS", raising=False)
    assert declared() == ()


@each(
    ("name", "value", "said"),
    [
        ("OIDC_PROVIDERS", "MyAccessID", "small letters"),
        ("OIDC_PROVIDERS", "a/b", "small letters"),
        ("OIDC_PROVIDERS", "myaccessid,myaccessid", "names occur twice"),
        ("OIDC_PROVIDERS", "other", "OIDC_OTHER_ISSUER is required"),
        ("OIDC_MYACCESSID_CLIENT_ID", "", "OIDC_MYACCESSID_CLIENT_ID is required"),
        ("OIDC_MYACCESSID_ISSUER", "ftp://example.org", "begins with https"),
        ("OIDC_MYACCESSID_ISSUER", "http://example.org", "must begin with https"),
        ("OIDC_MYACCESSID_ISSUER", "http://localhost.example.org", "must begin with https"),
        ("OIDC_MYACCESSID_ISSUER", "https://a@example.org", "without"),
        ("OIDC_MYACCESSID_ISSUER", "https://example.org/?x", "without"),
        ("OIDC_MYACCESSID_SCOPES", "profile", "must hold openid"),
        ("OIDC_MYACCESSID_MAX_AGE", "soon", "OIDC_MYACCESSID_MAX_AGE must be a whole number"),
        ("OIDC_MYACCESSID_AUDIENCE", "", "needs OIDC_MYACCESSID_AUDIENCE"),
        ("OIDC_MYACCESSID_WALDUR_NAME", "tara", "one of eduteams, keycloak"),
        ("OIDC_ACC_ONE_WALDUR_NAME", "eduteams", "WALDUR_NAME occur twice"),
        ("OIDC_ACC_ONE_ISSUER", "https://proxy.example.org", "clients occur twice"),
        ("OIDC_ACC_ONE_INTROSPECTION", "true", "needs OIDC_ACC_ONE_AUDIENCE"),
    ],
)
def test_the_start_stops_at(name: str, value: str, said: str) -> None:
    with pytest.MonkeyPatch.context() as environment:
        for good in GOOD.items():
            environment.setenv(*good)
        environment.setenv(name, value)
        with pytest.raises(ImproperlyConfigured, match=said):
            declared()
