"""Hooks are made, changed and removed; what they may not be is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.sealing import unseal
from identity.models import Event
from identity.roles import RoleName
from notifications.models import EmailHook, Hook, HookDelivery, WebHook
from notifications.services import hooks, housekeeping
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.notifications import EmailHookFactory, HookDeliveryFactory, WebHookFactory

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.org/in?key=hidden"


@pytest.fixture
def made(alice, now):
    return hooks.create_web(
        destination_url=URL, event_types=["marketplace_order_completed"], actor=alice, now=now
    )


def test_a_webhook_gets_a_secret_that_is_kept_sealed(made, alice, now):
    hook, secret = made

    assert isinstance(hook, WebHook)
    assert secret.startswith("whsec_")
    assert secret not in hook.sealed_secret
    assert unseal(hook.sealed_secret) == secret
    assert (hook.author, hook.customer, hook.active_since, hook.is_active) == (
        alice,
        None,
        now,
        True,
    )


def test_making_one_is_recorded_without_its_whole_address(made, alice):
    hook, _ = made
    event = Event.objects.get()

    assert (event.kind, event.actor, event.subject_uuid, event.customer) == (
        "web_hook.created",
        alice,
        hook.uuid,
        None,
    )
    assert event.message == "Hook to hooks.example.org: created."
    assert "hidden" not in f"{event.payload}"


def test_an_organisations_hook_is_in_its_log(allocator, alice, now):
    hooks.create_web(
        destination_url=URL, event_kinds=["*"], customer=allocator, actor=alice, now=now
    )

    assert Event.objects.get().customer == allocator


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://127.0.0.1/", "x"])
def test_an_address_that_is_not_allowed_is_refused(url, alice, made, now):
    with pytest.raises(hooks.BadDestination) as refusal:
        hooks.create_web(destination_url=url, event_kinds=["*"], actor=alice, now=now)
    assert list(refusal.value.detail) == ["destination_url"]

    with pytest.raises(hooks.BadDestination):
        hooks.change(made[0], wanted={"destination_url": url}, actor=alice, now=now)


@pytest.mark.parametrize("wish", [{}, {"event_types": [], "event_groups": []}])
def test_a_hook_that_would_never_hear_anything_is_refused(wish, alice, made, now):
    with pytest.raises(hooks.NoEventsChosen):
        hooks.create_web(destination_url=URL, **wish, actor=alice, now=now)
    with pytest.raises(hooks.NoEventsChosen):
        hooks.change(made[0], wanted={"event_types": []}, actor=alice, now=now)


def test_there_is_a_limit_for_each_owner(alice, allocator, now, monkeypatch):
    monkeypatch.setattr(hooks, "MOST_HOOKS", 1)
    wish = {"destination_url": URL, "event_kinds": ["*"], "actor": alice, "now": now}
    hooks.create_web(**wish)
    hooks.create_web(**wish, customer=allocator)

    for customer in (None, allocator):
        with pytest.raises(hooks.TooMany):
            hooks.create_web(**wish, customer=customer)


def test_mail_goes_to_the_author(alice, now):
    hook = hooks.create_email(email=alice.email.upper(), event_kinds=["*"], actor=alice, now=now)

    assert isinstance(hook, EmailHook)
    assert Event.objects.get().kind == "email_hook.created"


def test_mail_of_an_organisation_goes_to_its_addresses_and_members(allocator, alice, bob, now):
    allocator.email, allocator.notification_emails = "desk@se.example", "a@se.example, B@se.example"
    allocator.save()
    reader = UserFactory()
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    mine = {"event_kinds": ["*"], "customer": allocator, "actor": alice, "now": now}

    for email in ("desk@se.example", "a@se.example", "b@se.example", reader.email):
        hooks.create_email(email=email, **mine)
    for email in ("stranger@example.org", bob.email):
        with pytest.raises(hooks.StrangersAddress):
            hooks.create_email(email=email, **mine)


def test_mail_of_a_person_goes_to_no_stranger(alice, bob, dave, now):
    hook = EmailHookFactory(author=alice, created=now)

    with pytest.raises(hooks.StrangersAddress):
        hooks.create_email(email=bob.email, event_kinds=["*"], actor=alice, now=now)
    with pytest.raises(hooks.StrangersAddress):
        hooks.change(hook, wanted={"email": bob.email}, actor=alice, now=now)
    hooks.create_email(email="desk@example.org", event_kinds=["*"], actor=dave, now=now)


def test_a_person_without_an_address_gets_no_mail(now):
    with pytest.raises(hooks.StrangersAddress):
        hooks.create_email(
            email="x@example.org", event_kinds=["*"], actor=UserFactory(email=""), now=now
        )


def test_switching_on_again_begins_anew(made, alice, now):
    hook, _ = made
    Hook.objects.update(is_active=False, failures=9, failing_since=now, paused_until=now)
    later = now + timedelta(days=1)
    hooks.change(hook, wanted={"is_active": True}, actor=alice, now=later)

    hook.refresh_from_db()
    assert (hook.is_active, hook.active_since, hook.failures) == (True, later, 0)
    assert (hook.failing_since, hook.paused_until) == (None, None)


def test_a_change_that_changes_nothing_is_no_event(made, alice, now):
    hook, _ = made
    hooks.change(hook, wanted={"destination_url": URL, "is_active": True}, actor=alice, now=now)

    assert Event.objects.count() == 1


def test_a_change_is_recorded_by_the_names_of_what_changed(made, alice, now):
    hooks.change(made[0], wanted={"scopes": ["a" * 32]}, actor=alice, now=now)

    assert Event.objects.get(kind="web_hook.updated").payload == {
        "hook_uuid": made[0].uuid.hex,
        "fields": ["scopes"],
    }


def test_a_removed_hook_takes_along_what_it_was_to_be_told(made, alice, now):
    hook, _ = made
    HookDeliveryFactory(hook=hook)
    hooks.remove(hook, actor=alice, now=now)

    assert not HookDelivery.objects.exists()
    assert Event.objects.filter(kind="web_hook.removed").count() == 1
    for action in (
        lambda: hooks.remove(hook, actor=alice, now=now),
        lambda: hooks.change(hook, wanted={"is_active": False}, actor=alice, now=now),
        lambda: hooks.rotate_secret(hook, actor=alice, now=now),
        lambda: hooks.ping(hook, actor=alice, now=now),
    ):
        with pytest.raises(hooks.HookGone):
            action()


def test_rotating_keeps_the_former_secret_for_a_while(made, alice, now):
    hook, old = made
    new = hooks.rotate_secret(hook, overlap=timedelta(hours=2), actor=alice, now=now)

    hook.refresh_from_db()
    assert (unseal(hook.sealed_secret), unseal(hook.sealed_previous)) == (new, old)
    assert hook.previous_until == now + timedelta(hours=2)
    assert new not in str(Event.objects.get(kind="web_hook.secret_rotated").payload)


def test_rotating_without_overlap_forgets_the_former_secret(made, alice, now):
    hook, _ = made
    hooks.rotate_secret(hook, overlap=timedelta(0), actor=alice, now=now)

    hook.refresh_from_db()
    assert (hook.sealed_previous, hook.previous_until) == ("", None)


def test_what_is_switched_off_is_not_pinged(made, alice, now):
    Hook.objects.update(is_active=False)

    with pytest.raises(hooks.Inactive):
        hooks.ping(made[0], actor=alice, now=now)


def test_the_log_of_a_hook_is_kept_for_a_month(now):
    old = now - timedelta(days=31)
    hook, off = WebHookFactory(), WebHookFactory(is_active=False)
    waiting = HookDeliveryFactory(hook=hook, planned_at=old)
    HookDeliveryFactory(hook=hook, planned_at=old, delivered_at=old)
    HookDeliveryFactory(hook=hook, planned_at=old, dead=True)
    HookDeliveryFactory(hook=off, planned_at=old)
    young = HookDeliveryFactory(hook=hook, planned_at=now, delivered_at=now)

    assert housekeeping.prune(now=now) == 3
    assert set(HookDelivery.objects.all()) == {waiting, young}


def test_one_person_makes_so_many_for_whomever(alice, allocator, provider, now, settings):
    settings.HOOKS_PER_PERSON = 2
    wish = {"destination_url": URL, "event_kinds": ["*"], "actor": alice, "now": now}
    hooks.create_web(**wish)
    first, _ = hooks.create_web(**wish, customer=allocator)

    with pytest.raises(hooks.TooMany, match="One person may make at most 2 hooks"):
        hooks.create_web(**wish, customer=provider)
    hooks.remove(first, actor=alice, now=now)
    hooks.create_web(**wish, customer=provider)
