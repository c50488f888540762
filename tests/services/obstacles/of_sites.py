"""Reasons of usage, accounts, logins and sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounting.services import evaluation
from allocations.access_plane.values import entitlement
from allocations.lifecycle import AccountState, SyncState
from allocations.models import OfferingUser
from allocations.services import accounts, admission, membership, restrictions, sync_statuses
from identity.services import keys
from marketplace.login_nodes import NODES, SWITCH
from marketplace.services import delivery
from tests.factories.access_plane import EntitledPersonFactory, EntitlementFactory
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
NAMESPACE = "urn:geant:example.org:efp"
AAI = {"SCIM_API_URL": "https://aai.example.org", "SCIM_URN_NAMESPACE": NAMESPACE}
NODE = "login.example.org"
CUID = "bob@myaccessid.org"


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


def without_account(world: World) -> None:
    OfferingUser.objects.filter(pk=world.account.pk).delete()


def account(state: AccountState | None, **columns: Any) -> Callable[[World], object]:
    if state is None:
        return without_account
    return lambda world: world.write(world.account, state=state, **columns)


def not_opened_here(world: World) -> None:
    world.write(world.offering, plugin_options={})
    without_account(world)


def waits(world: World) -> None:
    world.option(**{admission.ASKS_VETTING: True})
    without_account(world)


def entitling(
    *, cuid: str = CUID, nodes: tuple[str, ...] = (NODE,), row: bool = False, known: bool = True
) -> Callable[[World], None]:
    def switch_on(world: World) -> None:
        world.option(**{SWITCH: True, NODES: list(nodes)})
        world.write(world.bob, username=cuid)
        world.bob.username = cuid
        if row:
            person = EntitledPersonFactory(
                user=world.bob, cuid=cuid, is_unknown=not known, next_attempt_at=LONG_AGO
            )
            EntitlementFactory(
                person=person,
                value=entitlement(NAMESPACE, NODE, "bob1"),
                since=LONG_AGO,
                attempts=4,
                last_error="502 from the AAI",
            )

    return switch_on


def without_keys(world: World) -> None:
    world.option(**{NODES: [NODE]})
    for key in world.bob.ssh_keys.all():
        keys.remove(key, **world.by)


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
COMMENT = {"service_provider_comment": "Link it:", "service_provider_comment_url": "https://x.org/"}

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

ACCOUNTS = (
    Expected(
        "account_due",
        account(None),
        "There is no account at the site yet; it is opened within moments.",
        (ITSELF, STAFF),
    ),
    Expected(
        "account_waits",
        waits,
        "There is no account at the site: none is opened while something else is amiss.",
        (ITSELF,),
        besides=("not_vetted",),
    ),
    Expected(
        "account_missing",
        not_opened_here,
        "There is no account at the site, which does not have accounts opened here.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "account_creating",
        account(AccountState.CREATING),
        "The site has not made the account yet.",
        (PROVIDER,),
    ),
    Expected(
        "account_awaits_linking",
        account(AccountState.PENDING_ACCOUNT_LINKING, **COMMENT),
        "The person has to link the account with one that they have at the site. The site says:"
        " Link it: https://x.org/",
        (PERSON, PROVIDER),
    ),
    Expected(
        "account_awaits_validation",
        account(AccountState.PENDING_ADDITIONAL_VALIDATION),
        "The site has to check more of the person before the account is ready.",
        (PROVIDER, PERSON),
    ),
    Expected(
        "account_erred",
        account(AccountState.ERROR_CREATING),
        "The site could not make the account.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "account_leaving",
        lambda w: accounts.move(w.account, "request_deletion", **w.by),
        "The account is being deleted at the site: requested deletion.",
        (PROJECT, PROVIDER),
    ),
    Expected(
        "username_pending",
        account(AccountState.OK, username=""),
        "The site has not said what it calls the person.",
        (PROVIDER,),
    ),
    Expected(
        "account_kept_out",
        lambda w: restrictions.set_restricted(w.account, is_restricted=True, **w.by),
        "The account is restricted, by the Hosting Entity or by staff: the person is kept out of"
        " the site.",
        (PROVIDER, STAFF),
    ),
    Expected(
        "account_let_in_soon",
        account(AccountState.OK, is_restricted=True, withheld_for="vetting"),
        "The person was kept out of the site until they met what is asked, and they do now: they"
        " are let in within moments.",
        (ITSELF, STAFF),
    ),
)

LOGINS = (
    Expected(
        "cuid_missing",
        entitling(cuid="bob"),
        "The person is not known here by a CUID, without which no login node lets them in.",
        (PERSON, STAFF),
        settings=AAI,
    ),
    Expected(
        "cuid_unknown",
        entitling(row=True, known=False),
        "The AAI does not know the person's CUID: they never logged in there, or it is of another"
        " environment.",
        (PERSON, STAFF),
        besides=("login_node_not_entitled",),
        settings=AAI,
    ),
    Expected(
        "login_nodes_missing",
        entitling(nodes=()),
        "The offering has people entitled at login nodes and names none.",
        (PROVIDER, STAFF),
        settings=AAI,
    ),
    Expected(
        "login_node_not_entitled",
        entitling(row=True),
        f"The AAI has not been told yet that the person may log in at {NODE}: to be put since {AT},"
        f" tried 4 times, tried next at {AT}. The last error: 502 from the AAI",
        (ITSELF, STAFF),
        settings=AAI,
    ),
    Expected(
        "login_node_not_begun",
        entitling(),
        f"The person is not entitled at {NODE} yet: the AAI is told within seconds of when the"
        " account is ready and nothing else is amiss.",
        (ITSELF,),
        settings=AAI,
    ),
    Expected(
        "aai_not_connected",
        entitling(),
        "The offering has people entitled at its login nodes, and this platform is not connected to"
        " an AAI.",
        (STAFF,),
    ),
    Expected(
        "ssh_key_missing",
        without_keys,
        "The person has no SSH key here. Where the site takes keys from here, they cannot log in"
        " without one.",
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
