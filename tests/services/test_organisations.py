from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common import slugs
from config.wiring import dispatch_events
from identity.models import Customer, Event, Grant, Project, Role, User
from identity.services import members, organisations, projects
from notifications.models import Hook
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import OfferingFactory
from tests.factories.notifications import WebHookFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def test_a_new_organisation_gets_a_slug_of_its_name_and_a_number(dave: User, now: datetime) -> None:
    group = OrganizationGroupFactory()

    made = [
        organisations.create(
            name="Consumer Org",
            email="c@example.org",
            organization_groups=[group],
            actor=dave,
            now=now,
        )
        for _ in range(2)
    ]

    assert [customer.slug for customer in made] == ["consumer-o", "consumer-o-2"]
    assert list(made[0].organization_groups.all()) == [group]
    assert made[0].created == now
    event = Event.objects.get(kind="customer.created", subject_uuid=made[0].uuid)
    assert (event.customer, event.actor) == (made[0], dave)


def test_a_taken_slug_is_refused(dave: User, allocator: Customer, now: datetime) -> None:
    with pytest.raises(slugs.Taken) as refusal:
        organisations.create(name="X", slug=allocator.slug, actor=dave, now=now)

    assert refusal.value.detail == {"slug": ["customer with this slug already exists."]}


def test_an_owner_changes_what_is_theirs_to_change(
    alice: User, allocator: Customer, now: datetime
) -> None:
    changes = {"name": "LUMI Finland", "slug": "mine", "blocked": True, "abbreviation": "SWE"}

    organisations.update(allocator, actor=alice, now=now, wanted=changes)

    changed = Customer.objects.get(pk=allocator.pk)
    assert changed.name == "LUMI Finland"
    assert (changed.slug, changed.blocked) == (allocator.slug, False)
    assert Event.objects.get().payload == {"fields": ["name"]}


def test_staff_change_everything(dave: User, allocator: Customer, now: datetime) -> None:
    organisations.update(allocator, actor=dave, now=now, wanted={"slug": "swe", "blocked": True})

    changed = Customer.objects.get(pk=allocator.pk)
    assert (changed.slug, changed.blocked) == ("swe", True)


def test_what_changes_nothing_is_no_event(dave: User, allocator: Customer, now: datetime) -> None:
    organisations.update(allocator, actor=dave, now=now, wanted={"name": allocator.name})

    assert not Event.objects.exists()


def test_an_empty_organisation_can_be_removed(
    dave: User, elsewhere: Customer, mallory: User, now: datetime
) -> None:
    organisations.remove(elsewhere, actor=dave, now=now)

    assert not Customer.objects.filter(pk=elsewhere.pk).exists()
    event = Event.objects.get(kind="customer.removed")
    assert (event.subject_uuid, event.payload) == (elsewhere.uuid, {"name": "Elsewhere"})


def test_an_organisation_is_removed_once_its_projects_are_and_stays_on_record(
    dave: User, alice: User, allocator: Customer, project: Project, now: datetime
) -> None:
    with pytest.raises(organisations.HasProjects) as refusal:
        organisations.remove(allocator, actor=dave, now=now)
    assert refusal.value.detail == (
        "Organization has projects. Please remove them before deleting it."
    )
    hook = WebHookFactory(customer=allocator)
    assert Hook.objects.live().filter(pk=hook.pk).exists()
    projects.remove(project, actor=dave, now=now)
    organisations.remove(allocator, actor=dave, now=now)
    assert not Hook.objects.live().filter(pk=hook.pk).exists()
    dispatch_events()
    allocator.refresh_from_db()
    hook.refresh_from_db()
    assert (allocator.is_removed, hook.is_active) == (True, False)
    assert not Grant.objects.filter(customer=allocator, is_active=True).exists()
    assert not Customer.objects.visible_to(dave).filter(pk=allocator.pk).exists()
    assert not Customer.objects.visible_to(alice).exists()
    assert Event.objects.get(kind="customer.removed").subject_uuid == allocator.uuid
    with pytest.raises(organisations.CustomerGone):
        organisations.remove(allocator, actor=dave, now=now)
    with pytest.raises(organisations.CustomerGone):
        projects.create(customer=allocator, name="Late", actor=dave, now=now)
    owner = Role.objects.get(name="CUSTOMER.OWNER")
    with pytest.raises(members.ScopeGone):
        members.grant(scope=allocator, user=alice, role=owner, actor=dave, now=now)


def test_an_organisation_with_offerings_is_not_removed(
    dave: User, provider: Customer, now: datetime
) -> None:
    OfferingFactory(customer=provider)

    with pytest.raises(organisations.OrganisationInUse) as refusal:
        organisations.remove(provider, actor=dave, now=now)

    assert refusal.value.detail == "Organization still has offerings."
    assert not Event.objects.filter(kind="customer.removed").exists()


def test_in_an_organisation_that_is_blocked_nobody_may_do_anything_until_it_is_not(
    allocator: Customer, project: Project, alice: User, bob: User, dave: User, now: datetime
) -> None:
    """Each who holds a role there is told of, so that sites and the access plane follow."""
    held = {grant.uuid for grant in Grant.objects.filter(customer=allocator)}
    assert Project.objects.visible_to(bob).exists()
    for blocked, kind, said in (
        (True, "grant.revoked", "is no longer PROJECT.MEMBER (the organization was blocked)"),
        (False, "grant.given", "is again PROJECT.MEMBER (the organization was unblocked)"),
    ):
        for _ in range(2):
            organisations.update(allocator, wanted={"blocked": blocked}, actor=dave, now=now)
        told = Event.objects.filter(kind=kind)
        assert {event.subject_uuid for event in told} == held
        assert told.filter(message=f"bob {said} in Climate model.").count() == 1
        for user in (alice, bob):
            anew = User.objects.get(pk=user.pk)
            assert Project.objects.visible_to(anew).exists() != blocked
    assert Project.objects.visible_to(dave).exists()
