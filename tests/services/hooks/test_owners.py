"""Hooks follow what becomes of their owners, and of the addresses that they mail to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.wiring import dispatch_events
from identity.models import EmailConfirmation
from identity.services import emails, user_removal
from notifications.models import Hook
from notifications.services import hook_owners, hooks
from tests.factories.notifications import EmailHookFactory, WebHookFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, User

pytestmark = pytest.mark.django_db


def unconfirmed(alice: User, allocator: Customer, now: datetime) -> tuple[Hook, str]:
    """Return an organisation's mail hook whose address is to be confirmed, and the code."""
    allocator.notification_emails = "ops@example.org"
    allocator.save()
    hook = hooks.create_email(
        email="ops@example.org", event_kinds=["*"], customer=allocator, actor=alice, now=now
    )
    return hook, emails.code_of(EmailConfirmation.objects.get(subject_uuid=hook.uuid))


def test_the_hooks_of_a_removed_person_go_and_those_of_their_organisation_stay(
    bob: User, allocator: Customer, dave: User, now: datetime
) -> None:
    WebHookFactory(author=bob)
    EmailHookFactory(author=bob)
    kept = WebHookFactory(author=bob, customer=allocator)

    user_removal.remove(bob, actor=dave, now=now)
    assert list(Hook.objects.live()) == [kept]  # at once; the others are sent nothing any more
    dispatch_events()

    assert list(Hook.objects.values_list("pk", flat=True)) == [kept.pk]


def test_hooks_stay_whose_owner_stays(bob: User, allocator: Customer, now: datetime) -> None:
    WebHookFactory(author=bob)
    WebHookFactory(author=bob, customer=allocator)

    hook_owners.remove_hooks_of_user(bob.uuid)
    hook_owners.switch_off_hooks_of_customer(allocator.uuid, now=now)

    assert Hook.objects.filter(is_active=True).count() == 2


def test_a_confirmed_address_counts_from_then_on(
    alice: User, allocator: Customer, now: datetime
) -> None:
    hook, code = unconfirmed(alice, allocator, now)
    assert not Hook.objects.live().filter(pk=hook.pk).exists()

    emails.confirm(code, now=now)

    confirmed = Hook.objects.live().get(pk=hook.pk)
    assert (confirmed.email_confirmed_at, confirmed.active_since) == (now, now)


def test_the_address_that_a_hook_no_longer_has_does_not_count_for_it(
    alice: User, allocator: Customer, now: datetime
) -> None:
    hook, code = unconfirmed(alice, allocator, now)
    Hook.objects.filter(pk=hook.pk).update(email="other@example.org")

    emails.confirm(code, now=now)

    assert Hook.objects.get(pk=hook.pk).email_confirmed_at is None


def test_a_hook_that_is_gone_has_no_address_to_confirm(
    alice: User, allocator: Customer, now: datetime
) -> None:
    removed, code = unconfirmed(alice, allocator, now)
    hooks.remove(removed, actor=alice, now=now)
    with pytest.raises(emails.BadCode):
        emails.confirm(code, now=now)

    deleted, code = unconfirmed(alice, allocator, now)
    Hook.objects.filter(pk=deleted.pk).delete()  # with its organisation
    with pytest.raises(emails.BadCode):
        emails.confirm(code, now=now)
