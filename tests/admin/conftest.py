"""Browsers that are logged in to the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User


@pytest.fixture(autouse=True)
def _cheap_pages(without_sidebar: None) -> None:
    """Render what differs from page to page."""


@pytest.fixture
def browser() -> Callable[[User], Client]:
    """Return a maker of browsers in which somebody is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return logged_in


@pytest.fixture
def staff(dave: User, browser: Callable[[User], Client]) -> Client:
    """Return dave's browser."""
    return browser(dave)
