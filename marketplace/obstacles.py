"""Why an allocation cannot be used, as far as offerings, orders and allocations go. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.obstacles import ASKERS, Party, Reason, once
from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState

if TYPE_CHECKING:
    from datetime import date

IS_OFFERED = "Is the offering in use?"
IS_DELIVERED = "Is the allocation delivered, in order, and not at its end?"
LETS_MEMBERS_IN = "Does the allocation let the project's members in?"

CLOSED = frozenset({OfferingState.DRAFT, OfferingState.ARCHIVED})
"""The states of an offering at whose site nobody logs in: not yet, or no more."""


@dataclass(frozen=True, kw_only=True)
class AllocationFacts:
    """What is known of an allocation and of the order that is open for it, if there is one."""

    today: date
    state: ResourceState = ResourceState.OK
    error: str = ""
    ends: date | None = None
    keeps_members_out: bool = False
    offering: str = ""
    offering_state: OfferingState = OfferingState.ACTIVE
    can_be_restored: bool = False
    order_type: OrderType | None = None
    order_state: OrderState | None = None

    @property
    def creation(self) -> OrderState | None:
        """The state of the order that creates the allocation, while that is what it waits for."""
        is_coming = self.state is ResourceState.CREATING and self.order_type is OrderType.CREATE
        return self.order_state if is_coming else None


REASONS: tuple[Reason[AllocationFacts], ...] = (
    Reason(
        code="offering_closed",
        question=IS_OFFERED,
        sentence="The offering {offering} is {state}: nobody logs in at its site.",
        how="The Hosting Entity activates the offering.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-provider-offerings/{offering}/activate/",),
        on="offering",
        when=lambda facts: once(
            facts.offering_state in CLOSED,
            offering=facts.offering,
            state=facts.offering_state.lower(),
        ),
    ),
    Reason(
        code="offering_unavailable",
        question=IS_OFFERED,
        sentence="The offering {offering} is unavailable at the moment, as in a maintenance.",
        how="The Hosting Entity activates the offering when its site is back.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-provider-offerings/{offering}/activate/",),
        on="offering",
        when=lambda facts: once(
            facts.offering_state is OfferingState.UNAVAILABLE, offering=facts.offering
        ),
    ),
    Reason(
        code="order_awaits_organization",
        question=IS_DELIVERED,
        sentence="The allocation is ordered, and its organization has not approved the order.",
        how="Whoever may approve orders of the organization does so.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=("POST /api/marketplace-orders/{order}/approve_by_consumer/",),
        on="order",
        when=lambda facts: once(facts.creation is OrderState.PENDING_CONSUMER),
    ),
    Reason(
        code="order_awaits_provider",
        question=IS_DELIVERED,
        sentence="The allocation is ordered, and the Hosting Entity has not approved the order.",
        how="The Hosting Entity approves it.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-orders/{order}/approve_by_provider/",),
        on="order",
        when=lambda facts: once(facts.creation is OrderState.PENDING_PROVIDER),
    ),
    Reason(
        code="order_awaits_start",
        question=IS_DELIVERED,
        sentence="The allocation is ordered for later: the order waits for its start date, or for"
        " that of the project.",
        how="Wait for that day, or have the date changed.",
        lifted_by=(Party.SERVICE, Party.PROJECT),
        on="order",
        when=lambda facts: once(
            facts.creation in {OrderState.PENDING_PROJECT, OrderState.PENDING_START_DATE}
        ),
    ),
    Reason(
        code="allocation_creating",
        question=IS_DELIVERED,
        sentence="The site is making the allocation.",
        how="The site says when it is done; if that takes long, ask the Hosting Entity.",
        lifted_by=(Party.PROVIDER,),
        at=("POST /api/marketplace-orders/{order}/set_state_done/",),
        on="order",
        when=lambda facts: once(
            facts.state is ResourceState.CREATING
            and (facts.creation is None or facts.creation is OrderState.EXECUTING)
        ),
    ),
    Reason(
        code="allocation_erred",
        question=IS_DELIVERED,
        sentence="Something went wrong with the allocation at the site.",
        remark="The site says: {error}",
        remarked_to=ASKERS,
        how="The Hosting Entity resolves it and says so.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-provider-resources/{resource}/set_as_ok/",),
        on="resource",
        when=lambda facts: once(facts.state is ResourceState.ERRED, error=facts.error),
    ),
    Reason(
        code="allocation_updating",
        question=IS_DELIVERED,
        sentence="The site is changing the allocation; what is new may not hold yet.",
        how="The site says when it is done.",
        lifted_by=(Party.PROVIDER,),
        stops=False,
        on="resource",
        when=lambda facts: once(facts.state is ResourceState.UPDATING),
    ),
    Reason(
        code="allocation_terminating",
        question=IS_DELIVERED,
        sentence="The allocation is being ended at the site.",
        how="It cannot be called back now; order another one, or have it restored afterwards.",
        lifted_by=(Party.PROJECT,),
        on="resource",
        when=lambda facts: once(facts.state is ResourceState.TERMINATING),
    ),
    Reason(
        code="allocation_terminated",
        question=IS_DELIVERED,
        sentence="The allocation has ended.",
        how="Order another one: it cannot be restored.",
        lifted_by=(Party.PROJECT,),
        on="resource",
        when=lambda facts: once(
            facts.state is ResourceState.TERMINATED and not facts.can_be_restored
        ),
    ),
    Reason(
        code="allocation_ended_for_now",
        question=IS_DELIVERED,
        sentence="The allocation has ended.",
        how="Order its restoration, or another one.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=("POST /api/marketplace-resources/{resource}/restore/",),
        on="resource",
        when=lambda facts: once(facts.state is ResourceState.TERMINATED and facts.can_be_restored),
    ),
    Reason(
        code="allocation_at_its_end",
        question=IS_DELIVERED,
        sentence="The allocation's end date has come: {ends}. Its end is ordered at the site.",
        how="Whoever may set it gives it a later end date, if it is not being ended yet.",
        lifted_by=(Party.PROJECT, Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-resources/{resource}/set_end_date/",),
        on="resource",
        when=lambda facts: once(
            facts.ends is not None
            and facts.ends <= facts.today
            and facts.state not in {ResourceState.TERMINATING, ResourceState.TERMINATED},
            ends=facts.ends,
        ),
    ),
    Reason(
        code="members_kept_out",
        question=LETS_MEMBERS_IN,
        sentence="The allocation is restricted: the project's members are kept out of it.",
        how="The Hosting Entity lifts the restriction.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=("POST /api/marketplace-provider-resources/{resource}/set_restrict_member_access/",),
        on="resource",
        when=lambda facts: once(facts.keeps_members_out),
    ),
)
