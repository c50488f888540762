"""Fields of science: once each, taken away with their parts, taken over from the OECD's list."""

from __future__ import annotations

import pytest

from common.storing import NotUnique
from identity.fields_of_science import DOMAINS, LABELS, uuid_of
from identity.models import Event, ScienceDomain, ScienceSubDomain
from identity.services import science
from identity.services.standard import RemovedMeanwhile
from tests.factories.identity import ScienceDomainFactory, ScienceSubDomainFactory

pytestmark = pytest.mark.django_db


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_names_and_codes_are_unique(dave, now):
    known = ScienceSubDomainFactory(name="Gold", code="9.1")
    other = ScienceSubDomainFactory(code="")
    ScienceSubDomainFactory(code="")
    for action, column in (
        (lambda: science.domains.create(name=known.domain.name, actor=dave, now=now), "name"),
        (
            lambda: science.domains.create(name="New", code=known.domain.code, actor=dave, now=now),
            "code",
        ),
        (
            lambda: science.sub_domains.create(
                domain=known.domain, name="Gold", actor=dave, now=now
            ),
            "name",
        ),
        (lambda: science.sub_domains.change(other, code="9.1", actor=dave, now=now), "code"),
    ):
        with pytest.raises(NotUnique) as refusal:
            action()
        assert refusal.value.detail == {column: [f"A field of science with this {column} exists."]}
    assert kinds() == []


def test_a_field_goes_with_its_parts(dave, now):
    part = ScienceSubDomainFactory()
    late = ScienceDomain.objects.get()

    science.remove_domain(part.domain, actor=dave, now=now)

    assert not ScienceDomain.objects.exists()
    assert kinds() == ["science_sub_domain.removed", "science_domain.removed"]
    with pytest.raises(RemovedMeanwhile) as refusal:
        science.remove_domain(late, actor=dave, now=now)
    assert refusal.value.detail == "This field of science was removed."


def test_what_projects_are_of_stays(project, dave, now):
    part, spare = ScienceSubDomainFactory(), None
    spare = ScienceSubDomainFactory(domain=part.domain)
    project.science_sub_domain = part
    project.save()

    with pytest.raises(science.ScienceDomainInUse):
        science.sub_domains.remove(part, actor=dave, now=now)
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
