"""What the log can be asked for, in Waldur's words, and how much happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from config.event_kinds import CATALOGUE
from identity.event_catalogue import OWN_GROUPS, Group
from tests.factories.identity import EventFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(as_user: Callable[[User], APIClient], alice: User, project: Project) -> Callable[..., Any]:
    """Ask as alice, in whose project something happened four times in three months."""
    months = ((2019, 12), (2020, 1), (2020, 1), (2020, 3))
    for number, (year, month) in enumerate(months):
        kind = "order.done" if number else "project.updated"
        moment = datetime(year, month, 5, tzinfo=UTC)
        EventFactory(kind=kind, project=project, created=moment)
    client = as_user(alice)
    return lambda path: client.get(f"/api/{path}").json()


OLD = "created_to=1600000000"


def test_events_are_counted_as_they_are_listed(
    ask: Callable[..., Any], as_user: Callable[[User], APIClient], mallory: User
) -> None:
    assert ask(f"events/count/?{OLD}") == {"count": 4}
    assert ask(f"events/count/?{OLD}&event_type=marketplace_order_completed") == {"count": 3}
    outside = as_user(mallory).get(f"/api/events/count/?{OLD}")
    assert outside.json() == {"count": 0}


def test_months_are_counted_without_those_in_which_nothing_happened(
    ask: Callable[..., Any], as_user: Callable[[User], APIClient], mallory: User
) -> None:
    december = {"year": 2019, "month": 12, "count": 1}
    january, march = ({"year": 2020, "month": m, "count": c} for m, c in ((1, 2), (3, 1)))
    assert ask(f"events-stats/?{OLD}") == [december, january, march]
    assert ask(f"events-stats/?{OLD}&feature=resources") == [january, march]
    assert ask(f"events-stats/?{OLD}&page_size=2&page=2&o=-created") == [march]
    assert as_user(mallory).get(f"/api/events-stats/?{OLD}").json() == []


def test_groups_have_the_names_under_which_events_are_told(ask: Callable[..., Any]) -> None:
    groups = ask("events/event_groups/")
    assert sorted(groups) == sorted(Group)
    assert groups["auth"] == [
        "auth_logged_in_with_oauth",
        "auth_logged_out",
        "linked_identity.added",
        "linked_identity.removed",
        "token.expiring",
        "token.networks_changed",
        "token.revoked",
        "token_created",
    ]
    assert groups["ssh"] == ["ssh_key_creation_succeeded", "ssh_key_deletion_succeeded"]


def test_editors_of_waldurs_are_offered_what_they_know_alone(ask: Callable[..., Any]) -> None:
    groups = ask("metadata/events/")["event_groups"]
    assert sorted(groups) == sorted(set(Group) - OWN_GROUPS)
    assert groups["auth"] == ["auth_logged_in_with_oauth", "auth_logged_out", "token_created"]
    assert {name for names in groups.values() for name in names} == {
        kind.waldur for kind in CATALOGUE if kind.waldur and kind.group not in OWN_GROUPS
    }


def test_what_an_event_can_happen_to_can_be_a_feature(ask: Callable[..., Any]) -> None:
    types = ask("events/scope_types/")
    assert types == sorted(types)
    assert {"order", "project", "resource", "user"} <= set(types)
    assert ask(f"events/count/?{OLD}&feature=order") == {"count": 3}
