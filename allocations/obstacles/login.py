"""What keeps a person from logging in at the offering's login nodes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.obstacles import THEMSELVES, Party, Reason, once

if TYPE_CHECKING:
    from datetime import datetime

MAY_LOG_IN = "Is the person entitled at the login nodes, or have they a key for them?"


@dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """How far an entitlement for a login node has got; `state` is empty where none was begun."""

    node: str
    state: str = ""
    since: datetime | None = None
    attempts: int = 0
    error: str = ""
    next_attempt: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LoginFacts:
    """How people log in at an offering, and what this person lacks for it.

    `waiting` are the login nodes for which the AAI does not have what it should have yet.
    """

    is_entitling: bool = False
    tells_aai: bool = False
    has_nodes: bool = False
    has_cuid: bool = True
    is_unknown: bool = False
    has_keys: bool = True
    waiting: tuple[NodeFacts, ...] = ()

    @property
    def by_certificate(self) -> bool:
        """Tell whether the AAI is told who may log in."""
        return self.is_entitling and self.tells_aai


REASONS: tuple[Reason[LoginFacts], ...] = (
    Reason(
        code="cuid_missing",
        question=MAY_LOG_IN,
        sentence="The person is not known here by a CUID, without which no login node lets them"
        " in.",
        how="They log in through their institution; or staff set the CUID as their user name.",
        lifted_by=(Party.PERSON, Party.STAFF),
        at=("GET /login/",),
        when=lambda facts: once(facts.by_certificate and facts.has_nodes and not facts.has_cuid),
    ),
    Reason(
        code="cuid_unknown",
        question=MAY_LOG_IN,
        sentence="The AAI does not know the person's CUID: they never logged in there, or it is of"
        " another environment.",
        how="They log in once at the AAI; it is tried again by itself.",
        lifted_by=(Party.PERSON, Party.STAFF),
        at=("GET /login/",),
        on="entitled",
        when=lambda facts: once(facts.by_certificate and facts.has_cuid and facts.is_unknown),
    ),
    Reason(
        code="login_nodes_missing",
        question=MAY_LOG_IN,
        sentence="The offering has people entitled at login nodes and names none.",
        how="The Hosting Entity names them: scim_login_nodes, or endpoints that begin with ssh://.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-provider-offerings/{offering}/add_endpoint/",),
        on="offering",
        when=lambda facts: once(facts.by_certificate and not facts.has_nodes),
    ),
    Reason(
        code="login_node_not_entitled",
        question=MAY_LOG_IN,
        sentence="The AAI has not been told yet that the person may log in at {node}: {state} since"
        " {since}, tried {attempts} times, tried next at {next}.",
        remark="The last error: {error}",
        remarked_to=frozenset({Party.STAFF}),
        how="It is tried again by itself; staff can have it tried at once.",
        lifted_by=(Party.SERVICE, Party.STAFF),
        on="entitled",
        when=lambda facts: [
            {
                "node": one.node,
                "state": one.state,
                "since": one.since or "now",
                "attempts": one.attempts,
                "next": one.next_attempt or "the next round",
                "error": one.error,
            }
            for one in facts.waiting
            if facts.by_certificate and one.state
        ],
    ),
    Reason(
        code="login_node_not_begun",
        question=MAY_LOG_IN,
        sentence="The person is not entitled at {node} yet: the AAI is told within seconds of when"
        " the account is ready and nothing else is amiss.",
        how="It is done by itself.",
        lifted_by=(Party.SERVICE,),
        on="account",
        when=lambda facts: [
            {"node": one.node}
            for one in facts.waiting
            if facts.by_certificate and facts.has_cuid and not one.state
        ],
    ),
    Reason(
        code="aai_not_connected",
        question=MAY_LOG_IN,
        sentence="The offering has people entitled at its login nodes, and this platform is not"
        " connected to an AAI.",
        how="Staff connect it, in the settings of the service.",
        lifted_by=(Party.STAFF,),
        stops=False,
        on="offering",
        when=lambda facts: once(facts.is_entitling and not facts.tells_aai),
    ),
    Reason(
        code="ssh_key_missing",
        question=MAY_LOG_IN,
        sentence="The person has no SSH key here. Where the site takes keys from here, they cannot"
        " log in without one.",
        how="They add the public part of a key to their profile.",
        lifted_by=(Party.PERSON,),
        told=THEMSELVES,
        stops=False,
        at=("POST /api/keys/",),
        when=lambda facts: once(facts.has_nodes and not facts.is_entitling and not facts.has_keys),
    ),
)
