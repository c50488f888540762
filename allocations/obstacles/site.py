"""What the site has not taken over of an allocation and its people, and if it listens. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocations.lifecycle import SyncState
from common.obstacles import Party, Reason, once

if TYPE_CHECKING:
    from datetime import datetime

IS_SYNCED = "Has the site let the person into the allocation, since they have their role?"
LISTENS = "Does the site's agent come for what is new?"
AMISS: dict[str, str] = {
    SyncState.PENDING: "has not done it yet",
    SyncState.ERROR: "could not do it",
    SyncState.MISSING_IN_IDP: "does not find the person",
}
"""What a site says of somebody whom it has not let in."""


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """What a site said of a person's access to an allocation."""

    state: str
    reported: datetime
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """What is known of the site.

    `member_since` is since when the person has the role that they have, `last_sync` when the site
    looked at the allocation. `last_seen` is when any of its agents was; None where it has none.
    """

    is_delivered: bool = True
    backend_id: str = ""
    last_sync: datetime
    member_since: datetime | None = None
    reports: tuple[ReportFacts, ...] = ()
    takes_reports: bool = False
    last_seen: datetime | None = None
    is_silent: bool = False

    @property
    def has_report(self) -> bool:
        """Tell whether the site said anything of the person."""
        return bool(self.reports)


REASONS: tuple[Reason[SiteFacts], ...] = (
    Reason(
        code="association_missing",
        question=IS_SYNCED,
        sentence="The site was to let the person into the allocation, and {what} (it said so"
        " {reported}).",
        remark="It says: {message}",
        how="The Hosting Entity looks at what its site says.",
        lifted_by=(Party.PROVIDER,),
        on="resource",
        when=lambda facts: [
            {"what": AMISS[one.state], "reported": one.reported, "message": one.message}
            for one in facts.reports
            if one.state in AMISS
        ],
    ),
    Reason(
        code="association_unreported",
        question=IS_SYNCED,
        sentence="The site says of each member whether they are let in, and has said nothing of"
        " this person yet.",
        how="It does so when its agent comes next; if that takes long, ask the Hosting Entity.",
        lifted_by=(Party.PROVIDER,),
        stops=False,
        on="resource",
        when=lambda facts: once(
            facts.is_delivered
            and facts.takes_reports
            and facts.member_since
            and not facts.has_report
        ),
    ),
    Reason(
        code="not_synced_yet",
        question=IS_SYNCED,
        sentence="The site looked at the allocation at {last_sync}, which was before the person got"
        " their role ({since}): it may not have let them in yet.",
        how="It does so when its agent comes next; if that takes long, ask the Hosting Entity.",
        lifted_by=(Party.PROVIDER,),
        stops=False,
        at=("POST /api/marketplace-resources/{resource}/pull/",),
        on="resource",
        when=lambda facts: once(
            facts.is_delivered
            and not facts.has_report
            and facts.member_since
            and facts.member_since > facts.last_sync,
            last_sync=facts.last_sync,
            since=facts.member_since,
        ),
    ),
    Reason(
        code="site_name_missing",
        question=IS_SYNCED,
        sentence="The site has not said what it calls the allocation (its backend ID), so that"
        " nothing of it can be looked up there.",
        how="The Hosting Entity sets the backend ID.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        stops=False,
        at=("POST /api/marketplace-provider-resources/{resource}/set_backend_id/",),
        on="resource",
        when=lambda facts: once(facts.is_delivered and not facts.backend_id),
    ),
    Reason(
        code="agent_silent",
        question=LISTENS,
        sentence="The site's agent was last seen at {last_seen}, longer ago than it ought to be:"
        " what has changed here since is not known there.",
        how="The Hosting Entity looks after its agent.",
        lifted_by=(Party.PROVIDER,),
        stops=False,
        on="offering",
        when=lambda facts: once(facts.is_silent, last_seen=facts.last_seen),
    ),
)
