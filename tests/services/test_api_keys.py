"""Keys of resources: wished for by people, made and reported by sites, seen by few."""

from __future__ import annotations

from datetime import date, timedelta
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
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

pytestmark = pytest.mark.django_db

SECRET = "sk-never-to-be-read"
OTHER = "sk-another-one"


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={steps.PROVISIONED: True})


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, backend_id="gw-1")


@pytest.fixture
def key(resource):
    return ResourceApiKeyFactory(resource=resource, client_id="c-1", value=SECRET)


def kinds():
    return [kind.removeprefix("api_key.") for kind in all_kinds()]


def all_kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def stands(key: ResourceApiKey) -> tuple[str, str, str]:
    key.refresh_from_db()
    return key.state, key.pending_action, key.error_message


def fixed(key):
    """Let the key's site do nothing but rotate."""
    offering = key.resource.offering
    offering.plugin_options = {}
    offering.save()


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


def test_the_value_that_was_applied_last_is_kept_whatever_was_wished(key, carol, pi, now):
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    assert kinds() == []
    reports.set_key(key, api_key=OTHER, client_id="c-2", actor=carol, now=now)
    assert stands(key) == ("OK", "", "")
    assert (unseal(key.sealed), key.client_id) == (OTHER, "c-2")

    api_keys.pause(key, actor=pi, now=now)
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    assert stands(key) == ("Updating", "pause", "")
    assert unseal(key.sealed) == SECRET
    assert kinds() == ["rotated", "pause_requested", "rotated"]


def test_a_value_under_a_lost_key_is_replaced(key, carol, now, settings):
    settings.ENCRYPTION_KEYS = ["quite another one"]
    reports.set_key(key, api_key=SECRET, actor=carol, now=now)
    key.refresh_from_db()
    assert unseal(key.sealed) == SECRET


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


@pytest.mark.parametrize("state", ["Creating", "Erred"])
def test_what_was_never_made_is_deleted_at_once(resource, state, pi, now):
    key = RequestedApiKeyFactory(resource=resource, state=state)
    fixed(key)
    api_keys.revoke(key, actor=pi, now=now)
    assert (stands(key), kinds()) == (("Deleted", "", ""), ["deleted"])


def test_where_keys_are_fixed_they_are_rotated_and_resumed_only(key, pi, bob, now):
    fixed(key)
    for asked in (
        lambda: api_keys.pause(key, actor=pi, now=now),
        lambda: api_keys.revoke(key, actor=pi, now=now),
        lambda: api_keys.change(key, user=bob, actor=pi, now=now),
        lambda: api_keys.change(key, limits={"cpu_k_hours": 1}, actor=pi, now=now),
        lambda: api_keys.request(resource=key.resource, actor=pi, now=now),
    ):
        with pytest.raises(api_keys.KeysFixed):
            asked()
    assert kinds() == []
    ResourceApiKey.objects.update(user=bob)
    key.refresh_from_db()
    assert api_keys.change(key, user=None, actor=pi, now=now).user is None
    api_keys.rotate(key, actor=pi, now=now)
    ResourceApiKey.objects.update(state="Paused", pending_action="")
    api_keys.resume(key, actor=pi, now=now)
    assert kinds() == ["changed", "rotate_requested", "resume_requested"]


def test_other_limits_are_applied_by_the_site_another_owner_is_not(key, pi, bob, now):
    api_keys.change(key, user=bob, actor=pi, now=now)
    assert (stands(key), key.user) == (("OK", "", ""), bob)
    api_keys.change(key, user=bob, actor=pi, now=now)
    assert kinds() == ["changed"]
    assert Event.objects.get().payload["fields"] == ["user"]

    api_keys.change(key, limits={"cpu_k_hours": 2}, user=None, actor=pi, now=now)
    assert (stands(key), key.user) == (("Updating", "update", ""), None)
    assert key.limits == {"cpu_k_hours": 2}
    with pytest.raises(IllegalTransition):
        api_keys.change(key, allowed_models=["poro-2"], actor=pi, now=now)
    api_keys.change(key, user=bob, actor=pi, now=now)
    assert kinds() == ["changed", "update_requested", "changed"]


def test_other_limits_wait_with_a_paused_key_and_come_too_late_for_a_deleted_one(key, pi, now):
    ResourceApiKey.objects.update(state="Paused")
    api_keys.change(key, limits={"cpu_k_hours": 2}, actor=pi, now=now)
    assert (stands(key), key.limits) == (("Paused", "", ""), {"cpu_k_hours": 2})
    ResourceApiKey.objects.update(state="Deleted", sealed="")
    with pytest.raises(IllegalTransition):
        api_keys.change(key, user=None, limits=None, actor=pi, now=now)


def test_who_sees_a_value_is_recorded_and_the_value_is_not(key, bob, now):
    assert api_keys.reveal(key, actor=bob, now=now) == SECRET
    event = Event.objects.get()
    assert (event.kind, event.actor) == ("api_key.revealed", bob)
    assert event.message == f"API key c-1 of {key.resource.name} was revealed."


def test_there_is_nothing_to_see_before_it_is_made_and_after_it_is_gone(resource, pi, now):
    key = RequestedApiKeyFactory(resource=resource)
    with pytest.raises(api_keys.NothingToReveal):
        api_keys.reveal(key, actor=pi, now=now)
    assert kinds() == []


def test_a_key_that_was_given_away_meanwhile_is_not_revealed(key, pi, bob, now):
    ResourceApiKey.objects.update(user=bob)
    with pytest.raises(api_keys.AssignedMeanwhile):
        api_keys.reveal(key, actor=pi, now=now)


def test_usage_is_summed_up_by_month_and_repeating_it_is_harmless(key, resource, carol, now):
    month = now.date().replace(day=1)
    for usages in ({"cpu_k_hours": 1.5, "gb_k_hours": 1}, {"cpu_k_hours": 2}, {"cpu_k_hours": 2}):
        reports.report_usage(key, usages=usages, actor=carol, now=now)
    key.refresh_from_db()
    assert (key.usage_period, key.current_usages) == (month, {"cpu_k_hours": 2, "gb_k_hours": 1})
    assert kinds() == ["usage_reported", "usage_reported"]

    gone = ResourceApiKeyFactory(resource=resource, state="Deleted", value="")
    reports.report_usage(gone, usages={"cpu_k_hours": 3}, actor=carol, now=now)
    ResourceApiKeyFactory(
        resource=resource, usage_period=date(2020, 1, 1), current_usages={"cpu_k_hours": 99}
    )
    keys = ResourceApiKey.objects.filter(resource=resource)
    assert api_keys.usage_totals(keys, month=month) == {"cpu_k_hours": 5, "gb_k_hours": 1}


def test_a_new_month_begins_with_nothing_and_an_old_one_is_over(key, carol, now):
    last = now.date().replace(day=1) - timedelta(days=1)

    def report(day, usages):
        reports.report_usage(key, usages=usages, billing_period=day, actor=carol, now=now)

    report(last, {"cpu_k_hours": 9})
    report(now.date(), {"gb_k_hours": 1})
    key.refresh_from_db()
    assert key.current_usages == {"gb_k_hours": 1}
    for day in (last, now.date() + timedelta(days=40)):
        with pytest.raises(reports.WrongMonth):
            report(day, {"cpu_k_hours": 1})
    with pytest.raises(BadAmount):
        report(now.date(), {"tokens": 1})


def test_usage_does_not_hide_from_the_site_what_it_left_undone(key, pi, carol, now):
    api_keys.rotate(key, actor=pi, now=now - timedelta(hours=1))
    reports.report_usage(key, usages={"cpu_k_hours": 1}, actor=carol, now=now)
    key.refresh_from_db()
    assert key.modified == now - timedelta(hours=1)


def test_a_key_is_paused_at_its_limit_and_resumed_below_it(key, pi, carol, now):
    ResourceApiKey.objects.update(limits={"cpu_k_hours": 5, "gb_k_hours": 0})

    def use(amount):
        usages = {"cpu_k_hours": amount, "gb_k_hours": 7}
        reports.report_usage(key, usages=usages, actor=carol, now=now)

    use(4)
    assert stands(key)[0] == "OK"
    use(5)
    assert (stands(key), key.paused_by_limit) == (("Updating", "pause", ""), True)
    use(6)
    reports.set_paused(key, actor=carol, now=now)
    use(7)
    assert stands(key)[0] == "Paused"
    api_keys.change(key, limits={"cpu_k_hours": 50}, actor=pi, now=now)
    use(7)
    assert (stands(key), key.paused_by_limit) == (("Updating", "resume", ""), False)
    reports.set_ok(key, actor=carol, now=now)
    assert stands(key) == ("OK", "", "")


def test_a_key_that_a_person_paused_stays_paused(key, pi, carol, now):
    api_keys.pause(key, actor=pi, now=now)
    reports.set_paused(key, actor=carol, now=now)
    reports.report_usage(key, usages={"cpu_k_hours": 0}, actor=carol, now=now)
    assert stands(key) == ("Paused", "", "")


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


def test_no_event_tells_a_value(key, resource, pi, carol, now):
    reports.report_created(resource=resource, client_id="c-9", api_key=OTHER, actor=carol, now=now)
    api_keys.reveal(key, actor=pi, now=now)
    api_keys.rotate(key, actor=pi, now=now)
    reports.set_key(key, api_key=OTHER, actor=carol, now=now)
    api_keys.revoke(key, actor=pi, now=now)
    reports.set_deleted(key, actor=carol, now=now)
    everything = str(list(Event.objects.values()))
    assert Event.objects.count() == 6
    assert SECRET not in everything
    assert OTHER not in everything


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
