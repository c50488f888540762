"""Who needs an account where: people with a role in a project that has a live allocation.

This holds at offerings whose provider manages accounts (`MANAGED`). What is and what should be are
compared each time, so that no event has to come in order, once, or at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from allocations.lifecycle import ACCOUNT, AccountState
from allocations.models import OfferingUser
from allocations.services import accounts, admission, naming, restrictions
from common.errors import Invalid
from identity.models import Grant, Project, User
from identity.roles import ScopeType
from identity.services import vetting
from identity.standing import VettingOutcome
from marketplace.lifecycle import ResourceState
from marketplace.models import Offering, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.models import Customer

MANAGED = "service_provider_can_create_offering_user"
"""The plugin option of an offering whose provider manages accounts."""

NOTHING_SHARED = "The user has no resources of this service provider's offerings."

SERVED = frozenset(ResourceState) - {ResourceState.CREATING, ResourceState.TERMINATED}
"""The states of a resource whose project's members need accounts."""


class NothingShared(Invalid):
    """The person has no allocation at the provider."""

    code = "nothing_shared"


def members(project: Project) -> QuerySet[User]:
    """Return the people who hold a role in a project."""
    grants = Grant.objects.in_force().on(ScopeType.PROJECT, project.pk)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("pk")


def offerings_of(project: Project) -> QuerySet[Offering]:
    """Return the offerings of which a project has, or had, an allocation."""
    resources = Resource.objects.filter(project=project).exclude(state=ResourceState.CREATING)
    return Offering.objects.filter(pk__in=resources.values("offering")).order_by("pk")


def people_of(offering: Offering) -> QuerySet[User]:
    """Return the people who need an account at an offering, and those who have one."""
    resources = Resource.objects.filter(offering=offering, state__in=SERVED)
    grants = Grant.objects.in_force().filter(
        scope_type=ScopeType.PROJECT, project__in=resources.values("project")
    )
    having = OfferingUser.objects.filter(offering=offering).exclude(state=AccountState.DELETED)
    return User.objects.filter(
        Q(pk__in=grants.values("user")) | Q(pk__in=having.values("user"))
    ).order_by("pk")


def reconcile_all(*, users: Iterable[User], offerings: Iterable[Offering], now: datetime) -> None:
    """Bring the accounts of some people at some offerings to what their roles call for."""
    concerned = [offering for offering in offerings if _concerns_us(offering)]
    for user in users if concerned else ():
        for offering in concerned:
            reconcile(user=user, offering=offering, now=now)


def see_to(user: User, *, now: datetime) -> None:
    """Bring a person's accounts at all that their projects use, or used, to what is called for."""
    for project in Project.objects.filter(grants__user=user).distinct().order_by("pk"):
        reconcile_all(users=[user], offerings=offerings_of(project), now=now)


@transaction.atomic
def reconcile(*, user: User, offering: Offering, now: datetime) -> OfferingUser | None:
    """Open the account that a person's roles call for, or have one deleted that they no longer do.

    One that is needed is named, where the offering's policy names people. None is opened, and who
    has one is kept out, until the person meets what the offering asks for (`admission`). It may run
    any number of times, for whatever reason; at offerings whose provider does not manage accounts,
    nothing but the keeping out is done.
    """
    if admission.asks_for_consent(offering):  # consents and terms are written under the same lock
        Offering.objects.select_for_update(no_key=True).get(pk=offering.pk)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # and so are vettings
    account = accounts.live(user, offering, lock=True)
    unmet = admission.unmet(user, offering)
    if not offering.plugin_options.get(MANAGED):
        if account is not None:
            restrictions.withhold(account, unmet, now=now)
        return None
    may_come_in = user.is_active and vetting.outcome_of(user) != VettingOutcome.REFUSED
    is_needed = may_come_in and _resources_of(user).filter(offering=offering).exists()
    if account is None:
        is_due = is_needed and unmet is None
        return naming.open_account(user, offering, now=now) if is_due else None
    account.user, account.offering = user, offering
    if not is_needed or (unmet and account.state == AccountState.REQUESTED):
        return let_go(account, now=now)
    if account.state == AccountState.DELETION_REQUESTED:
        back_to = AccountState.OK if account.username else AccountState.REQUESTED
        accounts.advance(account, "come_back", back_to, actor=None, now=now)
    naming.refresh(account, now=now)
    return restrictions.withhold(account, unmet, now=now)


def let_go(account: OfferingUser, *, now: datetime) -> OfferingUser | None:
    """Have the site delete an account that it has or makes; forget one that it has not begun."""
    if account.state == AccountState.REQUESTED:
        accounts.remove(account, actor=None, now=now)
        return None
    if ACCOUNT.allows("leave", AccountState(account.state)):
        accounts.advance(account, "leave", AccountState.DELETION_REQUESTED, actor=None, now=now)
    return account


@transaction.atomic
def name_everywhere(
    *, provider: Customer, user: User, username: str, actor: User, now: datetime
) -> int:
    """Give a person one name at all the provider's offerings where they have allocations.

    :raises NothingShared: there is no such offering.
    :raises UsernameTaken: another account has the name at one of them; then none is changed.
    """
    offerings = Offering.objects.filter(
        pk__in=_resources_of(user).filter(offering__customer=provider).values("offering")
    ).order_by("pk")
    for offering in offerings:
        account = accounts.live(user, offering)
        if account is None:
            accounts.create(offering=offering, user=user, username=username, actor=actor, now=now)
        else:
            accounts.set_username(account, username=username, actor=actor, now=now)
    if not offerings:
        raise NothingShared({"user_uuid": [NOTHING_SHARED]})
    return len(offerings)


def _concerns_us(offering: Offering) -> bool:
    """Tell whether accounts at an offering are opened, or kept from anybody, by this service."""
    if offering.plugin_options.get(MANAGED) or admission.asks_for_anything(offering):
        return True
    withheld = OfferingUser.objects.filter(offering=offering).exclude(withheld_for="")
    return bool(withheld.exists())


def _resources_of(user: User) -> QuerySet[Resource]:
    """Return the live allocations of the projects in which a person holds a role."""
    projects = Grant.objects.in_force().filter(user=user, scope_type=ScopeType.PROJECT)
    return Resource.objects.filter(project__in=projects.values("project"), state__in=SERVED)
