"""Each event is planned once for each hook that is to be told of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from identity.models import Event
from identity.roles import RoleName
from identity.services import outbox, vetting
from notifications.models import HookDelivery, HookPosition
from notifications.services import hook_planning
from tests.factories.identity import EventFactory, GrantFactory, ProjectFactory, UserFactory
from tests.factories.notifications import WebHookFactory
from tests.services.hooks.conftest import planned

pytestmark = pytest.mark.django_db


def test_a_hook_is_told_of_what_its_author_may_see(alice, mallory, happen, now):
    insiders, outsiders = (WebHookFactory(author=user, created=now) for user in (alice, mallory))

    events = happen(2)

    assert (planned(insiders), planned(outsiders)) == (events, [])


def test_planning_again_plans_nothing_twice(alice, happen, now):
    hook = WebHookFactory(author=alice, created=now)
    events = happen(2)

    assert hook_planning.plan(now=now) == 0
    HookPosition.objects.update(sequence=0)
    assert hook_planning.plan(now=now) == 2

    assert planned(hook) == events


def test_a_hook_is_not_told_of_what_was_before_it(alice, happen, now):
    happen(at=now - timedelta(minutes=1))
    hook = WebHookFactory(author=alice, created=now)

    assert planned(hook) == []
    assert planned(hook) == [] != happen()
    assert len(planned(hook)) == 1


def test_the_first_position_is_before_what_the_first_hook_is_to_be_told(alice, project, now):
    EventFactory(project=project, customer=project.customer, created=now - timedelta(days=1))
    hook = WebHookFactory(author=alice, created=now)
    event = EventFactory(project=project, customer=project.customer, created=now)
    outbox.put_in_order({}, now=now)

    assert hook_planning.plan(now=now) == 1

    assert planned(hook) == [event]


def test_without_hooks_the_log_is_passed_over(project, now):
    EventFactory.create_batch(3, project=project, created=now)
    outbox.put_in_order({}, now=now)

    assert hook_planning.plan(now=now) == 0
    EventFactory(project=project, created=now)
    outbox.put_in_order({}, now=now)
    assert hook_planning.plan(now=now) == 0

    assert HookPosition.objects.get().sequence == 4


def test_events_without_a_number_wait(alice, project, now):
    hook = WebHookFactory(author=alice, created=now)
    EventFactory(project=project, customer=project.customer, created=now)

    assert hook_planning.plan(now=now) == 0
    assert planned(hook) == []


@pytest.mark.parametrize(
    ("wish", "heard"),
    [
        ({"event_kinds": ["*"]}, ["order.done", "project.updated", "resource.created"]),
        ({"event_kinds": ["order.*"]}, ["order.done"]),
        ({"event_kinds": ["project.updated", "x.y"]}, ["project.updated"]),
        ({"event_types": ["marketplace_resource_create_succeeded"]}, ["resource.created"]),
        ({"event_groups": ["projects"]}, ["project.updated"]),
        (
            {"event_groups": ["projects"], "event_kinds": ["order.done"]},
            ["order.done", "project.updated"],
        ),
        ({}, []),
    ],
)
def test_a_hook_is_told_of_the_kinds_that_it_names(wish, heard, alice, happen, now):
    hook = WebHookFactory(author=alice, created=now, **{"event_kinds": [], **wish})

    for kind in ("order.done", "project.updated", "resource.created"):
        happen(kind=kind)

    assert [event.kind for event in planned(hook)] == heard


def test_scopes_narrow_a_hook_to_what_is_about_them(alice, project, provider, happen, now):
    resource, offering, subject = uuid4(), uuid4(), uuid4()
    other = ProjectFactory(customer=project.customer)

    def hook(*scopes):
        narrow = [uuid.hex for uuid in scopes]
        return WebHookFactory(author=alice, created=now, scopes=narrow)

    hooks = {
        "project": hook(project.uuid),
        "customer": hook(project.customer.uuid),
        "provider": hook(provider.uuid),
        "resource": hook(resource),
        "offering": hook(offering),
        "subject": hook(subject),
        "several": hook(resource, offering),
        "nothing": hook(uuid4()),
    }
    (first,) = happen(resource_uuid=resource, provider=provider)
    (second,) = happen(subject_uuid=subject, payload={"offering_uuid": offering.hex, "x": 1})
    (third,) = happen(project=other, payload={"resource_uuid": "no uuid"})

    assert {name: planned(one) for name, one in hooks.items()} == {
        "project": [first, second],
        "customer": [first, second, third],
        "provider": [first],
        "resource": [first],
        "offering": [second],
        "subject": [second],
        "several": [first, second],
        "nothing": [],
    }


def test_an_organisations_hook_is_told_of_either_side_of_it(
    alice, carol, allocator, provider, happen, now
):
    buyer = WebHookFactory(author=alice, customer=allocator, created=now)
    seller = WebHookFactory(author=carol, customer=provider, created=now)

    (sold,) = happen(provider=provider)
    (own,) = happen()

    assert (planned(buyer), planned(seller)) == ([sold, own], [sold])


def test_an_organisations_hook_outlives_its_authors_role(alice, allocator, happen, now):
    hook = WebHookFactory(author=alice, customer=allocator, created=now)
    alice.grants.update(is_active=False)
    alice.is_active = False
    alice.save()

    assert planned(hook) != happen()
    assert len(planned(hook)) == 1


def test_a_persons_hook_ends_with_their_access(bob, happen, now):
    hook = WebHookFactory(author=bob, created=now)
    (before,) = happen()
    bob.grants.update(is_active=False)
    happen()

    assert planned(hook) == [before]


def test_a_deactivated_persons_hook_is_told_nothing(alice, happen, now):
    hook = WebHookFactory(author=alice, created=now)
    alice.is_active = False
    alice.save()
    happen()

    assert planned(hook) == []


def test_a_refused_persons_hook_is_told_nothing(alice, dave, happen, now):
    hook = WebHookFactory(author=alice, created=now)
    vetting.refuse(alice, evidence="sanctions", actor=dave, now=now)
    happen()

    assert planned(hook) == []


def test_a_hook_that_is_switched_off_is_told_nothing(alice, happen, now):
    hook = WebHookFactory(author=alice, created=now, is_active=False)
    happen()

    assert planned(hook) == []


def test_members_of_a_project_are_told_of_it_alone(bob, project, happen, now):
    hook = WebHookFactory(author=bob, created=now)
    other = ProjectFactory(customer=project.customer)
    happen(project=other)
    (own,) = happen()

    assert planned(hook) == [own]


def test_a_large_log_is_planned_in_batches(alice, project, now, monkeypatch):
    monkeypatch.setattr(hook_planning, "BATCH", 2)
    hook = WebHookFactory(author=alice, created=now)
    EventFactory.create_batch(5, project=project, customer=project.customer, created=now)
    outbox.put_in_order({}, now=now)

    assert [hook_planning.plan(now=now) for _ in range(4)] == [2, 2, 1, 0]
    assert len(planned(hook)) == 5


def test_planning_costs_the_same_however_many_hooks_somebody_has(
    alice, project, now, django_assert_max_num_queries
):
    WebHookFactory.create_batch(5, author=alice, created=now)
    EventFactory.create_batch(50, project=project, customer=project.customer, created=now)
    outbox.put_in_order({}, now=now)

    with django_assert_max_num_queries(13):
        hook_planning.plan(now=now)

    assert HookDelivery.objects.count() == 250


def test_staff_are_told_of_everything(dave, happen, now):
    hook = WebHookFactory(author=dave, created=now)
    happen(customer=None, project=None)

    assert planned(hook) == list(Event.objects.all())


def test_an_outsiders_hook_scoped_to_others_is_told_nothing(mallory, project, happen, now):
    hook = WebHookFactory(author=mallory, created=now, scopes=[project.uuid.hex])
    happen()

    assert planned(hook) == []


def test_a_new_member_is_told_from_their_first_day(project, happen, now):
    user = UserFactory()
    hook = WebHookFactory(author=user, created=now)
    happen()
    GrantFactory(user=user, role=RoleName.PROJECT_MEMBER, scope=project)
    (after,) = happen()

    assert planned(hook) == [after]
