"""Several who import, report or limit the same at once: one does, the others are told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounting.models import ComponentUserUsageLimit
from accounting.services import user_limits
from allocations.models import BackendResource, BackendResourceRequest
from allocations.services import accounts, backend_resources, imports
from common.machine import IllegalTransition
from identity.models import Event
from marketplace.models import Order, Resource, ResourcePlanPeriod
from marketplace.services import importing, partitions
from tests.concurrency.racing import RACERS, lost, race_same
from tests.factories.accounting import ComponentUserUsageLimitFactory
from tests.factories.allocations import (
    BackendResourceFactory,
    BackendResourceRequestFactory,
    OfferingUserFactory,
)
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_waits_is_taken_over_once(project: Project, now: datetime) -> None:
    found, actor = BackendResourceFactory(project=project), UserFactory()

    got = race_same(lambda: backend_resources.take_over(found, actor=actor, now=now))

    assert lost(got, backend_resources.NotWaiting) == RACERS - 1
    assert (Resource.objects.count(), Order.objects.count()) == (1, 1)
    assert ResourcePlanPeriod.objects.count() == 1
    assert not BackendResource.objects.exists()
    assert Event.objects.filter(kind="resource.created").count() == 1


def test_a_name_at_the_site_becomes_one_allocation(project: Project, now: datetime) -> None:
    """Even if each of the racers has found it on its own."""
    offering, actor = HpcOfferingFactory(), UserFactory()
    found = importing.Found(offering, project, "hpc_old", "hpc_old", {"cpu_k_hours": 1})

    got = race_same(lambda: importing.take_over(found, actor=actor, now=now))

    assert lost(got, importing.AlreadyHere) == RACERS - 1
    assert Resource.objects.get().backend_id == "hpc_old"
    project.refresh_from_db()
    assert project.marketplace_resource_count == {offering.category.uuid.hex: 1}


def test_what_a_site_has_is_reported_once(project: Project, now: datetime) -> None:
    offering, actor = HpcOfferingFactory(), UserFactory()

    def report() -> BackendResource:
        return backend_resources.report(
            offering=offering,
            project=project,
            name="hpc_old",
            backend_id="hpc_old",
            actor=actor,
            now=now,
        )

    assert lost(race_same(report), backend_resources.ReportedAlready) == RACERS - 1
    assert BackendResource.objects.count() == 1


def test_a_search_is_begun_by_one_and_ended_by_one(now: datetime) -> None:
    asked, actor = BackendResourceRequestFactory(), UserFactory()

    def begin() -> None:
        imports.start(BackendResourceRequest.objects.get(pk=asked.pk), actor=actor, now=now)

    def end() -> None:
        imports.complete(BackendResourceRequest.objects.get(pk=asked.pk), actor=actor, now=now)

    for action, kind in ((begin, "import.processing"), (end, "import.done")):
        assert lost(race_same(action), IllegalTransition) == RACERS - 1
        assert Event.objects.filter(kind=kind).count() == 1


def test_a_person_gets_one_limit_on_a_component(now: datetime) -> None:
    resource, actor = ResourceFactory(), UserFactory()
    account = OfferingUserFactory(offering=resource.offering, username="bob1")
    GrantFactory(user=account.user, scope=resource.project)
    component = resource.offering.components.get(type="cpu_k_hours").uuid

    def limit() -> ComponentUserUsageLimit:
        return user_limits.create(
            resource=resource, component=component, account="bob1", actor=actor, now=now
        )

    assert lost(race_same(limit), user_limits.LimitExists) == RACERS - 1
    assert ComponentUserUsageLimit.objects.count() == 1


def test_an_account_that_is_removed_at_the_same_time_leaves_no_limit(
    now: datetime,
) -> None:
    resource, actor = ResourceFactory(), UserFactory()
    account = OfferingUserFactory(offering=resource.offering, username="bob1")
    GrantFactory(user=account.user, scope=resource.project)
    component = resource.offering.components.get(type="cpu_k_hours").uuid
    actions = [lambda: accounts.remove(account, actor=actor, now=now)]

    def either() -> Any:
        if actions:
            return actions.pop()()
        return user_limits.create(
            resource=resource, component=component, account="bob1", actor=actor, now=now
        )

    got = race_same(either)

    refusals = [one for one in got if isinstance(one, Exception)]
    assert {type(one) for one in refusals} <= {user_limits.UnknownAccount, user_limits.LimitExists}
    assert not ComponentUserUsageLimit.objects.exists()


def test_a_limit_is_removed_once(now: datetime) -> None:
    row, actor = ComponentUserUsageLimitFactory(), UserFactory()

    got = race_same(lambda: user_limits.remove(row, actor=actor, now=now))

    assert lost(got, user_limits.LimitGone) == RACERS - 1
    assert Event.objects.filter(kind="user_limit.removed").count() == 1


def test_a_partition_is_added_once(now: datetime) -> None:
    offering, actor = HpcOfferingFactory(), UserFactory()

    got = race_same(lambda: partitions.add(offering, partition_name="gpu", actor=actor, now=now))

    assert lost(got, partitions.PartitionExists) == RACERS - 1
    assert offering.partitions.count() == 1
