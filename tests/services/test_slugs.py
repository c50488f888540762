"""Slugs: in Latin letters whatever the script, and never given to a second row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common import slugs
from identity.models import Customer, Project, UsedSlug
from identity.services import organisations, projects
from marketplace.models import Offering
from marketplace.services import offerings, resources
from tests.factories.identity import CustomerFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import OfferingFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łukasz Żółć", "lukasz-zol"),
        ("Søren", "soren"),
        ("Weiß", "weiss"),
        ("Þór Đỗ", "thor-do"),
        ("Γιώργος", "giorgos"),
        ("Ирина", "irina"),
        ("王", "wang"),
        ("!?", "project"),
    ],
)
def test_a_name_in_any_script_gives_a_slug_that_can_be_read(name: str, slug: str) -> None:
    assert slugs.stem(name, "project") == slug


def test_what_is_gone_keeps_its_slug(dave: User, now: datetime) -> None:
    resource = ResourceFactory(slug="climate", name="climate")
    customer = CustomerFactory(slug="gone", name="Gone")
    offering = OfferingFactory(slug="lumi", name="LUMI")
    resources.unlink(resource, actor=dave, now=now)
    organisations.remove(customer, actor=dave, now=now)
    offerings.remove(offering, actor=dave, now=now)
    again = [
        slugs.insert(ResourceFactory.build(**_parents(), slug=""), "Climate"),
        organisations.create(name="Gone", actor=dave, now=now),
        slugs.insert(
            Offering(customer=CustomerFactory(), category=offering.category, name="LUMI"), "LUMI"
        ),
    ]
    assert [row.slug for row in again] == ["climate-2", "gone-2", "lumi-2"]
    with pytest.raises(slugs.Taken):
        organisations.create(name="Other", slug="gone", actor=dave, now=now)


def _parents() -> dict[str, object]:
    return {"project": ProjectFactory(), "offering": OfferingFactory(), "plan": None}


def test_a_slug_that_was_given_up_is_its_rows_alone(dave: User, now: datetime) -> None:
    mine, other = CustomerFactory(slug="mine"), CustomerFactory(slug="other")
    for slug in ("new", "mine", "new"):
        organisations.update(mine, actor=dave, now=now, wanted={"slug": slug})
        assert Customer.objects.get(pk=mine.pk).slug == slug
    for taken in ("mine", "new", "MINE", "New"):
        with pytest.raises(slugs.Taken):
            organisations.update(other, actor=dave, now=now, wanted={"slug": taken})
    resource, another = ResourceFactory(), ResourceFactory()
    before = resource.slug
    resources.set_slug(resource, "renamed", actor=dave, now=now)
    for taken in (before, "RENAMED"):
        with pytest.raises(slugs.Taken):
            resources.set_slug(another, taken, actor=dave, now=now)


def test_kinds_do_not_share_their_slugs(dave: User, now: datetime) -> None:
    customer = CustomerFactory(slug="climate")
    project = projects.create(customer=customer, name="Climate", actor=dave, now=now)
    assert project.slug == "climate"
    assert UserFactory(slug="climate").slug == "climate"
    kinds = UsedSlug.objects.filter(slug="climate").values_list("kind", flat=True)
    assert sorted(kinds) == ["customer", "project", "user"]


def test_old_rows_that_differ_in_case_alone_can_still_be_written(now: datetime) -> None:
    ProjectFactory(slug="same")
    UsedSlug.objects.all().delete()
    old = ProjectFactory(slug="Same")
    UsedSlug.objects.update(owner=UserFactory().uuid)
    old.name = "Renamed"
    old.save()
    assert Project.objects.get(pk=old.pk).slug == "Same"
