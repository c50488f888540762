"""Organisations: made by staff, kept by their owners, removed only while nothing hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError

from common import changes, networks, slugs
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.event_scope import EventScope
from identity.models import Customer, Grant, OrganizationGroup, Project, User
from identity.services import members
from identity.services.organization_groups import COLUMN, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from identity.event_catalogue import Kind

STAFF_ONLY = frozenset(
    {
        "accounting_start_date",
        "agreement_number",
        "archived",
        "blocked",
        "default_tax_percent",
        "domain",
        "grace_period_days",
        "max_service_accounts",
        "organization_groups",
        "originated_id",
        "slug",
        "sponsor_number",
    }
)
"""What an owner's request may carry but does not change, as at Waldur."""


class HasProjects(Conflict):
    """The organisation has projects that were not removed."""

    code = "has_projects"


class BadNetworks(Invalid):
    """What is given as networks is none."""

    code = "bad_networks"


class CustomerGone(Conflict):
    """The organisation was removed in the meantime."""

    code = "customer_gone"


class OrganisationInUse(Conflict):
    """Something else belongs to the organisation, such as its offerings."""

    code = "in_use"


@transaction.atomic
def create(
    *,
    name: str,
    actor: User,
    now: datetime,
    organization_groups: Sequence[OrganizationGroup] = (),
    **profile: Any,
) -> Customer:
    """Register an organisation; without a slug it gets one of its name.

    :raises BadNetworks: the networks from which its programs may call are none.
    :raises slugs.Taken: the slug that was chosen is another organisation's.
    """
    _check_networks(profile)
    customer = Customer(name=name, **profile, created=now)
    slugs.insert(customer, name)
    customer.organization_groups.set(organization_groups)
    _record(kinds.CUSTOMER_CREATED, customer, f"Organization {name} was created.", actor, now)
    return customer


@transaction.atomic
def update(customer: Customer, *, actor: User, now: datetime, wanted: Mapping[str, Any]) -> None:
    """Change what is known of an organisation; what only staff may change is left as it is.

    In one that is blocked nobody's role gives anything; each who has one is told of.

    :raises BadNetworks: the networks from which its programs may call are none.
    :raises slugs.Taken: the new slug is another organisation's.
    :raises RemovedMeanwhile: a group that it is to be in was removed.
    """
    _check_networks(wanted)
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    allowed = {f: new for f, new in wanted.items() if actor.is_staff or f not in STAFF_ONLY}
    groups = allowed.pop(COLUMN, None)
    columns = list(changes.assign(locked, allowed))
    changed = [*columns, *(() if groups is None else replace(locked, groups, now=now))]
    if not changed:
        return
    slugs.update(locked, [*columns, "modified"])
    message = f"Organization {locked.name} was updated."
    _record(kinds.CUSTOMER_UPDATED, locked, message, actor, now, fields=sorted(changed))
    if "blocked" in columns:
        members.tell_of_customer(locked, actor=actor, now=now)


def _check_networks(wanted: Mapping[str, Any]) -> None:
    if wrong := networks.faults(wanted.get("access_subnets") or ""):
        raise BadNetworks(
            {"access_subnets": [f"Neither a network nor an address: {wrong[0]:.64}."]}
        )


@transaction.atomic
def remove(customer: Customer, *, actor: User, now: datetime) -> None:
    """Remove an organisation that nothing hangs on, with its roles.

    One that never had a project is deleted. One whose projects are all removed is hidden for good,
    as they are: the record of what they used must stay readable.

    :raises HasProjects: it has projects.
    :raises OrganisationInUse: it has offerings, or is a service provider.
    :raises CustomerGone: it was removed meanwhile.
    """
    rows = Customer.objects.select_for_update().filter(is_removed=False)
    locked: Customer | None = rows.filter(pk=customer.pk).first()
    if locked is None:
        raise CustomerGone("This organization was removed.")
    if locked.projects.filter(is_removed=False).exists():
        raise HasProjects("Organization has projects. Please remove them before deleting it.")
    had_projects = locked.projects.exists()
    events.record(
        kinds.CUSTOMER_REMOVED,
        locked,
        actor=actor,
        now=now,
        message=f"Organization {locked.name} was removed.",
        scope=locked.event_scope() if had_projects else EventScope(),
        payload={"name": locked.name},
    )
    try:
        with transaction.atomic():
            locked.delete()
    except ProtectedError as error:
        protecting = {type(row) for row in error.protected_objects} - {Project}
        if protecting:
            names = sorted(str(model._meta.verbose_name_plural) for model in protecting)
            raise OrganisationInUse(f"Organization still has {' and '.join(names)}.") from error
        _hide(locked, actor=actor, now=now)


def _hide(locked: Customer, *, actor: User, now: datetime) -> None:
    """Keep the row of an organisation for the record, and nothing that acts for it."""
    grants = Grant.objects.filter(customer=locked)
    members.revoke_all(grants, actor=actor, now=now, reason="organization removed")
    locked.is_removed = True
    locked.save(update_fields=["is_removed", "modified"])


def _record(
    kind: Kind, customer: Customer, message: str, actor: User, now: datetime, **payload: object
) -> None:
    events.record(kind, customer, actor=actor, now=now, message=message, payload=payload)
