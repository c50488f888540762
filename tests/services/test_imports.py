"""Searches at sites, and what they find: reported, taken over, dismissed."""

from __future__ import annotations

import pytest

from allocations.models import BackendResource
from allocations.services import backend_resources, imports
from common.machine import IllegalTransition
from identity.models import Event
from marketplace import limits
from marketplace.models import Resource
from marketplace.services import importing
from tests.factories.allocations import BackendResourceFactory, BackendResourceRequestFactory
from tests.factories.marketplace import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(offering, carol):
    return BackendResourceRequestFactory(offering=offering, created_by=carol)


@pytest.fixture
def found(offering, project):
    metadata = {"limits": {"cpu_k_hours": 7}, "qos": "normal"}
    return BackendResourceFactory(
        offering=offering, project=project, name="hpc_old", backend_metadata=metadata
    )


def told():
    return [
        (event.kind, event.source, event.target, event.actor, event.payload)
        for event in Event.objects.order_by("pk")
    ]


def test_a_search_is_asked_for(offering, carol, now):
    asked = imports.request(offering=offering, actor=carol, now=now)

    asked.refresh_from_db()
    assert (asked.state, asked.created_by, asked.created, asked.started) == (
        "Sent",
        carol,
        now,
        None,
    )
    assert told() == [("import.requested", "", "Sent", carol, {"offering_uuid": offering.uuid.hex})]
    assert Event.objects.get().provider == offering.customer


def test_a_search_is_begun_and_done(asked, offering, carol, dave, now):
    imports.start(asked, actor=dave, now=now)
    imports.complete(asked, actor=dave, now=now)

    asked.refresh_from_db()
    assert (asked.state, asked.started, asked.finished, asked.processed_by) == (
        "Done",
        now,
        now,
        dave,
    )
    where = {"offering_uuid": offering.uuid.hex}
    assert told() == [
        ("import.processing", "Sent", "Processing", dave, where),
        ("import.done", "Processing", "Done", dave, where),
    ]


@pytest.mark.parametrize("state", ["Sent", "Processing"])
def test_a_search_fails_with_its_reason(asked, offering, carol, now, state):
    asked.state = state
    asked.save()

    imports.fail(asked, error_message="no sacctmgr", error_traceback="x", actor=carol, now=now)

    asked.refresh_from_db()
    assert (asked.state, asked.finished, asked.error_message, asked.error_traceback) == (
        "Erred",
        now,
        "no sacctmgr",
        "x",
    )
    why = {"offering_uuid": offering.uuid.hex, "error_message": "no sacctmgr"}
    assert told() == [("import.erred", state, "Erred", carol, why)]


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("Sent", imports.complete),
        ("Processing", imports.start),
        ("Done", imports.start),
        ("Done", imports.complete),
        ("Done", imports.fail),
        ("Erred", imports.start),
        ("Erred", imports.complete),
        ("Erred", imports.fail),
    ],
)
def test_the_wrong_state_changes_nothing(asked, carol, now, state, action):
    asked.state = state
    asked.save()

    with pytest.raises(IllegalTransition):
        action(asked, actor=carol, now=now)

    asked.refresh_from_db()
    assert (asked.state, asked.started, asked.finished) == (state, None, None)
    assert told() == []


def test_a_stale_copy_does_not_get_past_the_database(asked, carol, now):
    stale = type(asked).objects.get(pk=asked.pk)
    imports.start(asked, actor=carol, now=now)

    with pytest.raises(IllegalTransition) as refusal:
        imports.start(stale, actor=carol, now=now)

    assert refusal.value.detail == "Valid states for operation: Sent."


def test_what_a_site_finds_waits(offering, project, carol, now):
    found = backend_resources.report(
        offering=offering,
        project=project,
        name="hpc_old",
        backend_id="hpc_old",
        backend_metadata={"limits": {"cpu_k_hours": 7}},
        actor=carol,
        now=now,
    )

    found.refresh_from_db()
    assert (found.name, found.backend_id, found.backend_metadata, found.created) == (
        "hpc_old",
        "hpc_old",
        {"limits": {"cpu_k_hours": 7}},
        now,
    )
    assert told() == [("backend_resource.reported", "", "", carol, about(found))]


def about(found):
    return {
        "offering_uuid": found.offering.uuid.hex,
        "project_uuid": found.project.uuid.hex,
        "backend_id": found.backend_id,
    }


def report(found, actor, now, **more):
    details = {"offering": found.offering, "project": found.project, "name": "x"}
    return backend_resources.report(**{**details, **more}, actor=actor, now=now)


def test_it_is_reported_once(found, carol, now):
    with pytest.raises(backend_resources.ReportedAlready):
        report(found, carol, now, backend_id=found.backend_id)
    assert told() == []


def test_it_has_a_name_at_the_site(found, carol, now):
    with pytest.raises(backend_resources.Unnamed) as refusal:
        report(found, carol, now)
    assert refusal.value.detail == {"backend_id": ["This field is required."]}


def test_what_is_known_is_not_reported(found, carol, now):
    ResourceFactory(offering=found.offering, backend_id="hpc_new")
    with pytest.raises(importing.AlreadyHere):
        report(found, carol, now, backend_id="hpc_new")
    ResourceFactory(offering=found.offering, backend_id="hpc_gone", state="Terminated")
    report(found, carol, now, backend_id="hpc_gone")


def test_it_is_taken_over_and_waits_no_longer(found, carol, now):
    resource = backend_resources.take_over(found, actor=carol, now=now)

    assert (resource.backend_id, resource.limits, resource.backend_metadata) == (
        "hpc_old",
        {"cpu_k_hours": 7},
        {"qos": "normal"},
    )
    assert not BackendResource.objects.exists()
    kind, _, _, actor, payload = told()[-1]
    assert (kind, actor) == ("backend_resource.imported", carol)
    assert payload == about(found) | {"resource_uuid": resource.uuid.hex}


def test_the_second_time_is_refused(found, carol, now):
    backend_resources.take_over(BackendResource.objects.get(), actor=carol, now=now)

    with pytest.raises(backend_resources.NotWaiting):
        backend_resources.take_over(found, actor=carol, now=now)
    with pytest.raises(backend_resources.NotWaiting):
        backend_resources.dismiss(found, actor=carol, now=now)
    assert Resource.objects.count() == 1


def test_it_goes_on_waiting_when_it_cannot_be_taken_over(found, carol, now):
    found.backend_metadata = {"limits": {"tape": 1}}
    found.save()

    with pytest.raises(limits.UnknownLimitTypes):
        backend_resources.take_over(found, actor=carol, now=now)

    assert BackendResource.objects.exists()
    assert (Resource.objects.count(), told()) == (0, [])


def test_it_can_be_dismissed(found, carol, now):
    backend_resources.dismiss(BackendResource.objects.get(), actor=carol, now=now)

    assert not BackendResource.objects.exists()
    assert told() == [("backend_resource.dismissed", "", "", carol, about(found))]
