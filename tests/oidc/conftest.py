from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from identity.oidc import published
from identity.oidc.providers import Provider
from standalone.identity_provider import AUDIENCE, CLIENT, PEOPLE, SECRET
from tests.oidc.provider import Browser, running_provider
from tests.oidc.publisher import publishing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from standalone.identity_provider import IdentityProvider
    from tests.oidc.publisher import Publisher

SERVICE = "http://testserver"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """No test sees what another one's provider published."""
    published.forget()
    yield
    published.forget()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A provider that behaves as the test wants."""
    with publishing() as running:
        yield running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    """A real provider for the tests of a file."""
    with running_provider(tmp_path_factory.mktemp("idp"), SERVICE) as provider:
        yield provider


@pytest.fixture
def idp(running: IdentityProvider) -> IdentityProvider:
    """The real provider, with the people that it has at first."""
    running.realm["accounts"] = {name: dict(claims) for name, claims in PEOPLE.items()}
    running.write()
    return running


@pytest.fixture
def provider(idp: IdentityProvider, settings: Settings) -> Provider:
    """The real provider as the service knows it."""
    found = Provider(
        name="local",
        issuer=idp.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        label="Example University",
        audience=AUDIENCE,
        introspects=True,
        cuid_domains=("myaccessid.org",),
        waldur_name="eduteams",
    )
    settings.OIDC_PROVIDERS, settings.SITE_URL = (found,), SERVICE
    return found


@pytest.fixture
def browser(provider: Provider) -> Iterator[Browser]:
    """A browser of somebody who is nowhere logged in."""
    with Browser(Client(), SERVICE) as opened:
        yield opened
