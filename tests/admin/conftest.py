"""Browsers that are logged in to the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.test import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User


@pytest.fixture(autouse=True)
def _without_sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what is the same on every page, and takes a third of the time to render."""
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", False)


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
