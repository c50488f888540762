"""What sites and owners are notified of because of a policy: events, which handlers send on.

Both are part of the evaluation's transaction and are recorded once: the settings of a site when
they differ from the last ones or when a period begins, the owners' notification once in a period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounting import event_kinds as kinds
from accounting.site_settings import LimitType, settings_for
from identity import events

if TYPE_CHECKING:
    from datetime import datetime

    from accounting.models import PolicyState, SlurmPeriodicUsagePolicy
    from accounting.services.measuring import Counted
    from accounting.thresholds import Measured
    from marketplace.models import Resource


def notify_site(
    state: PolicyState, found: Measured, counted: Counted, period: str, *, now: datetime
) -> bool:
    """Record what the site is to set, if that is new; return whether it is.

    Slurm's own count starts again only when one period follows another: at a resource's first
    evaluation what it has used in the period is part of the period. A resource that the site has
    not named yet has no account to set anything on.
    """
    policy, held = state.policy, state.resource
    if not held.backend_id or not found.portions:
        return False
    wanted = settings_for(
        {name: one.allowed for name, one in found.portions.items()},
        limit_type=LimitType(policy.limit_type),
        grace_ratio=policy.grace_ratio,
        weights=policy.weights,
        factors=counted.factors,
    )
    is_new_period = state.settings_period != period
    if state.settings == wanted and not is_new_period:
        return False
    follows = bool(state.settings_period) and is_new_period
    events.record(
        kinds.POLICY_SETTINGS_DUE,
        policy,
        actor=None,
        now=now,
        scope=policy.event_scope().about_resource(held.uuid),
        payload={
            "resource_uuid": held.uuid.hex,
            "backend_id": held.backend_id,
            "offering_uuid": policy.offering.uuid.hex,
            "policy_uuid": policy.uuid.hex,
            "action": "apply_periodic_settings",
            "settings": {**wanted, "reset_raw_usage": policy.raw_usage_reset and follows},
            "timestamp": now.isoformat(),
        },
    )
    state.settings, state.settings_period = wanted, period
    return True


def notify_owners(
    policy: SlurmPeriodicUsagePolicy,
    held: Resource,
    found: Measured,
    period: str,
    *,
    now: datetime,
) -> None:
    """Record that the owners of the resource's organisation are to be told of its usage."""
    events.record(
        kinds.POLICY_NOTIFICATION_DUE,
        policy,
        actor=None,
        now=now,
        scope=held.event_scope(),
        message=f"{held.name} has used {found.percentage} % of what is allowed in {period}.",
        payload={
            "resource_uuid": held.uuid.hex,
            "offering_uuid": policy.offering.uuid.hex,
            "billing_period": period,
            "usage_percentage": str(found.percentage),
        },
    )
