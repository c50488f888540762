from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.oidc import published
from identity.oidc.providers import Provider
from standalone.identity_provider import CLIENT, PEOPLE, SECRET
from tests.browser.chromium import Person, chromium
from tests.oidc.provider import running_provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer
    from selenium.webdriver import Chrome

    from standalone.identity_provider import IdentityProvider


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for the tests of a file."""
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def person(driver: Chrome, live_server: LiveServer, settings: Settings) -> Person:
    """Somebody who was never here."""
    settings.SITE_URL = live_server.url
    return Person(driver, live_server.url)


@pytest.fixture(scope="module")
def idp(
    live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IdentityProvider]:
    """A real provider of identities for the tests of a file."""
    with running_provider(tmp_path_factory.mktemp("idp"), live_server.url) as running:
        yield running


@pytest.fixture
def provider(idp: IdentityProvider, settings: Settings) -> Iterator[Provider]:
    """The real provider as the service knows it."""
    published.forget()
    found = Provider(
        name="local",
        issuer=idp.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        label="Example University",
        cuid_domains=("myaccessid.org",),
    )
    assert "ada" in PEOPLE
    settings.OIDC_PROVIDERS = (found,)
    yield found
    published.forget()
