"""Fields of science: added, renamed, taken away, and taken over from the OECD's list."""

from __future__ import annotations

import pytest

from identity.fields_of_science import DOMAINS, LABELS, uuid_of
from identity.models import Event, ScienceDomain, ScienceSubDomain
from identity.services import science
from tests.factories.identity import ScienceDomainFactory, ScienceSubDomainFactory

pytestmark = pytest.mark.django_db


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_field_and_a_part_are_added_and_renamed(dave, now):
    domain = science.create_domain(name="Alchemy", code="9", actor=dave, now=now)
    part = science.create_sub_domain(domain=domain, name="Gold", code="9.1", actor=dave, now=now)
    for _ in range(2):
        science.change_domain(domain, name="Chemistry", actor=dave, now=now)
        science.change_sub_domain(part, name="Silver", actor=dave, now=now)

    assert str(ScienceDomain.objects.get()) == "9 Chemistry"
    assert str(ScienceSubDomain.objects.get()) == "9.1 Silver"
    assert kinds() == [
        "science_domain.created",
        "science_sub_domain.created",
        "science_domain.updated",
        "science_sub_domain.updated",
    ]


def test_names_and_codes_are_unique(dave, now):
    known = ScienceSubDomainFactory(name="Gold", code="9.1")
    other = ScienceSubDomainFactory(code="")
    ScienceSubDomainFactory(code="")
    for action, column in (
        (lambda: science.create_domain(name=known.domain.name, actor=dave, now=now), "name"),
        (
            lambda: science.create_domain(name="New", code=known.domain.code, actor=dave, now=now),
            "code",
        ),
        (
            lambda: science.create_sub_domain(
                domain=known.domain, name="Gold", actor=dave, now=now
            ),
            "name",
        ),
        (lambda: science.change_sub_domain(other, code="9.1", actor=dave, now=now), "code"),
    ):
        with pytest.raises(science.NotUnique) as refusal:
            action()
        assert refusal.value.detail == {column: [f"A field of science with this {column} exists."]}
    assert kinds() == []


def test_a_field_goes_with_its_parts(dave, now):
    part = ScienceSubDomainFactory()

    science.remove_domain(part.domain, actor=dave, now=now)

    assert not ScienceDomain.objects.exists()
    assert kinds() == ["science_sub_domain.removed", "science_domain.removed"]


def test_what_projects_are_of_stays(project, dave, now):
    part, spare = ScienceSubDomainFactory(), None
    spare = ScienceSubDomainFactory(domain=part.domain)
    project.science_sub_domain = part
    project.save()

    with pytest.raises(science.ScienceDomainInUse):
        science.remove_sub_domain(part, actor=dave, now=now)
    with pytest.raises(science.ScienceDomainInUse):
        science.remove_domain(part.domain, actor=dave, now=now)
    assert set(ScienceSubDomain.objects.all()) == {part, spare}
    assert kinds() == []


def test_the_oecd_s_list_is_taken_over_once(dave, now):
    domain = ScienceDomainFactory(name="Nature", code="1")
    ScienceSubDomainFactory(domain=domain, name="Numbers", code="1.1")

    first = science.load("oecd_fos_2007", actor=dave, now=now)
    again = science.load("oecd_fos_2007", actor=dave, now=now)

    assert first == science.Loaded(
        created_domains=5,
        created_subdomains=len(LABELS) - 1,
        skipped_domains=1,
        skipped_subdomains=1,
    )
    assert (again.created_domains, again.created_subdomains) == (0, 0)
    parts = dict(ScienceSubDomain.objects.values_list("code", "domain__code"))
    assert parts == {code: code.partition(".")[0] for code in LABELS}
    assert ScienceDomain.objects.get(code="6").uuid == uuid_of("6")
    assert len(kinds()) == 5 + len(LABELS) - 1


def test_every_field_of_the_list_is_part_of_one():
    assert {code.partition(".")[0] for code in LABELS} == set(DOMAINS)


def test_other_lists_do_not_come_with_the_service(dave, now):
    with pytest.raises(science.UnknownList):
        science.load("cscs", actor=dave, now=now)
