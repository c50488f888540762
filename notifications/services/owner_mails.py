"""Mail to the owners of an organisation, of what an allocation of theirs has used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models.functions import Lower

from accounting import event_kinds as kinds
from accounting.models import SlurmPeriodicUsagePolicy
from identity import access, events
from identity.models import Event, Grant
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.models import Resource
from notifications.bus import mailing

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer


def send(notification: Event, *, now: datetime) -> None:
    """Send the mail that a policy's notification calls for, unless it was sent before.

    One mail goes to all owners, so that a failure mails nobody, and a repetition mails nobody
    twice. That it was sent is recorded once the mail server has it; no transaction waits for it.

    :raises mailing.NotSent: the mail server did not take it.
    """
    policy = SlurmPeriodicUsagePolicy.objects.filter(uuid=notification.subject_uuid).first()
    resources = Resource.objects.select_related("project__customer", "offering__customer")
    resource = resources.filter(uuid=notification.resource_uuid).first()
    if policy is None or resource is None or _was_sent(notification):
        return
    to = _owners(resource.project.customer)
    if to:
        subject = f"[{settings.SITE_NAME}] {notification.message}"
        mailing.send(to, subject, _text(notification, resource))
    events.record(
        kinds.POLICY_OWNERS_TOLD,
        policy,
        actor=None,
        now=now,
        # Who manages the offering alone need not know whom the organisation's mails go to.
        scope=replace(resource.event_scope(), offering_uuid=None),
        message=f"Owners were told of the usage of {resource.name} by mail: {len(to)}.",
        payload={
            "resource_uuid": resource.uuid.hex,
            "notification": notification.uuid.hex,
            "recipients": len(to),
        },
    )


def _was_sent(notification: Event) -> bool:
    sent = Event.objects.filter(
        kind=kinds.POLICY_OWNERS_TOLD.name,
        subject_uuid=notification.subject_uuid,
        payload__notification=notification.uuid.hex,
    )
    return sent.exists()


def _owners(customer: Customer) -> list[str]:
    """Return the addresses of an organisation's owners who want to be notified, each once."""
    grants = Grant.objects.in_force().on(ScopeType.CUSTOMER, customer.pk)
    owners = grants.filter(
        access.allowing(Permission.UPDATE_CUSTOMER),
        user__is_active=True,
        user__notifications_enabled=True,
    ).exclude(user__email="")
    addresses = owners.annotate(address=Lower("user__email")).order_by("address")
    return list(addresses.values_list("address", flat=True).distinct())


def _text(notification: Event, resource: Resource) -> str:
    payload = notification.payload
    facts = {
        "Allocation": f"{resource.name} ({resource.uuid.hex})",
        "Project": resource.project.name,
        "Organization": resource.project.customer.name,
        "Offering": f"{resource.offering.name} of {resource.offering.customer.name}",
        "Period": payload["billing_period"],
        "Used": f"{payload['usage_percentage']} % of what is allowed in the period",
    }
    lines = [notification.message, ""]
    lines += [f"{name + ':':14}{value}" for name, value in facts.items()]
    lines += [
        "",
        "The provider's policy may slow the allocation down or pause it when it uses more than is",
        "allowed. A larger limit can be ordered.",
        "",
        "-- ",
        "You get this once a period, as an owner of the organization who is notified. Who wants no",
        "such mail switches off notifications in their profile (notifications_enabled).",
        "",
    ]
    return "\n".join(lines)
