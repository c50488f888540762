"""Reasons of usage, of what offerings ask for, and of sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounting.services import evaluation
from allocations.lifecycle import SyncState
from allocations.services import admission, membership, sync_statuses
from marketplace.services import delivery
from tests.factories.accounting import (
    ComponentUsageFactory,
    ComponentUserUsageFactory,
    ComponentUserUsageLimitFactory,
    PolicyFactory,
)
from tests.factories.agents import AgentIdentityFactory, AgentServiceFactory
from tests.factories.allocations import MembershipSyncStatusFactory
from tests.factories.marketplace import ConsentFactory, TermsOfServiceFactory
from tests.services.obstacles.of_people import INSISTS
from tests.services.obstacles.world import (
    AT,
    INSTITUTION,
    ITSELF,
    LONG_AGO,
    PERSON,
    PROJECT,
    PROVIDER,
    STAFF,
    Expected,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

VETS = replace(INSISTS, enforces_profile=False, needs_vetting=True)


def used(amount: str) -> Callable[[World], object]:
    def report(world: World) -> object:
        return ComponentUsageFactory(resource=world.resource, usage=Decimal(amount), date=world.now)

    return report


def under_a_policy(amount: str) -> Callable[[World], None]:
    def evaluate(world: World) -> None:
        world.option(supports_pausing=True, supports_downscaling=True)
        policy = PolicyFactory(offering=world.offering, created_by=world.dave)
        used(amount)(world)
        evaluation.evaluate(policy, **world.by)

    return evaluate


def flagged(flag: str) -> Callable[[World], object]:
    return lambda world: delivery.set_flags(world.resource, {flag: True}, **world.by)


def of_their_own(world: World) -> None:
    ComponentUserUsageLimitFactory(
        resource=world.resource, user=world.account, limit=Decimal("1.5")
    )
    usage = ComponentUsageFactory(resource=world.resource, usage=Decimal(3), date=world.now)
    ComponentUserUsageFactory(component_usage=usage, username="bob1", usage=Decimal(2))


def asks(**options: Any) -> Callable[[World], object]:
    return lambda world: world.option(**options)


def with_terms(*, asked: bool, agreed: str = "") -> Callable[[World], None]:
    def publish(world: World) -> None:
        if asked:
            world.option(**{admission.ASKS: True})
        TermsOfServiceFactory(
            offering=world.offering,
            version="2",
            requires_reconsent=True,
            in_force_since=LONG_AGO,
        )
        if agreed:
            ConsentFactory(user=world.bob, offering=world.offering, version=agreed)

    return publish


def reported(world: World) -> None:
    MembershipSyncStatusFactory(
        resource=world.resource,
        user=world.bob,
        state=SyncState.ERROR,
        message="no such uid",
        reported_at=LONG_AGO,
    )


def seen_long_ago(world: World) -> None:
    agent = AgentIdentityFactory(offering=world.offering)
    AgentServiceFactory(identity=agent, last_seen=LONG_AGO)


POLICY = "Usage policy of LUMI-C (lumi-c-1)"
USAGE = (
    Expected(
        "paused_by_policy",
        under_a_policy("12.5"),
        f"The allocation is paused. {POLICY} did so: 125 % of what is allowed in the period"
        " {month} was used, and it pauses from 120 % on (evaluated {now}).",
        (ITSELF, PROJECT, PROVIDER),
        besides=("downscaled_by_policy", "limit_reached_in_grace"),
    ),
    Expected(
        "allocation_paused",
        flagged("paused"),
        "The allocation is paused, by the Hosting Entity or by staff: nobody computes on it.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "downscaled_by_policy",
        under_a_policy("11"),
        f"The allocation is slowed down. {POLICY} did so: 110 % of what is allowed in the period"
        " {month} was used, and it slows down from 100 % on (evaluated {now}).",
        (ITSELF, PROJECT, PROVIDER),
        besides=("limit_reached_in_grace",),
    ),
    Expected(
        "allocation_downscaled",
        flagged("downscaled"),
        "The allocation is slowed down, by the Hosting Entity or by staff: it may be used with less"
        " than was granted.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "limit_reached",
        used("10.50"),
        "Nothing is left of CPU: 10.5 of 10 kh were used this month.",
        (PROJECT, ITSELF),
    ),
    Expected(
        "limit_reached_in_grace",
        under_a_policy("11"),
        "Nothing is left of CPU: 11 of 10 kh were used this month. The usage policy lets the"
        " allocation go on up to 120 %.",
        (PROJECT, ITSELF),
        besides=("downscaled_by_policy",),
    ),
    Expected(
        "own_limit_reached",
        of_their_own,
        "Nothing is left of what the person may use of CPU: 2 of 1.5 kh were used by them this"
        " month.",
        (PROJECT, PROVIDER),
    ),
)

ADMISSION = (
    Expected(
        "not_vetted",
        lambda w: None,
        "It was not looked at yet who the person is, which is asked for here.",
        (STAFF, INSTITUTION),
        settings={"REGISTRATION": VETS},
    ),
    Expected(
        "assurance_too_low",
        asks(required_assurance=["https://refeds.org/assurance/IAP/high"]),
        "The person's institution does not assure as much of them as is asked:"
        " https://refeds.org/assurance/IAP/high.",
        (INSTITUTION, PERSON),
    ),
    Expected(
        "login_too_weak",
        lambda w: None,
        "The person did not log in the last time as is asked, with a second factor, say:"
        " https://refeds.org/profile/mfa.",
        (PERSON,),
        settings={"REQUIRED_ACR": ["https://refeds.org/profile/mfa"]},
    ),
    Expected(
        "offering_terms_outdated",
        with_terms(asked=True, agreed="1"),
        "The person agreed to version 1 of the offering's terms of service, and the time for"
        f" agreeing to version 2 is over since {AT}.",
        (PERSON,),
    ),
    Expected(
        "offering_terms_not_accepted",
        with_terms(asked=True),
        "The person has not agreed to version 2 of the offering's terms of service, which accounts"
        " there wait for.",
        (PERSON,),
    ),
    Expected(
        "offering_terms_open",
        with_terms(asked=False),
        "The person has not agreed to version 2 of the offering's terms of service: until they do,"
        " they order nothing there, and the site sees no more of them than their user name.",
        (PERSON,),
    ),
)

SITES = (
    Expected(
        "association_missing",
        reported,
        "The site was to let the person into the allocation, and could not do it (it said so"
        f" {AT}). It says: no such uid",
        (PROVIDER,),
    ),
    Expected(
        "association_unreported",
        asks(**{sync_statuses.ENABLED: True}),
        "The site says of each member whether they are let in, and has said nothing of this person"
        " yet.",
        (PROVIDER,),
    ),
    Expected(
        "not_synced_yet",
        lambda w: w.write(w.resource, last_sync=LONG_AGO),
        f"The site looked at the allocation at {AT}, which was before the person got their role"
        " ({joined}): it may not have let them in yet.",
        (PROVIDER,),
    ),
    Expected(
        "site_name_missing",
        lambda w: delivery.set_backend_id(w.resource, "", **w.by),
        "The site has not said what it calls the allocation (its backend ID), so that nothing of it"
        " can be looked up there.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "agent_silent",
        seen_long_ago,
        f"The site's agent was last seen at {AT}, longer ago than it ought to be: what has changed"
        " here since is not known there.",
        (PROVIDER,),
    ),
)

OPENS = {membership.MANAGED: True}
JOINED = timedelta(days=9)
