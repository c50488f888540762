"""`OPTIONS` says of an address what the published document says of it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "beginning"),
    [
        ("/api/marketplace-orders/", "An order asks for a new allocation"),
        ("/api/projects/00000000000000000000000000000000/events/", "List the events of a project."),
        ("/api/invoices/", "An invoice of an organization."),
    ],
)
def test_options_answers_the_text_for_integrators(
    address: str, beginning: str, as_user: Callable[[User], APIClient]
) -> None:
    described = as_user(UserFactory()).options(address).json()["description"]
    assert described.startswith(beginning)
    assert ":raises" not in described
    assert "{" not in described
