"""Our kinds of events have names that Waldur's clients know."""

from __future__ import annotations

from config import wiring
from identity import waldur_events
from identity.event_types import GROUPS, WIRE_NAMES, kinds_in, kinds_named, wire_name


def test_every_name_and_group_is_one_of_waldurs():
    assert set(WIRE_NAMES.values()) <= waldur_events.TYPES
    assert set(GROUPS) <= waldur_events.GROUPS
    assert (len(waldur_events.TYPES), len(waldur_events.GROUPS)) == (388, 27)


def test_every_kind_that_has_a_name_is_recorded_by_somebody():
    assert set(WIRE_NAMES) <= set(wiring.SUBSCRIBERS) | wiring.UNHEARD


def test_names_are_found_both_ways():
    assert wire_name("order.done") == "marketplace_order_completed"
    assert wire_name("order.amended") == "order.amended"
    assert kinds_named("role_revoked") == {"grant.revoked", "grant.expired"}
    assert kinds_named("order.amended") == kinds_named("invoice_created") == frozenset()
    assert {"order.done", "resource.created"} <= kinds_in("resources")
    assert kinds_in("invoices") == frozenset()
