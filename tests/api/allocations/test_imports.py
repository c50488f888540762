"""Findings over the API: whole bodies, filters, and how they become allocations."""

from __future__ import annotations

import pytest

from allocations.models import BackendResource
from identity.models import Event
from marketplace.models import Resource
from tests.api.times import iso
from tests.factories.allocations import BackendResourceFactory, BackendResourceRequestFactory
from tests.factories.identity import ProjectFactory
from tests.factories.marketplace import HpcOfferingFactory, PlanFactory, ResourceFactory

AT = "http://testserver/api"
REQUESTS = "/api/backend-resource-requests/"
FOUND = "/api/backend-resources/"


def found_body(found, **differs):
    offering, project = found.offering, found.project
    return {
        "backend_id": "hpc_old",
        "backend_metadata": {"limits": {"cpu_k_hours": 7}},
        "created": iso(found.created),
        "modified": iso(found.modified),
        "name": "hpc_old",
        "offering": offering.uuid.hex,
        "offering_name": "LUMI-C",
        "offering_url": f"{AT}/marketplace-provider-offerings/{offering.uuid.hex}/",
        "project": project.uuid.hex,
        "project_name": "Climate model",
        "project_url": f"{AT}/projects/{project.uuid.hex}/",
        "url": f"{AT}/backend-resources/{found.uuid.hex}/",
        "uuid": found.uuid.hex,
    } | differs


@pytest.fixture
def found(offering, project):
    return BackendResourceFactory(offering=offering, project=project, name="hpc_old")


def test_a_finding_is_reported_and_read(as_user, carol, offering, project):
    ResourceFactory(offering=offering, project=project)
    body = {
        "name": "hpc_old",
        "backend_id": "hpc_old",
        "offering": str(offering.uuid),
        "project": project.uuid.hex,
        "backend_metadata": {"limits": {"cpu_k_hours": 7}},
    }
    client = as_user(carol)

    response = client.post(FOUND, body, format="json")

    found = BackendResource.objects.get()
    assert (response.status_code, response.json()) == (201, found_body(found))
    assert response["Location"] == found_body(found)["url"]
    assert client.get(FOUND).json() == [found_body(found)]
    assert client.get(f"{FOUND}{found.uuid}/").json() == found_body(found)
    twice = client.post(FOUND, body, format="json")
    assert (twice.status_code, twice.json()) == (
        400,
        {"non_field_errors": ["The fields offering, backend_id must make a unique set."]},
    )


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"backend_id": ""}, {"backend_id": ["This field is required."]}),
        ({"backend_id": "\0"}, {"backend_id": ["Null characters are not allowed."]}),
        (
            {"backend_metadata": [1]},
            {"backend_metadata": ['Expected a dictionary of items but got type "list".']},
        ),
        ({"offering": "0" * 32}, {"offering": ["Object does not exist."]}),
        ({"project": "0" * 32}, {"project": ["Object does not exist."]}),
    ],
)
def test_a_finding_says_what_and_whose_it_is(as_user, dave, offering, project, more, answer):
    where = {"offering": offering.uuid.hex, "project": project.uuid.hex}
    body = {"name": "x", "backend_id": "x", **where, **more}

    response = as_user(dave).post(FOUND, body, format="json")

    assert (response.status_code, response.json()) == (400, answer)
    assert not BackendResource.objects.exists()


def test_a_removed_project_gets_nothing(as_user, dave, offering, project):
    type(project).objects.update(is_removed=True)
    where = {"offering": offering.uuid.hex, "project": project.uuid.hex}

    response = as_user(dave).post(FOUND, {"name": "x", "backend_id": "x", **where}, format="json")

    assert (response.status_code, response.json()) == (400, {"project": ["Object does not exist."]})


def test_what_is_an_allocation_already_is_not_reported(as_user, carol, offering, project):
    ResourceFactory(offering=offering, project=project, backend_id="hpc_old")
    where = {"offering": offering.uuid.hex, "project": project.uuid.hex}
    body = {"name": "x", "backend_id": "hpc_old", **where}

    response = as_user(carol).post(FOUND, body, format="json")

    assert (response.status_code, response.json()) == (
        409,
        {"detail": "A resource of this offering has this backend ID already."},
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("backend_id=hpc_old", ["hpc_old"]),
        ("backend_id=HPC_OLD", []),
        ("name=hpc", ["hpc_old", "hpc_new"]),
        ("name_exact=hpc_new", ["hpc_new"]),
        ("name_exact=hpc", []),
        ("o=-created", ["hpc_new", "hpc_old"]),
        ("offering_uuid={offering}&project_uuid={project}", ["hpc_old"]),
        ("project_uuid={nowhere}", []),
        ("offering_uuid={nowhere}", []),
        ("created_before=2001-01-01", []),
        ("modified_before=2001-01-01", []),
        ("created=2001-01-01&modified=2001-01-01", ["hpc_old", "hpc_new"]),
    ],
)
def test_findings_are_filtered(as_user, carol, found, offering, project, query, names):
    BackendResourceFactory(offering=offering, project=ProjectFactory(), name="hpc_new")
    uuids = {"offering": offering.uuid, "project": project.uuid.hex, "nowhere": "0" * 32}

    rows = as_user(carol).get(f"{FOUND}?{query.format(**uuids)}").json()

    assert [row["name"] for row in rows] == names


def test_a_finding_becomes_an_allocation(as_user, carol, alice, found):
    client = as_user(carol)

    response = client.post(f"{FOUND}{found.uuid}/import_resource/", {}, format="json")

    resource = Resource.objects.get()
    assert response.status_code == 201, response.json()
    shown = {
        "backend_id": "hpc_old",
        "limits": {"cpu_k_hours": 7},
        "name": "hpc_old",
        "offering_name": "LUMI-C",
        "plan_name": "Standard",
        "project_name": "Climate model",
        "state": "OK",
        "url": f"{AT}/marketplace-resources/{resource.uuid.hex}/",
        "uuid": resource.uuid.hex,
    }
    assert {key: response.json()[key] for key in shown} == shown
    assert response.json()["order_in_progress"] is None
    assert response.json()["creation_order"]["state"] == "done"
    path = f"/api/marketplace-provider-resources/{resource.uuid.hex}/"
    here = {"url", "username", "can_terminate", "error_traceback"}
    read = client.get(path).json()
    assert {key: read[key] for key in read.keys() - here} == {
        key: response.json()[key] for key in response.json().keys() - here
    }
    assert client.get(FOUND).json() == []
    assert [row["uuid"] for row in as_user(alice).get("/api/marketplace-resources/").json()] == [
        resource.uuid.hex
    ]
    again = client.post(f"{FOUND}{found.uuid}/import_resource/", {}, format="json")
    assert (again.status_code, again.json()) == (
        404,
        {"detail": "No BackendResource matches the given query."},
    )


def test_what_a_site_has_becomes_the_allocation_of_the_project_that_its_provider_names(
    as_user, carol, found, project
):
    served, strange = ProjectFactory(name="Ocean model"), ProjectFactory()
    ResourceFactory(offering=found.offering, project=served)
    offering = found.offering
    path = f"/api/marketplace-provider-offerings/{offering.uuid.hex}/import_resource/"
    client = as_user(carol)
    body = {
        "backend_id": "HPC_OLD",
        "project": served.uuid.hex,
        "plan": offering.plans.get().uuid.hex,
        "additional_details": {"limits": {"cpu_k_hours": 9}, "rack": "B"},
    }
    unknown = {"backend_id": ["The site has reported nothing with this backend ID."]}
    refused = {
        "backend_id": ("hpc_gone", unknown),
        "project": (strange.uuid.hex, {"project": ["Object does not exist."]}),
        "plan": (HpcOfferingFactory().plans.get().uuid, {"plan": ["Object does not exist."]}),
        "additional_details": (
            [1],
            {"additional_details": ['Expected a dictionary of items but got type "list".']},
        ),
    }
    for key, (value, answer) in refused.items():
        response = client.post(path, {**body, key: value}, format="json")
        assert (response.status_code, response.json()) == (400, answer)

    response = client.post(path, body, format="json")

    resource = Resource.objects.get(backend_id="hpc_old")
    shown = {
        "backend_id": "hpc_old",
        "backend_metadata": {"rack": "B"},
        "limits": {"cpu_k_hours": 9},
        "name": "hpc_old",
        "project_name": "Ocean model",
        "state": "OK",
        "uuid": resource.uuid.hex,
    }
    assert response.status_code == 200, response.json()
    assert {key: response.json()[key] for key in shown} == shown
    assert not BackendResource.objects.exists()
    told = Event.objects.get(kind="backend_resource.imported")
    assert told.payload["project_uuid"] == served.uuid.hex
    again = client.post(path, {**body, "additional_details": None}, format="json")
    assert (again.status_code, again.json()) == (
        409,
        {"detail": "A resource of this offering has this backend ID already."},
    )


def test_the_plan_is_named_where_there_are_several(as_user, carol, found):
    premium = PlanFactory(offering=found.offering, name="Premium")
    client, path = as_user(carol), f"{FOUND}{found.uuid}/import_resource/"

    unnamed = client.post(path, {}, format="json")
    assert (unnamed.status_code, unnamed.json()) == (400, {"plan": ["This field is required."]})
    foreign = client.post(path, {"plan": HpcOfferingFactory().plans.get().uuid}, format="json")
    assert (foreign.status_code, foreign.json()) == (400, {"plan": ["Object does not exist."]})
    response = client.post(path, {"plan": str(premium.uuid)}, format="json")
    assert (response.status_code, response.json()["plan_name"]) == (201, "Premium")


@pytest.mark.parametrize(
    ("metadata", "answer"),
    [
        ({"limits": {"tape": 1}}, {"limits": "Invalid types: tape"}),
        (
            {"limits": {"cpu_k_hours": -1}},
            {"limits": {"cpu_k_hours": ["Ensure this value is greater than or equal to 0."]}},
        ),
        ({"limits": None}, {"limits": ["Expected a dictionary of items."]}),
    ],
)
def test_limits_that_cannot_be_make_nothing(as_user, carol, found, metadata, answer):
    BackendResource.objects.update(backend_metadata=metadata)

    response = as_user(carol).post(f"{FOUND}{found.uuid}/import_resource/", {}, format="json")

    assert (response.status_code, response.json()) == (400, answer)
    assert (Resource.objects.count(), BackendResource.objects.count()) == (0, 1)


def test_a_name_that_got_an_allocation_meanwhile_is_409(as_user, carol, found):
    ResourceFactory(offering=found.offering, backend_id="hpc_old")

    response = as_user(carol).post(f"{FOUND}{found.uuid}/import_resource/", {}, format="json")

    assert (response.status_code, response.json()) == (
        409,
        {"detail": "A resource of this offering has this backend ID already."},
    )
    assert BackendResource.objects.exists()


def test_a_finding_is_dismissed_once(as_user, carol, found):
    client, here = as_user(carol), f"{FOUND}{found.uuid.hex}/"

    assert (client.delete(here).status_code, client.delete(here).status_code) == (204, 404)
    assert not BackendResource.objects.exists()


def test_what_waits_is_listed_below_its_offering(as_user, carol, found):
    BackendResourceFactory(offering=HpcOfferingFactory(customer=found.offering.customer))
    path = f"/api/marketplace-provider-offerings/{found.offering.uuid.hex}/importable_resources/"

    response = as_user(carol).get(path)

    assert response.json() == [
        {
            "backend_id": "hpc_old",
            "description": "Climate model",
            "name": "hpc_old",
            "type": "Marketplace.Slurm",
        }
    ]
    assert response["X-Result-Count"] == "1"


def test_a_program_that_polls_works_a_search_off_alone(as_user, carol, offering, project):
    """No bus, no agent: what GET tells is enough to do what is asked."""
    known = ResourceFactory(offering=offering, project=project, backend_id="hpc_known")
    BackendResourceRequestFactory(offering=offering)
    client = as_user(carol)
    at_the_site = {"hpc_known": 3, "hpc_old": 7}

    (asked,) = client.get(f"{REQUESTS}?offering_uuid={offering.uuid.hex}&state=Sent").json()
    assert client.post(f"{asked['url']}start_processing/").status_code == 200
    here = f"offering_uuid={offering.uuid.hex}&state=OK&state=Erred&state=Creating"
    listed = client.get(f"/api/marketplace-provider-resources/?{here}").json()
    assert [row["backend_id"] for row in listed] == [known.backend_id]
    for name in at_the_site.keys() - {row["backend_id"] for row in listed}:
        body = {
            "name": name,
            "backend_id": name,
            "offering": offering.uuid.hex,
            "project": project.uuid.hex,
            "backend_metadata": {"limits": {"cpu_k_hours": at_the_site[name]}},
        }
        assert client.post(FOUND, body, format="json").status_code == 201
    assert client.post(f"{asked['url']}set_done/").status_code == 200

    assert client.get(f"{REQUESTS}?state=Sent&state=Processing").json() == []
    assert [row["backend_id"] for row in client.get(FOUND).json()] == ["hpc_old"]
