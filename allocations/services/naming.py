"""Names that people get at sites without the site's doing, under the offering's policy.

The policy is the offering's own, else its provider's (`marketplace.account_settings`). Names that
other people had there before are not given again: files at the site may still be theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocations.lifecycle import COMING, AccountState
from allocations.models import OfferingUser
from allocations.services import accounts
from allocations.usernames import (
    OWN_NAMES,
    Names,
    UsernamePolicy,
    policy_of,
    propose,
    same_name,
    stem,
)
from marketplace.account_settings import resolve
from marketplace.models import Offering, ServiceProvider

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

CLAIM = "site_username"
"""What an identity provider calls a person at sites: a key of the person's `details`."""

ATTEMPTS = 3
LEFT_TO_THE_SITE = frozenset({UsernamePolicy.SERVICE_PROVIDER, UsernamePolicy.FREEIPA})


def open_account(user: User, offering: Offering, *, now: datetime) -> OfferingUser | None:
    """Open an account under the offering's policy for names; None when another was quicker.

    Names of an offering are given one after another; when the site has just given one to somebody
    else, another is counted.
    """
    if policy_of(settings_of(offering)) not in LEFT_TO_THE_SITE:
        Offering.objects.select_for_update(no_key=True).get(pk=offering.pk)
    for attempt in range(ATTEMPTS + 1):
        username = name_for(user, offering) if attempt < ATTEMPTS else ""
        try:
            return accounts.create(
                offering=offering, user=user, username=username, actor=None, now=now
            )
        except accounts.UsernameTaken:
            continue
        except accounts.AccountExists:
            return None
    return None


def refresh(account: OfferingUser, *, now: datetime) -> None:
    """Name an account that has no name yet, and let one that is named by a claim follow the claim.

    What the policy does not name, and a name that somebody else has, is left to the site.
    """
    if account.username and not _follows_claim(account):
        return
    if not account.username and account.state not in COMING:
        return
    username = name_for(account.user, account.offering)
    if not username or username == account.username:
        return
    try:
        accounts.set_username(account, username=username, actor=None, now=now)
    except accounts.UsernameTaken:
        return


def name_for(user: User, offering: Offering) -> str:
    """Return the name that the policy gives a person; empty when it leaves that to the site."""
    settings = settings_of(offering)
    names = Names(
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        claim=str(user.details.get(CLAIM) or ""),
    )
    begin = stem(settings, names)
    if not begin:
        return ""
    same = OfferingUser.objects.filter(offering=offering, username__istartswith=begin)
    others = same.exclude(user=user).values_list("username", flat=True)
    taken = {same_name(name) for name in others}
    if policy_of(settings) not in OWN_NAMES:
        former = _former_name(user, offering)
        if former.startswith(begin) and same_name(former) not in taken:
            return former
    return propose(settings, names, taken=taken)


def settings_of(offering: Offering) -> dict[str, object]:
    """Return how people are named at an offering, whoever has said so."""
    provider = ServiceProvider.objects.filter(customer=offering.customer_id).first()
    resolved = resolve(offering.plugin_options, provider.account_options if provider else None)
    return {name: setting["value"] for name, setting in resolved.items()}


def _follows_claim(account: OfferingUser) -> bool:
    return policy_of(settings_of(account.offering)) is UsernamePolicy.IDENTITY_CLAIM


def _former_name(user: User, offering: Offering) -> str:
    """Return what the person was called at the offering before their account was deleted."""
    deleted = OfferingUser.objects.filter(
        user=user, offering=offering, state=AccountState.DELETED
    ).exclude(username="")
    return deleted.order_by("-pk").values_list("username", flat=True).first() or ""
