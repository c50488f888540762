"""Several who ask or report something of the same key at once: one does, or all agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocations.models import ResourceApiKey
from allocations.services import api_key_reports, api_keys
from allocations.services.api_key_steps import PROVISIONED
from common.machine import IllegalTransition
from common.sealing import unseal
from identity.models import Event
from tests.concurrency.racing import RACERS, at_once, lost, race, race_same
from tests.factories.allocations import ResourceApiKeyFactory
from tests.factories.identity import UserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Resource

pytestmark = pytest.mark.django_db(transaction=True)


def a_resource() -> Resource:
    offering = HpcOfferingFactory(plugin_options={PROVISIONED: True})
    resource: Resource = ResourceFactory(offering=offering)
    return resource


def count(kind: str) -> int:
    return Event.objects.filter(kind=f"api_key.{kind}").count()


def test_a_rotation_is_asked_for_once(now: datetime) -> None:
    key, actor = ResourceApiKeyFactory(resource=a_resource()), UserFactory()
    got = race_same(lambda: api_keys.rotate(key, actor=actor, now=now))
    assert lost(got, IllegalTransition) == RACERS - 1
    assert count("rotate_requested") == 1


def test_of_two_wishes_at_once_the_site_gets_one(now: datetime) -> None:
    key, actor = ResourceApiKeyFactory(resource=a_resource()), UserFactory()
    got = race(
        *(
            lambda service=service: service(key, actor=actor, now=now)
            for service in (api_keys.rotate, api_keys.pause, api_keys.revoke)
        )
    )
    assert lost(got, IllegalTransition) == 2
    key.refresh_from_db()
    assert count(f"{key.pending_action}_requested") == 1
    assert Event.objects.filter(kind__startswith="api_key.").count() == 1


def test_a_key_is_reported_once(now: datetime) -> None:
    resource, actor = a_resource(), UserFactory()
    reported = at_once(
        lambda _: api_key_reports.report_created(
            resource=resource, client_id="c-1", api_key="sk-1", actor=actor, now=now
        )
    )
    assert {key.pk for key in reported} == {ResourceApiKey.objects.get().pk}
    assert (count("created"), count("rotated")) == (1, 0)


def test_values_reported_at_once_leave_the_last_one(now: datetime) -> None:
    key, actor = ResourceApiKeyFactory(resource=a_resource()), UserFactory()
    at_once(
        lambda number: api_key_reports.set_key(key, api_key=f"sk-{number}", actor=actor, now=now)
    )
    key.refresh_from_db()
    assert (key.state, count("rotated")) == ("OK", RACERS)
    assert unseal(key.sealed) in {f"sk-{number}" for number in range(RACERS)}


def test_usage_of_several_components_at_once_is_all_kept(now: datetime) -> None:
    key, actor = ResourceApiKeyFactory(resource=a_resource()), UserFactory()
    types = ("cpu_k_hours", "gb_k_hours")
    at_once(
        lambda number: api_key_reports.report_usage(
            key, usages={types[number % 2]: number // 2}, actor=actor, now=now
        )
    )
    key.refresh_from_db()
    assert set(key.current_usages) == set(types)


def test_a_key_asked_for_while_its_resource_ends_is_closed_or_refused(now: datetime) -> None:
    """Whoever comes first: after both, nothing of an ended resource is left open."""
    resource, actor = a_resource(), UserFactory(is_staff=True)
    ResourceApiKeyFactory(resource=resource)

    def end() -> None:
        type(resource).objects.filter(pk=resource.pk).update(state="Terminated")
        api_keys.close_all(resource, now=now)

    race(end, lambda: api_keys.request(resource=resource, actor=actor, now=now))
    api_keys.close_all(resource, now=now)
    assert not ResourceApiKey.objects.held().exists()
