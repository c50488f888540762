"""The life of a key: wished for by people, made and reported by sites, gone with its resource."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from allocations.key_limits import BadAmount
from allocations.lifecycle import API_KEY, ApiKeyState
from allocations.models import ResourceApiKey
from allocations.services import api_key_reports as reports
from allocations.services import api_key_steps as steps
from allocations.services import api_keys
from common.machine import IllegalTransition
from common.sealing import unseal
from config.wiring import dispatch_events
from identity.models import Event, EventDelivery
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Resource
from marketplace.services import orders
from tests.cases import each
from tests.factories.allocations import RequestedApiKeyFactory, ResourceApiKeyFactory
from tests.factories.identity import UserFactory
from tests.factories.marketplace import OrderFactory
from tests.services.api_keys.keys import OTHER, SECRET, all_kinds, kinds, stands

pytestmark = pytest.mark.django_db


def test_a_key_is_asked_for_made_and_reported(resource, bob, carol, now):
    key = api_keys.request(
        resource=resource,
        user=bob,
        limits={"cpu_k_hours": 5},
        allowed_models=["poro-2"],
        actor=bob,
        now=now,
    )
    assert stands(key) == ("Creating", "create", "")
    assert (key.user, key.limits, key.allowed_models) == (bob, {"cpu_k_hours": 5}, ["poro-2"])

    with pytest.raises(reports.ClientIdMissing):
        reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    later = now + timedelta(minutes=1)
    reports.set_key(key, api_key=SECRET, client_id="c-1", actor=carol, now=later)

    assert stands(key) == ("OK", "", "")
    assert (key.client_id, key.issued_at, unseal(key.sealed)) == ("c-1", later, SECRET)
    assert kinds() == ["create_requested", "created"]
    event = Event.objects.get(kind="api_key.created")
    assert (event.source, event.target, event.actor) == ("Creating", "OK", carol)
    assert (event.project, event.provider) == (resource.project, resource.offering.customer)
    assert event.resource_uuid == resource.uuid
    assert event.payload == {
        "offering_uuid": resource.offering.uuid.hex,
        "resource_uuid": resource.uuid.hex,
        "client_id": "c-1",
        "user_uuid": bob.uuid.hex,
    }


def test_a_site_reports_a_key_of_its_own_accord_once(resource, carol, now):
    told: dict[str, Any] = {"resource": resource, "client_id": "c-1", "actor": carol, "now": now}
    first = reports.report_created(**told, api_key=SECRET)
    again = reports.report_created(**told, api_key=SECRET)
    assert first == again
    assert kinds() == ["created"]

    renewed = reports.report_created(**told, api_key=OTHER)
    assert (renewed, unseal(renewed.sealed)) == (first, OTHER)
    assert kinds() == ["created", "rotated"]


def test_an_ended_resource_gets_no_key(resource, bob, carol, now):
    Resource.objects.update(state=ResourceState.TERMINATED)
    with pytest.raises(IllegalTransition):
        api_keys.request(resource=resource, actor=bob, now=now)
    with pytest.raises(IllegalTransition):
        reports.report_created(
            resource=resource, client_id="c", api_key=SECRET, actor=carol, now=now
        )
    assert not ResourceApiKey.objects.exists()


def test_a_key_is_for_somebody_of_the_project_within_the_offering_s_components(
    resource, alice, bob, now
):
    with pytest.raises(api_keys.NotInProject):
        api_keys.request(resource=resource, user=UserFactory(), actor=alice, now=now)
    for limits in ({"tokens": 1}, {"cpu_k_hours": -1}, {"cpu_k_hours": float("nan")}):
        with pytest.raises(BadAmount):
            api_keys.request(resource=resource, limits=limits, actor=alice, now=now)
    for person in (alice, bob, None):
        assert api_keys.request(resource=resource, user=person, actor=alice, now=now).user == person


REQUESTS: dict[str, Any] = {
    "rotate": (api_keys.rotate, "OK", ("Updating", "rotate", "")),
    "pause": (api_keys.pause, "OK", ("Updating", "pause", "")),
    "resume": (api_keys.resume, "Paused", ("Updating", "resume", "")),
    "revoke": (api_keys.revoke, "OK", ("Deleting", "delete", "")),
}


@pytest.mark.parametrize("asked", REQUESTS)
def test_a_request_waits_for_the_site_and_is_not_made_twice(key, asked, pi, now):
    service, state, then = REQUESTS[asked]
    ResourceApiKey.objects.update(state=state)
    service(key, actor=pi, now=now)
    assert stands(key) == then
    assert key.modified == now
    with pytest.raises(IllegalTransition):
        service(key, actor=pi, now=now)
    assert kinds() == [f"{then[1]}_requested"]


REPORTS: dict[str, Any] = {
    "set_key": {"api_key": OTHER},
    "set_ok": {},
    "set_paused": {},
    "set_deleted": {},
    "set_erred": {"error_message": "The gateway is down."},
}

STEPS = {
    **{name: getattr(api_keys, name) for name in ("rotate", "pause", "resume", "revoke", "retry")},
    **{name: getattr(reports, name) for name in REPORTS},
}


@each(
    ("step", "state"),
    [pair for pair in product(STEPS, ApiKeyState) if not API_KEY.allows(*pair)],
)
def test_steps_are_taken_from_the_table_s_states_only(key, step, state, carol, now):
    value = "" if state == "Deleted" else key.sealed
    ResourceApiKey.objects.update(state=state, pending_action="", sealed=value)
    with pytest.raises(IllegalTransition):
        STEPS[step](key, **REPORTS.get(step, {}), actor=carol, now=now)
    assert (stands(key)[0], kinds()) == (state, [])


@pytest.mark.parametrize(
    ("pending", "report", "then"),
    [
        ("rotate", "set_key", "OK"),
        ("pause", "set_paused", "Paused"),
        ("resume", "set_ok", "OK"),
        ("update", "set_ok", "OK"),
        ("delete", "set_deleted", "Deleted"),
    ],
)
@pytest.mark.parametrize("was_erred", [False, True])
def test_a_site_answers_what_was_wished_also_late(
    key, pending, report, then, was_erred, carol, now
):
    state = "Erred" if was_erred else {"delete": "Deleting"}.get(pending, "Updating")
    ResourceApiKey.objects.update(state=state, pending_action=pending, error_message="x")
    STEPS[report](key, **REPORTS[report], actor=carol, now=now)
    assert stands(key) == (then, "", "")
    assert bool(key.sealed) == (then != "Deleted")


@pytest.mark.parametrize(
    ("pending", "report"),
    [("pause", "set_ok"), ("rotate", "set_ok"), ("resume", "set_paused"), ("rotate", "set_paused")],
)
def test_another_answer_than_was_asked_for_is_refused(key, pending, report, carol, now):
    ResourceApiKey.objects.update(state="Updating", pending_action=pending)
    with pytest.raises(reports.OtherActionAwaited):
        STEPS[report](key, actor=carol, now=now)
    assert (stands(key), kinds()) == (("Updating", pending, ""), [])


def test_two_keys_of_a_resource_have_not_the_same_client_id(key, resource, carol, now):
    other = RequestedApiKeyFactory(resource=resource)
    with pytest.raises(reports.ClientIdTaken):
        reports.set_key(other, api_key=OTHER, client_id="c-1", actor=carol, now=now)
    assert stands(other) == ("Creating", "create", "")
    ResourceApiKey.objects.filter(pk=key.pk).update(state="Deleted", sealed="")
    reports.set_key(other, api_key=OTHER, client_id="c-1", actor=carol, now=now)
    assert stands(other) == ("OK", "", "")


def test_what_failed_is_tried_again_or_given_up_and_nothing_else_is_done(key, pi, carol, now):
    api_keys.rotate(key, actor=pi, now=now)
    reports.set_erred(key, error_message="The gateway is down.", actor=carol, now=now)
    assert stands(key) == ("Erred", "rotate", "The gateway is down.")
    with pytest.raises(steps.OtherActionFailed):
        api_keys.pause(key, actor=pi, now=now)
    with pytest.raises(steps.OtherActionFailed):
        api_keys.change(key, limits={"cpu_k_hours": 1}, actor=pi, now=now)

    api_keys.retry(key, actor=pi, now=now)
    assert stands(key) == ("Updating", "rotate", "")
    reports.set_erred(key, error_message="Still down.", actor=carol, now=now)
    api_keys.rotate(key, actor=pi, now=now)
    reports.set_erred(key, error_message="Still down.", actor=carol, now=now)
    api_keys.revoke(key, actor=pi, now=now)
    assert stands(key) == ("Deleting", "delete", "")
    reports.set_erred(key, error_message="Still down.", actor=carol, now=now)
    api_keys.retry(key, actor=pi, now=now)
    assert stands(key) == ("Deleting", "delete", "")
    assert kinds() == [
        "rotate_requested", "erred", "rotate_requested", "erred", "rotate_requested", "erred",
        "delete_requested", "erred", "delete_requested",
    ]  # fmt: skip


def test_with_a_resource_its_keys_go(key, resource, carol, now):
    waiting = RequestedApiKeyFactory(resource=resource)
    elsewhere = ResourceApiKeyFactory()
    Resource.objects.filter(pk=resource.pk).update(state=ResourceState.TERMINATING)
    resource.refresh_from_db()
    order = OrderFactory(resource=resource, type=OrderType.TERMINATE, state=OrderState.EXECUTING)
    orders.complete(order, actor=carol, now=now)
    assert stands(key)[0] == "OK"

    dispatch_events()

    assert {stands(one)[0] for one in (key, waiting)} == {"Deleted"}
    assert (key.sealed, stands(elsewhere)[0]) == ("", "OK")
    api_keys.close_all(resource, now=now)
    assert [kind for kind in all_kinds() if "api_key" in kind] == ["api_key.deleted"] * 2
    assert not EventDelivery.objects.exclude(last_error="").exists()


def test_an_action_to_a_key_whose_resource_was_unlinked_finds_nothing(key, resource, pi, now):
    resource.delete()
    with pytest.raises(steps.KeyGone):
        api_keys.rotate(key, actor=pi, now=now)


def test_the_database_keeps_its_own_word(key, resource):
    for wrong in ({"state": "Lost"}, {"pending_action": "lose"}, {"state": "Deleted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResourceApiKey.objects.filter(pk=key.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceApiKeyFactory(resource=resource, client_id="c-1")


def test_an_erred_key_of_which_nothing_was_wished_is_looked_at_again(key, pi, now):
    ResourceApiKey.objects.filter(pk=key.pk).update(state=ApiKeyState.ERRED, pending_action="")

    api_keys.retry(key, actor=pi, now=now)

    assert ResourceApiKey.objects.get(pk=key.pk).pending_action == "update"
