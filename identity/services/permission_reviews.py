"""Reviews of who has which role in an organization or a project: begun, and closed by somebody.

They begin by themselves where `PERMISSION_REVIEW_DAYS` says how often, and when staff want one.
Closing says that somebody has looked: roles that are not needed any more are taken by the services
of members.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from common import storing
from common.errors import Conflict
from identity import access, events
from identity import event_kinds as kinds
from identity.models import Customer, Grant, PermissionReview, Project, User
from identity.permissions import GIVING
from identity.roles import ScopeType
from identity.services import members, periodic_rows

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.event_catalogue import Kind

BEGINNING = "identity.tasks.begin_permission_reviews"
"""The task that begins those that are due."""

MOST_BEGUN = 100
"""How many reviews of each kind begin in one run, so that a new setting does not flood people."""

MOST_MAILED = 50
"""How many people are mailed of one review."""


class ReviewPending(Conflict):
    """The roles there are being reviewed already."""

    code = "review_pending"


class ReviewClosed(Conflict):
    """Somebody has closed the review."""

    code = "review_closed"


@transaction.atomic
def begin(scope: Customer | Project, *, actor: User | None, now: datetime) -> PermissionReview:
    """Ask those who give roles in an organization or a project to look at who has which.

    :raises members.ScopeGone: it was removed.
    :raises ReviewPending: there is one that nobody has closed; of two at once, one gets this.
    """
    members.belongs_to(scope)
    review = PermissionReview(**{scope.scope_type.value: scope}, created=now)
    twice = ReviewPending(f"Who has which role in {scope.name} is being reviewed already.")
    with storing.refusing(one_open_review_a_customer=twice, one_open_review_a_project=twice):
        review.save(force_insert=True)
    _record(kinds.PERMISSION_REVIEW_BEGUN, review, "is to be reviewed", actor=actor, now=now)
    return review


@transaction.atomic
def close(review: PermissionReview, *, actor: User, now: datetime) -> None:
    """Note that somebody has looked at who has which role.

    :raises members.ScopeGone: what it is of was removed.
    :raises ReviewClosed: it was closed before; of two who close it at once, one gets this.
    """
    members.belongs_to(review.scope)
    still_open = PermissionReview.objects.filter(pk=review.pk, closed__isnull=True)
    if not still_open.update(closed=now, reviewer=actor, modified=now):
        raise ReviewClosed("This review was closed before.")
    _record(kinds.PERMISSION_REVIEW_CLOSED, review, "was reviewed", actor=actor, now=now)


def begin_due(*, now: datetime) -> int:
    """Begin the reviews whose time has come, each in a transaction of its own; return how many."""

    def work(scope: Customer | Project) -> PermissionReview:
        return begin(scope, actor=None, now=now)

    customers = _due(Customer.objects.all(), ScopeType.CUSTOMER, now)
    projects = _due(Project.objects.all(), ScopeType.PROJECT, now)
    begun = periodic_rows.for_each(BEGINNING, customers, work, now=now)
    return len(begun) + len(periodic_rows.for_each(BEGINNING, projects, work, now=now))


def _due(scopes: QuerySet[Any], scope_type: ScopeType, now: datetime) -> QuerySet[Any]:
    """Return those with people whose roles nobody has looked at for too long, the oldest first."""
    days = settings.ROLES.review_days
    if not days:
        return scopes.none()
    since = now - timedelta(days=days)
    held = Grant.objects.in_force().filter(scope_type=scope_type.value, scope_id=OuterRef("pk"))
    of_it = PermissionReview.objects.filter(**{scope_type.value: OuterRef("pk")})
    reviewed = of_it.filter(Q(closed__isnull=True) | Q(closed__gt=since))
    due = scopes.filter(Exists(held), ~Exists(reviewed), is_removed=False, created__lte=since)
    failed = periodic_rows.failed_keys(BEGINNING, scopes.model)  # which keep nobody from their turn
    in_turn = due.exclude(pk__in=failed).order_by("created", "pk")
    return due.filter(pk__in=[*in_turn.values_list("pk", flat=True)[:MOST_BEGUN], *failed])


def closers(review: PermissionReview) -> list[str]:
    """Return the addresses of those who may close a review and want mail, the nearest first.

    Of many, as many as `MOST_MAILED`.
    """
    scope = review.scope
    above = scope.pk if isinstance(scope, Customer) else scope.customer_id
    places = ((scope.scope_type, scope.pk), (ScopeType.CUSTOMER, above))
    found: list[str] = []
    for scope_type, scope_id in dict.fromkeys(places):
        giving = Grant.objects.on(scope_type, scope_id).in_force()
        giving = giving.filter(access.allowing(GIVING[scope.scope_type]))
        people = User.objects.filter(is_active=True, notifications_enabled=True).exclude(email="")
        told = people.filter(pk__in=giving.values("user")).order_by("email")
        found += told.values_list("email", flat=True)[:MOST_MAILED]
    return list(dict.fromkeys(found))[:MOST_MAILED]


def _record(
    kind: Kind, review: PermissionReview, what: str, *, actor: User | None, now: datetime
) -> None:
    scope = review.scope
    events.record(
        kind,
        review,
        actor=actor,
        now=now,
        message=f"Who has which role in {scope.name} {what}.",
        payload={"scope_type": scope.scope_type.value, "scope_uuid": scope.uuid.hex},
    )
