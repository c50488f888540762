"""Owners of an organisation get one mail when an allocation has used most of what it may."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.utils import timezone

from accounting.models import SlurmPeriodicUsagePolicy
from config import wiring
from identity.models import Event, EventDelivery
from identity.roles import RoleName
from notifications.bus.mailing import NotSent
from notifications.services import owner_mails
from tests.factories.identity import GrantFactory, UserFactory
from tests.services.policies.scene import NOV, evaluate, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def notification(policy, resource, carol):
    use(resource, 85)
    evaluate(policy, resource, carol)
    return Event.objects.get(kind="policy.notification_due")


def owner(customer, **person):
    user = UserFactory(**person)
    GrantFactory(user=user, role=RoleName.CUSTOMER_OWNER, scope=customer)
    return user


def test_the_mail_says_which_allocation_has_used_how_much(
    notification, resource, alice, project, settings
):
    settings.DEFAULT_FROM_EMAIL = "noreply@efp.example"
    owner_mails.send(notification, now=NOV)

    (sent,) = mail.outbox
    assert (sent.to, sent.from_email) == ([alice.email], "noreply@efp.example")
    assert sent.subject == (
        f"[EFP Allocations] {resource.name} has used 85.00 % of what is allowed in 2026-11."
    )
    for fact in (
        f"Allocation:   {resource.name} ({resource.uuid.hex})\n",
        f"Project:      {project.name}\n",
        "Organization: LUMI Sweden\n",
        f"Offering:     {resource.offering.name} of CSC\n",
        "Period:       2026-11\n",
        "Used:         85.00 % of what is allowed in the period\n",
    ):
        assert fact in sent.body


def test_all_owners_get_the_same_mail_and_nobody_else(notification, allocator, alice, bob, carol):
    second = owner(allocator, email="Second@Example.org")
    owner(allocator, email="second@example.org")
    owner(allocator, is_active=False)
    owner(allocator, notifications_enabled=False)
    owner(allocator, email="")
    gone = owner(allocator)
    gone.grants.update(expiration_time=timezone.now() - timedelta(days=1))

    owner_mails.send(notification, now=NOV)

    assert [sent.to for sent in mail.outbox] == [[alice.email, second.email.lower()]]


def test_a_notification_is_told_once(notification, alice):
    for _ in range(2):
        owner_mails.send(notification, now=NOV)

    assert len(mail.outbox) == 1
    told = Event.objects.get(kind="policy.owners_told")
    assert told.payload["recipients"] == 1
    assert told.message.endswith("by mail: 1.")


def test_an_organisation_without_owners_is_told_nothing_and_that_is_recorded(notification):
    owner_mails.send(notification, now=NOV)

    assert mail.outbox == []
    assert Event.objects.get(kind="policy.owners_told").payload["recipients"] == 0


def test_a_policy_that_was_removed_tells_nobody(notification, alice):
    SlurmPeriodicUsagePolicy.objects.all().delete()
    owner_mails.send(notification, now=NOV)

    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_an_error_and_nothing_is_recorded(
    notification, alice, monkeypatch
):
    def refuse(_self, *_args, **_kwargs):
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    with pytest.raises(NotSent):
        owner_mails.send(notification, now=NOV)
    assert not Event.objects.filter(kind="policy.owners_told").exists()


def test_the_outbox_tries_again_until_the_mail_is_taken_and_then_no_more(
    notification, alice, settings
):
    settings.EMAIL_BACKEND = "no.such.backend"
    wiring.dispatch_events()
    delivery = EventDelivery.objects.get(event=notification)
    assert (delivery.delivered_at, delivery.attempts) == (None, 1)

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for _ in range(2):
        EventDelivery.objects.update(next_attempt_at=timezone.now(), delivered_at=None)
        wiring.dispatch_events()

    assert len(mail.outbox) == 1
