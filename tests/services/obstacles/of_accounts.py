"""Reasons of accounts at sites, and of logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations.access_plane.values import entitlement
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.services import accounts, admission, restrictions
from identity.services import keys
from marketplace.login_nodes import NODES, SWITCH
from tests.factories.access_plane import EntitledPersonFactory, EntitlementFactory
from tests.services.obstacles.world import (
    AT,
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

NAMESPACE = "urn:geant:example.org:efp"
AAI = {"SCIM_API_URL": "https://aai.example.org", "SCIM_URN_NAMESPACE": NAMESPACE}
NODE = "login.example.org"
CUID = "bob@myaccessid.org"


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


COMMENT = {"service_provider_comment": "Link it:", "service_provider_comment_url": "https://x.org/"}

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
