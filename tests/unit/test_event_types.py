"""The words for events: Waldur's, our own, and groups of them."""

from __future__ import annotations

from config.event_kinds import CATALOGUE
from identity.event_catalogue import Group
from identity.event_types import (
    kinds_in,
    kinds_meant,
    kinds_named,
    wire_name,
)
from tests.cases import each


def test_a_kind_is_told_by_waldurs_name_where_there_is_one():
    assert wire_name("grant.expired") == "role_revoked"
    assert wire_name("agent.registered") == "agent.registered"
    assert wire_name("no.such") == "no.such"


@each("kind", sorted(CATALOGUE.by_name))
def test_a_kind_is_found_by_each_of_its_names_and_by_its_group(kind):
    assert kinds_named(kind) == {kind}
    assert kind in kinds_named(wire_name(kind))
    assert [kind in kinds_in(group) for group in Group].count(True) == 1


def test_a_name_of_waldurs_may_stand_for_several_kinds():
    assert kinds_named("role_revoked") == {"grant.expired", "grant.revoked"}


def test_a_word_means_a_kind_a_name_or_a_group_and_else_nothing():
    assert kinds_meant("token.issued") == {"token.issued"} == kinds_meant("token_created")
    assert kinds_meant("auth") == {
        *("linked_identity.added", "linked_identity.logged_in"),
        *("linked_identity.logged_out", "linked_identity.removed"),
        *("token.expiring", "token.issued", "token.networks_changed", "token.revoked"),
    }
    assert kinds_meant("nonsense") == kinds_named("auth") == kinds_in("token.issued") == set()
