"""Several at once: sources that tell of one person, programs that want one name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocations.models import OfferingUser, ProjectServiceAccount
from allocations.services import membership, shared_accounts
from identity.models import Customer, Event, Project, User
from identity.roles import RoleName
from identity.services import bridge
from tests.concurrency.racing import RACERS, race_each
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_sources_that_tell_of_somebody_new_one_registers_them(
    dave: User, now: datetime
) -> None:
    got = race_each(
        lambda number: bridge.push(
            username="asa",
            source=f"isd:{number}",
            attributes={"email": f"asa@{number}.eu"},
            actor=dave,
            now=now,
        )
    )

    assert sorted(told.created for told in got) == [False] * (RACERS - 1) + [True]
    user = User.objects.get(username="asa")
    assert sorted(user.active_isds) == [f"isd:{number}" for number in range(RACERS)]
    assert user.email == f"asa@{user.attribute_sources['email']['source'][-1]}.eu"
    assert Event.objects.filter(kind="user.created").count() == 1


def test_of_several_programs_that_want_a_name_one_gets_it(
    project: Project, pi: User, now: datetime
) -> None:
    got = race_each(
        lambda _: shared_accounts.open_for_project(
            project=project, username="bot", actor=pi, now=now
        )
    )

    assert sum(isinstance(one, tuple) for one in got) == 1
    assert sum(isinstance(one, shared_accounts.SharedNameTaken) for one in got) == RACERS - 1
    assert ProjectServiceAccount.objects.count() == 1


def test_programs_of_project_and_organisation_that_prefer_a_name_share_none(
    project: Project, allocator: Customer, alice: User, now: datetime
) -> None:
    def action(number: int) -> Any:
        asked: dict[str, Any] = {"preferred_identifier": "bot", "actor": alice, "now": now}
        if number % 2:
            return shared_accounts.open_for_project(project=project, **asked)[0].username
        return shared_accounts.open_for_customer(customer=allocator, **asked)[0].username

    assert sorted(race_each(action)) == [
        "bot",
        *(f"bot-{number}" for number in range(2, RACERS + 1)),
    ]


def test_there_are_never_more_programs_than_staff_allow(
    project: Project, pi: User, now: datetime
) -> None:
    Project.objects.update(max_service_accounts=2)

    got = race_each(lambda _: shared_accounts.open_for_project(project=project, actor=pi, now=now))

    assert sum(isinstance(one, tuple) for one in got) == 2
    assert sum(isinstance(one, shared_accounts.TooManyAccounts) for one in got) == RACERS - 2


def test_people_who_are_numbered_at_once_get_different_numbers(
    provider: Customer, project: Project, now: datetime
) -> None:
    options = {membership.MANAGED: True, "username_generation_policy": "anonymized"}
    offering = HpcOfferingFactory(customer=provider, plugin_options=options)
    ResourceFactory(project=project, offering=offering)
    people = [UserFactory() for _ in range(RACERS)]
    for user in people:
        GrantFactory(user=user, role=RoleName.PROJECT_MEMBER, scope=project)

    got = race_each(
        lambda number: membership.reconcile(user=people[number], offering=offering, now=now)
    )

    assert [one for one in got if isinstance(one, Exception)] == []
    names = OfferingUser.objects.order_by("username").values_list("username", flat=True)
    assert list(names) == [f"walduruser_{number:05d}" for number in range(RACERS)]
