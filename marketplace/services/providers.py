"""Service providers: the organisations that may offer resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Invalid
from identity import events
from identity.models import Customer
from marketplace import event_kinds as kinds
from marketplace.lifecycle import OfferingState
from marketplace.models import ServiceProvider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from identity.models import User


class AlreadyRegistered(Invalid):
    """The organisation is a service provider already."""

    code = "already_registered"


class HasOfferings(Invalid):
    """The provider still offers something."""

    code = "has_offerings"


@transaction.atomic
def register(
    *,
    customer: Customer,
    actor: User,
    now: datetime,
    description: str = "",
    enable_notifications: bool = True,
    allowed_domains: Sequence[str] = (),
    account_options: Mapping[str, Any] | None = None,
) -> ServiceProvider:
    """Make an organisation a service provider.

    :raises AlreadyRegistered: when it is one.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    if ServiceProvider.objects.filter(customer=customer).exists():
        raise AlreadyRegistered(
            {"customer": ["Service provider with this customer already exists."]}
        )
    provider = ServiceProvider.objects.create(
        customer=customer,
        description=description,
        enable_notifications=enable_notifications,
        allowed_domains=list(allowed_domains),
        account_options=dict(account_options or {}),
        created=now,
    )
    events.record(kinds.PROVIDER_REGISTERED, provider, actor=actor, now=now)
    return provider


@transaction.atomic
def change(
    provider: ServiceProvider, *, actor: User, now: datetime, **wanted: Any
) -> ServiceProvider:
    """Change a provider's description, notifications, domains or account options."""
    changed = changes.write(provider, wanted, now=now)
    if changed:
        events.record(
            kinds.PROVIDER_UPDATED,
            provider,
            actor=actor,
            now=now,
            payload={"changed": list(changed)},
        )
    return provider


@transaction.atomic
def remove(provider: ServiceProvider, *, actor: User, now: datetime) -> None:
    """Make an organisation an ordinary one again; its archived offerings stay.

    :raises HasOfferings: while any of its offerings is not archived.
    """
    customer = Customer.objects.select_for_update().get(pk=provider.customer_id)
    if customer.offerings.exclude(state=OfferingState.ARCHIVED).exists():
        raise HasOfferings(["Service provider has active offerings. Please archive them first."])
    events.record(kinds.PROVIDER_REMOVED, provider, actor=actor, now=now)
    provider.delete()
