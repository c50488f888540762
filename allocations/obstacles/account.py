"""What is amiss with a person's account at the site. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from allocations.lifecycle import AccountState
from common.obstacles import AT_THE_SITE, Case, Party, Reason, once

HAS_ACCOUNT = "Is there an account at the site, ready, with a name, and not restricted?"
ACCOUNT = "/api/marketplace-offering-users/{account}/"
BEING_MADE = frozenset({AccountState.REQUESTED, AccountState.CREATING})
BEING_DELETED = frozenset(
    {AccountState.DELETION_REQUESTED, AccountState.DELETING, AccountState.ERROR_DELETING}
)


@dataclass(frozen=True, kw_only=True)
class AccountFacts:
    """What is known of the account; without a `state` there is none.

    `opens_itself` says that this service opens accounts of the offering, and `is_due` that it would
    open this one now.
    """

    state: AccountState | None = AccountState.OK
    username: str = ""
    is_kept_out: bool = False
    withheld_for: str = ""
    meets_all: bool = True
    comment: str = ""
    comment_url: str = ""
    opens_itself: bool = True
    is_due: bool = False

    def told(self) -> dict[str, str]:
        """Return what the site tells the person, and where there is more of it."""
        said = f"{self.comment} {self.comment_url}".strip()
        return {"comment": said}


def _in(facts: AccountFacts, *states: AccountState) -> tuple[Case, ...]:
    return once(facts.state in states, **facts.told())


SITE_SAYS = "The site says: {comment}"

REASONS: tuple[Reason[AccountFacts], ...] = (
    Reason(
        code="account_due",
        question=HAS_ACCOUNT,
        sentence="There is no account at the site yet; it is opened within moments.",
        how="Wait a moment; if it stays so, ask staff.",
        lifted_by=(Party.SERVICE, Party.STAFF),
        on="offering",
        when=lambda facts: once(facts.state is None and facts.opens_itself and facts.is_due),
    ),
    Reason(
        code="account_waits",
        question=HAS_ACCOUNT,
        sentence="There is no account at the site: none is opened while something else is amiss.",
        how="It is opened by itself when the rest is lifted.",
        lifted_by=(Party.SERVICE,),
        on="offering",
        when=lambda facts: once(facts.state is None and facts.opens_itself and not facts.is_due),
    ),
    Reason(
        code="account_missing",
        question=HAS_ACCOUNT,
        sentence="There is no account at the site, which does not have accounts opened here.",
        how="The Hosting Entity makes one and says so; ask it how.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-offering-users/",),
        on="offering",
        when=lambda facts: once(facts.state is None and not facts.opens_itself),
    ),
    Reason(
        code="account_creating",
        question=HAS_ACCOUNT,
        sentence="The site has not made the account yet.",
        remark=SITE_SAYS,
        how="The site makes it and says so; if that takes long, ask the Hosting Entity.",
        lifted_by=(Party.PROVIDER,),
        at=(f"POST {ACCOUNT}set_ok/",),
        on="account",
        when=lambda facts: _in(facts, *BEING_MADE),
    ),
    Reason(
        code="account_awaits_linking",
        question=HAS_ACCOUNT,
        sentence="The person has to link the account with one that they have at the site.",
        remark=SITE_SAYS,
        how="The person follows what the site says; then it says that the account is ready.",
        lifted_by=(Party.PERSON, Party.PROVIDER),
        at=(f"POST {ACCOUNT}set_validation_complete/",),
        on="account",
        when=lambda facts: _in(facts, AccountState.PENDING_ACCOUNT_LINKING),
    ),
    Reason(
        code="account_awaits_validation",
        question=HAS_ACCOUNT,
        sentence="The site has to check more of the person before the account is ready.",
        remark=SITE_SAYS,
        how="The person follows what the site says; then it says that the account is ready.",
        lifted_by=(Party.PROVIDER, Party.PERSON),
        at=(f"POST {ACCOUNT}set_validation_complete/",),
        on="account",
        when=lambda facts: _in(facts, AccountState.PENDING_ADDITIONAL_VALIDATION),
    ),
    Reason(
        code="account_erred",
        question=HAS_ACCOUNT,
        sentence="The site could not make the account.",
        remark=SITE_SAYS,
        how="The Hosting Entity looks at it and begins again.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=(f"POST {ACCOUNT}begin_creating/",),
        on="account",
        when=lambda facts: _in(facts, AccountState.ERROR_CREATING),
    ),
    Reason(
        code="account_leaving",
        question=HAS_ACCOUNT,
        sentence="The account is being deleted at the site: {state}.",
        remark=SITE_SAYS,
        how="Until the site has begun, it comes back by itself when the person has a role again;"
        " after that a new one is made.",
        lifted_by=(Party.PROJECT, Party.PROVIDER),
        on="account",
        when=lambda facts: once(
            facts.state in BEING_DELETED, state=(facts.state or "").lower(), **facts.told()
        ),
    ),
    Reason(
        code="username_pending",
        question=HAS_ACCOUNT,
        sentence="The site has not said what it calls the person.",
        how="The Hosting Entity sets the username of the account.",
        lifted_by=(Party.PROVIDER,),
        at=(f"PATCH {ACCOUNT}",),
        on="account",
        when=lambda facts: once(facts.state is AccountState.OK and not facts.username),
    ),
    Reason(
        code="account_kept_out",
        question=HAS_ACCOUNT,
        sentence="The account is restricted, by the Hosting Entity or by staff: the person is kept"
        " out of the site.",
        remark=SITE_SAYS,
        how="The Hosting Entity or staff lift the restriction.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        told=AT_THE_SITE | {Party.PROJECT},
        at=(f"POST {ACCOUNT}update_restricted/",),
        on="account",
        when=lambda facts: once(facts.state and facts.is_kept_out, **facts.told()),
    ),
    Reason(
        code="account_let_in_soon",
        question=HAS_ACCOUNT,
        sentence="The person was kept out of the site until they met what is asked, and they do"
        " now: they are let in within moments.",
        how="Wait a moment; if it stays so, ask staff.",
        lifted_by=(Party.SERVICE, Party.STAFF),
        on="account",
        when=lambda facts: once(facts.state and facts.withheld_for and facts.meets_all),
    ),
)
