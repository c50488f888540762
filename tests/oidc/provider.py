"""A real OpenID provider for tests, and a browser that goes its way through it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from standalone import identity_provider
from standalone.identity_provider import IdentityProvider
from standalone.rabbitmq_node import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from identity.oidc.providers import Provider


def is_needed_and_missing() -> bool:
    """Tell whether tests with a provider are left out here; CI has one and leaves nothing out."""
    return identity_provider.installed() is None and not os.environ.get("CI")


@contextmanager
def running_provider(folder: Path, service: str, **more: Any) -> Iterator[IdentityProvider]:
    """Run a provider for a while; where none is built, the test is skipped, but never in CI."""
    if is_needed_and_missing():
        pytest.skip(identity_provider.MISSING)
    with IdentityProvider(folder, free_port(), service, **more) as provider:
        yield provider


ADA = "ada0815@myaccessid.org"
YES = {"account": "ada", "mfa": "yes", "act": "login"}
"""What somebody fills in at the provider, if nothing else is wanted."""


class Browser:
    """Follows redirects and forms between the provider and the test client of the service."""

    def __init__(self, client: Client, service: str) -> None:
        """Take the client of the service, and where browsers reach it."""
        self.client, self.service = client, service
        self.abroad = httpx.Client(timeout=30)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.abroad.close()

    def ask_service(self, url: str) -> Any:
        """Get a page of the service."""
        parts = urlsplit(url)
        return self.client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    def to_provider(self, url: str, **form: str) -> str:
        """Follow a redirect to the provider, log in, and return where the browser is sent back."""
        answer = self.go(url)
        if answer.is_redirect:
            return str(answer.headers["location"])
        page = self.abroad.post(urljoin(str(answer.url), action_of(answer.text)), data=form)
        back = self.follow(page)
        assert back.is_redirect, back.text
        return urljoin(str(back.url), back.headers["location"])

    def go(self, url: str) -> httpx.Response:
        """Get a page of the provider, through its own redirects."""
        return self.follow(self.abroad.get(url))

    def follow(self, answer: httpx.Response) -> httpx.Response:
        home = urlsplit(str(answer.url)).netloc
        while answer.is_redirect:
            location = urljoin(str(answer.url), answer.headers["location"])
            if urlsplit(location).netloc != home:
                break
            answer = self.abroad.get(location)
        return answer


def action_of(page: str) -> str:
    """Return where the form of a page is sent."""
    found = re.search(r'<form[^>]*action="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def log_in(browser: Browser, name: str = "local", next_url: str = "", **form: str) -> Any:
    """Go the whole way, and return what the service answers in the end."""
    query = f"?next={next_url}" if next_url else ""
    begun = browser.ask_service(f"/oidc/{name}/login/{query}")
    assert begun.status_code == 302, begun.content
    return browser.ask_service(browser.to_provider(begun.url, **{**YES, **form}))


def who(browser: Browser) -> str | None:
    """Return who the service takes the browser for."""
    answer = browser.client.get("/api/users/me/")
    return answer.json()["username"] if answer.status_code == 200 else None


def title_of(page: Any) -> tuple[int, str]:
    return page.status_code, page.content.decode().partition("<h1>")[2].partition("</h1>")[0]


def demand(settings: Settings, provider: Provider, **more: Any) -> Provider:
    """Have the service ask more of the provider's people."""
    made = replace(provider, **more)
    settings.OIDC_PROVIDERS = (made,)
    return made
