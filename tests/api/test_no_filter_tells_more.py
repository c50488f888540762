"""A filter, an ordering or a search tells a caller nothing that the lists do not show them.

For every column that any of them reads there are two worlds that differ in it alone, in the rows of
which the caller sees no difference; then no question may tell the worlds apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common.api import filtersets
from identity.roles import RoleName
from tests.api.words import every_word
from tests.api.worlds import Asker, lists_by_model, questions
from tests.factories.identity import GrantFactory, UserFactory
from tests.world import populate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(project: Project, provider: Customer, bob: User, now: datetime) -> World:
    return populate(project=project, provider=provider, member=bob, now=now)


@pytest.fixture
def olga(world: World) -> User:
    user = UserFactory(username="olga")
    GrantFactory(user=user, scope=world.offering, role=RoleName.OFFERING_MANAGER)
    return user


def test_every_method_of_a_filter_declares_what_it_reads() -> None:
    assert all(isinstance(asked.declared.columns, tuple) for asked in every_word())


@pytest.mark.parametrize("caller", ["anonymous", "mallory", "bob", "pi", "carol", "olga"])
def test_no_question_tells_apart_what_the_lists_show_as_the_same(
    caller: str,
    world: World,
    dave: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
    request: pytest.FixtureRequest,
) -> None:
    """Outsider, member, manager, the provider's owner, an offering's manager; staff see it all."""
    user = None if caller == "anonymous" else request.getfixturevalue(caller)
    asker = Asker(as_user(user) if user else anonymous)
    asked_of, lists = questions(), lists_by_model()
    told = [
        query
        for column, asked in asked_of.items()
        for query in asker.told_apart(column, asked, lists[column.model])
    ]
    assert told == []


def test_the_questions_would_tell_if_the_rule_were_not(
    world: World, carol: User, dave: User, as_user: Callable[[User], APIClient], monkeypatch: Any
) -> None:
    monkeypatch.setattr(filtersets, "readable", lambda *args, **kwargs: None)
    asker, lists = Asker(as_user(carol)), lists_by_model()
    told = {
        column.name
        for column, asked in questions().items()
        if column.name in {"agreement_number", "registration_code"}
        and asker.told_apart(column, asked, lists[column.model])
    }
    assert told == {"agreement_number", "registration_code"}
