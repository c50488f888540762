from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.common import slugs
from identity.models import Customer, Event, Project, User
from identity.services import organisations, projects
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import OfferingFactory

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


def test_an_owner_changes_what_is_his_to_change(
    alice: User, allocator: Customer, now: datetime
) -> None:
    changes = {"name": "LUMI Finland", "slug": "mine", "blocked": True, "abbreviation": "SWE"}

    organisations.update(allocator, actor=alice, now=now, changes=changes)

    changed = Customer.objects.get(pk=allocator.pk)
    assert changed.name == "LUMI Finland"
    assert (changed.slug, changed.blocked) == (allocator.slug, False)
    assert Event.objects.get().payload == {"fields": ["name"]}


def test_staff_change_everything(dave: User, allocator: Customer, now: datetime) -> None:
    organisations.update(allocator, actor=dave, now=now, changes={"slug": "swe", "blocked": True})

    changed = Customer.objects.get(pk=allocator.pk)
    assert (changed.slug, changed.blocked) == ("swe", True)


def test_what_changes_nothing_is_no_event(dave: User, allocator: Customer, now: datetime) -> None:
    organisations.update(allocator, actor=dave, now=now, changes={"name": allocator.name})

    assert not Event.objects.exists()


def test_an_empty_organisation_can_be_removed(
    dave: User, elsewhere: Customer, mallory: User, now: datetime
) -> None:
    organisations.remove(elsewhere, actor=dave, now=now)

    assert not Customer.objects.filter(pk=elsewhere.pk).exists()
    event = Event.objects.get(kind="customer.removed")
    assert (event.subject_uuid, event.payload) == (elsewhere.uuid, {"name": "Elsewhere"})


def test_an_organisation_with_projects_is_not_removed_even_when_they_are(
    dave: User, allocator: Customer, project: Project, now: datetime
) -> None:
    for _ in range(2):
        with pytest.raises(organisations.HasProjects) as refusal:
            organisations.remove(allocator, actor=dave, now=now)
        assert refusal.value.detail == (
            "Organization has projects. Please remove them before deleting it."
        )
        if not project.is_removed:
            projects.remove(project, actor=dave, now=now)
            project.refresh_from_db()
    assert Customer.objects.filter(pk=allocator.pk).exists()


def test_an_organisation_with_offerings_is_not_removed(
    dave: User, provider: Customer, now: datetime
) -> None:
    OfferingFactory(customer=provider)

    with pytest.raises(organisations.InUse) as refusal:
        organisations.remove(provider, actor=dave, now=now)

    assert refusal.value.detail == "Organization still has offerings."
    assert not Event.objects.filter(kind="customer.removed").exists()
