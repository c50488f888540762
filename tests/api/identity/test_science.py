"""Fields of science over the API, and projects that are of them."""

from __future__ import annotations

import pytest
from waldur_api_client.models import Project, ScienceDomain, ScienceSubDomain

from identity import models
from tests.api.plain import PlainNoun, check_kept
from tests.api.times import iso
from tests.factories.identity import ScienceDomainFactory, ScienceSubDomainFactory

pytestmark = pytest.mark.django_db

DOMAINS, PARTS = "/api/science-domains/", "/api/science-sub-domains/"


def test_staff_take_over_the_oecd_s_list_and_everybody_reads_it(as_user, dave, mallory):
    (preset,) = as_user(mallory).get(f"{DOMAINS}presets/").json()
    assert preset == {
        "name": "oecd_fos_2007",
        "label": "OECD FOS 2007",
        "description": "Fields of science and technology of the OECD, as revised in 2007.",
    }

    loaded = as_user(dave).post(f"{DOMAINS}load_preset/", {"preset": preset["name"]})

    assert (loaded.status_code, loaded.json()) == (
        200,
        {
            "created_domains": 6,
            "created_subdomains": 43,
            "skipped_domains": 0,
            "skipped_subdomains": 0,
        },
    )
    client = as_user(mallory)
    first = client.get(DOMAINS).json()[0]
    assert (first["code"], first["name"], first["subdomains_count"]) == ("1", "Natural sciences", 7)
    assert ScienceDomain.from_dict(first).subdomains_count == 7
    found = client.get(PARTS, {"domain_uuid": first["uuid"], "o": "-code"}).json()
    assert [row["code"] for row in found] == ["1.7", "1.6", "1.5", "1.4", "1.3", "1.2", "1.1"]
    assert as_user(dave).post(f"{DOMAINS}load_preset/", {"preset": "cscs"}).json() == {
        "preset": ["cscs does not come with this service."]
    }


def test_a_part_is_shown_whole(as_user, bob, project):
    part = ScienceSubDomainFactory()
    project.science_sub_domain = part
    project.save()

    shown = as_user(bob).get(f"{PARTS}{part.uuid}/").json()

    assert shown == {
        "url": f"http://testserver{PARTS}{part.uuid.hex}/",
        "uuid": part.uuid.hex,
        "created": iso(part.created),
        "modified": iso(part.modified),
        "name": part.name,
        "code": part.code,
        "domain": f"http://testserver{DOMAINS}{part.domain.uuid.hex}/",
        "domain_uuid": part.domain.uuid.hex,
        "domain_code": part.domain.code,
        "domain_name": part.domain.name,
        "projects_count": 1,
    }
    assert ScienceSubDomain.from_dict(shown).projects_count == 1


DOMAIN = PlainNoun(
    DOMAINS,
    models.ScienceDomain,
    body={"name": "Alchemy", "code": "9"},
    change={"name": "Chemistry"},
    refused=(
        ({}, {"name": ["This field is required."]}),
        ({"name": "Alchemy"}, {"name": ["A field of science with this name exists."]}),
        ({"name": "A", "code": "9"}, {"code": ["A field of science with this code exists."]}),
    ),
    beside={"subdomains_count": 0},
)


def part_of(domain):
    return PlainNoun(
        PARTS,
        models.ScienceSubDomain,
        body={
            "name": "Gold",
            "code": "9.1",
            "domain": f"http://testserver{DOMAINS}{domain.uuid.hex}/",
        },
        change={"name": "Silver"},
        refused=(
            (
                {},
                {"name": ["This field is required."], "domain": ["This field is required."]},
            ),
            (
                {"name": "Gold", "domain": "nowhere"},
                {"domain": ["Invalid hyperlink - No URL match."]},
            ),
        ),
        beside={
            "domain_uuid": domain.uuid.hex,
            "domain_code": domain.code,
            "domain_name": domain.name,
            "projects_count": 0,
        },
    )


def test_staff_keep_fields(as_user, dave, mallory):
    check_kept(DOMAIN, as_user(dave), as_user(mallory))
    check_kept(part_of(ScienceDomainFactory()), as_user(dave), as_user(mallory))


def test_a_field_goes_with_its_parts(as_user, dave):
    part = ScienceSubDomainFactory()
    client = as_user(dave)
    assert client.delete(f"{DOMAINS}{part.domain.uuid}/").status_code == 204
    assert client.get(f"{PARTS}{part.uuid}/").status_code == 404


def test_what_projects_are_of_stays(as_user, dave, project):
    part = ScienceSubDomainFactory(code="9.1", name="Gold")
    project.science_sub_domain = part
    project.save()

    for url in (f"{PARTS}{part.uuid}/", f"{DOMAINS}{part.domain.uuid}/"):
        response = as_user(dave).delete(url)
        assert (response.status_code, response.json()) == (
            409,
            {"detail": "There are projects of 9.1 Gold."},
        )


def test_a_project_says_of_which_field_it_is(as_user, pi, project):
    part = ScienceSubDomainFactory()
    client, url = as_user(pi), f"/api/projects/{project.uuid}/"

    changed = client.patch(url, {"science_sub_domain": str(part.uuid)}, format="json").json()

    said = {key: value for key, value in changed.items() if key.startswith("science_")}
    assert said == {
        "science_domain_code": part.domain.code,
        "science_domain_name": part.domain.name,
        "science_domain_uuid": part.domain.uuid.hex,
        "science_sub_domain": part.uuid.hex,
        "science_sub_domain_code": part.code,
        "science_sub_domain_name": part.name,
    }
    assert Project.from_dict(changed).science_sub_domain == part.uuid
    for name in ("science_sub_domain_uuid", "science_domain_uuid"):
        uuid = part.uuid if "sub" in name else part.domain.uuid
        assert len(client.get("/api/projects/", {name: uuid}).json()) == 1
        assert client.get("/api/projects/", {name: "0" * 32}).json() == []
    cleared = client.patch(url, {"science_sub_domain": None}, format="json").json()
    assert {key for key in cleared if key.startswith("science_")} == {"science_sub_domain"}
    unknown = client.patch(url, {"science_sub_domain": "0" * 32}, format="json")
    assert (unknown.status_code, unknown.json()) == (
        400,
        {"science_sub_domain": ["Object does not exist."]},
    )
