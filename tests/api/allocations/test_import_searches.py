"""Searches for what a site has: asked for, answered, filtered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.times import iso
from tests.factories.allocations import BackendResourceRequestFactory

AT = "http://testserver/api"
REQUESTS = "/api/backend-resource-requests/"


def request_body(asked, **differs):
    offering = asked.offering
    return {
        "created": iso(asked.created),
        "error_message": "",
        "error_traceback": "",
        "finished": None,
        "modified": iso(asked.modified),
        "offering": offering.uuid.hex,
        "offering_name": "LUMI-C",
        "offering_url": f"{AT}/marketplace-provider-offerings/{offering.uuid.hex}/",
        "started": None,
        "state": "Sent",
        "url": f"{AT}/backend-resource-requests/{asked.uuid.hex}/",
        "uuid": asked.uuid.hex,
    } | differs


@pytest.fixture
def asked(offering, carol):
    return BackendResourceRequestFactory(offering=offering, created_by=carol)


def test_a_search_is_asked_for_and_read(as_user, carol, offering):
    client = as_user(carol)

    response = client.post(REQUESTS, {"offering": str(offering.uuid)}, format="json")

    asked = offering.backend_resource_requests.get()
    assert (response.status_code, response.json()) == (201, request_body(asked))
    assert response["Location"] == request_body(asked)["url"]
    assert client.get(REQUESTS).json() == [request_body(asked)]
    assert client.get(f"{REQUESTS}{asked.uuid}/").json() == request_body(asked)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, {"offering": ["This field is required."]}),
        ({"offering": "x"}, {"offering": ["Must be a valid UUID."]}),
        ({"offering": "0" * 32}, {"offering": ["Object does not exist."]}),
        ({"offering": None}, {"offering": ["This field may not be null."]}),
    ],
)
def test_a_search_is_at_an_offering(as_user, carol, offering, body, answer):
    response = as_user(carol).post(REQUESTS, body, format="json")

    assert (response.status_code, response.json()) == (400, answer)


def test_the_site_tells_how_a_search_goes(as_user, carol, asked):
    client, here = as_user(carol), f"{REQUESTS}{asked.uuid.hex}/"

    begun = client.post(f"{here}start_processing/")
    assert (begun.status_code, begun.json()) == (
        200,
        {"status": "Backend resource request processing has been started."},
    )
    done = client.post(f"{here}set_done/")
    assert (done.status_code, done.json()) == (
        200,
        {"status": "Backend resource request has been set to done."},
    )
    twice = client.post(f"{here}set_done/")
    assert (twice.status_code, twice.json()) == (
        409,
        {"detail": "Valid states for operation: Processing."},
    )
    asked.refresh_from_db()
    assert asked.started
    assert asked.finished
    assert client.get(here).json() == request_body(
        asked, state="Done", started=iso(asked.started), finished=iso(asked.finished)
    )


def test_the_site_tells_why_it_could_not(as_user, carol, asked):
    client, here = as_user(carol), f"{REQUESTS}{asked.uuid.hex}/"
    why = {"error_message": "sacctmgr: not found", "error_traceback": "Traceback\n  line 1"}

    response = client.post(f"{here}set_erred/", why, format="json")

    assert (response.status_code, response.json()) == (
        200,
        {"status": "Backend resource request has been set to erred."},
    )
    asked.refresh_from_db()
    assert client.get(here).json() == request_body(
        asked, **why, state="Erred", finished=iso(asked.finished)
    )
    again = client.post(f"{here}set_erred/", why, format="json")
    assert (again.status_code, again.json()) == (
        409,
        {"detail": "Valid states for operation: Processing, Sent."},
    )


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("", ["Sent", "Processing", "Done"]),
        ("state=Sent", ["Sent"]),
        ("state=Sent&state=Processing", ["Sent", "Processing"]),
        ("o=-created", ["Done", "Processing", "Sent"]),
        ("offering_uuid={offering}", ["Sent", "Processing", "Done"]),
        ("offering_uuid={nowhere}", []),
        ("created=2001-01-01", ["Sent", "Processing", "Done"]),
        ("created_before=2001-01-01", []),
        ("modified=2001-01-01", ["Sent", "Processing", "Done"]),
        ("modified_before=2001-01-01", []),
        ("started=2001-01-01", ["Processing", "Done"]),
        ("finished=2001-01-01", ["Done"]),
    ],
)
def test_searches_are_filtered(as_user, carol, offering, now, query, states):
    times = {"Sent": {}, "Processing": {"started": now}}
    times["Done"] = {"started": now, "finished": now}
    for number, (state, more) in enumerate(times.items()):
        BackendResourceRequestFactory(
            offering=offering, state=state, created=now + timedelta(seconds=number), **more
        )
    asked = query.format(offering=offering.uuid, nowhere="0" * 32)

    rows = as_user(carol).get(f"{REQUESTS}?{asked}").json()

    assert [row["state"] for row in rows] == states


def test_an_unknown_state_is_refused(as_user, carol):
    response = as_user(carol).get(f"{REQUESTS}?state=Lost")

    assert (response.status_code, list(response.json())) == (400, ["state"])
