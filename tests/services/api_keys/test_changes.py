"""What may be changed of a key: its limits and whose it is, and nothing where keys are fixed."""

from __future__ import annotations

import pytest

from allocations.models import ResourceApiKey
from allocations.services import api_keys
from common.machine import IllegalTransition
from identity.models import Event
from tests.factories.allocations import RequestedApiKeyFactory
from tests.services.api_keys.keys import kinds, stands

pytestmark = pytest.mark.django_db


def fixed(key):
    """Let the key's site do nothing but rotate."""
    offering = key.resource.offering
    offering.plugin_options = {}
    offering.save()


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
