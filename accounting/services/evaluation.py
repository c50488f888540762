"""Evaluating policies: measuring resources, setting their flags, and notifying their sites.

An evaluation may be repeated at any time: what has been done already is not done again. Each
resource is evaluated in a transaction of its own, which locks the policy and then the resource.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounting import event_kinds as kinds
from accounting.ledger import month_of
from accounting.models import PolicyState, SlurmPeriodicUsagePolicy, SlurmPolicyEvaluationLog
from accounting.periods import label
from accounting.services import measuring, policy_flags, policy_notifications
from accounting.services.policies import PolicyGone, lock
from accounting.thresholds import (
    WHOLE,
    Action,
    called_for,
    grace_limit,
    possible,
    shown,
    taken,
)
from common.errors import Conflict, Invalid
from identity import events
from identity.services import periodic_rows
from marketplace.models import Resource
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from accounting.thresholds import Measured
    from identity.models import User

BATCH = 100
BEGINNING = "accounting.tasks.begin_period"
"""The task that evaluates what was not evaluated in the present period."""


class NotOfPolicy(Invalid):
    """The policy does not look at the resource."""

    code = "not_of_policy"


class NotInUse(Conflict):
    """The resource ends, or has ended."""

    code = "resource_not_in_use"


@dataclass(frozen=True)
class Outcome:
    """What the evaluation of one resource came to, or would come to."""

    resource: Resource
    usage_percentage: Decimal
    actions: frozenset[Action]
    previous_state: Mapping[str, bool]
    new_state: Mapping[str, bool]

    @property
    def actions_taken(self) -> list[str]:
        """The actions as the API names them."""
        return taken(self.actions)


@dataclass(frozen=True)
class Report:
    """What an evaluation of a policy came to."""

    policy: SlurmPeriodicUsagePolicy
    billing_period: str
    outcomes: list[Outcome]

    @property
    def grace_limit_percentage(self) -> Decimal:
        """From where on resources are paused, in percent."""
        return grace_limit(self.policy.grace_ratio)


def evaluate(
    policy: SlurmPeriodicUsagePolicy,
    *,
    resource_uuid: UUID | None = None,
    actor: User,
    now: datetime,
) -> Report:
    """Evaluate a resource, or all that a policy looks at, because somebody asks for it.

    :raises NotOfPolicy: the resource is none of those.
    :raises NotInUse: it ends, or has ended.
    :raises PolicyGone: the policy was removed meanwhile.
    """
    resources = (one for batch in _batches(policy, resource_uuid) for one in batch)
    return _evaluate(policy, resources, actor=actor, now=now)


def reset(
    policy: SlurmPeriodicUsagePolicy,
    *,
    resource_uuid: UUID | None = None,
    actor: User,
    now: datetime,
) -> Report:
    """Evaluate the resources that are flagged though their usage is below the limit.

    This is what a new period does by itself; it helps when beat was not running.

    :raises NotOfPolicy: the resource is none that the policy looks at.
    :raises NotInUse: it ends, or has ended.
    :raises PolicyGone: the policy was removed meanwhile.
    """
    foreseen = dry_run(policy, resource_uuid=resource_uuid, now=now).outcomes
    flagged = (
        outcome.resource
        for outcome in foreseen
        if any(outcome.previous_state.values()) and outcome.usage_percentage < WHOLE
    )
    return _evaluate(policy, flagged, actor=actor, now=now)


def dry_run(
    policy: SlurmPeriodicUsagePolicy, *, resource_uuid: UUID | None = None, now: datetime
) -> Report:
    """Return what an evaluation would do, and do nothing.

    :raises NotOfPolicy: the resource is none that the policy looks at.
    :raises NotInUse: it ends, or has ended.
    """
    period = label(policy.period, month_of(now))
    counted = measuring.counted_by(policy.offering, policy)
    chosen = possible(policy.chosen, policy.offering.plugin_options)
    outcomes = []
    for batch in _batches(policy, resource_uuid):
        found = measuring.measured(batch, counted, policy.terms, now=now)
        meant = set(
            Resource.objects.filter(measuring.applies(policy), pk__in=found).values_list(
                "pk", flat=True
            )
        )
        notified = set(
            policy.states.filter(resource__in=batch, notified_period=period).values_list(
                "resource_id", flat=True
            )
        )
        for resource in batch:
            share = found[resource.pk].share
            actions = called_for(share, policy.grace_ratio) & chosen
            actions = actions if resource.pk in meant else frozenset()
            actions -= {Action.NOTIFY} if resource.pk in notified else set()
            flags = policy_flags.flags_of(resource)
            outcomes.append(Outcome(resource, shown(share), actions, flags, flags))
    return Report(policy, period, outcomes)


def evaluate_resource(resource: Resource, *, now: datetime) -> bool:
    """Evaluate a resource after something happened to it; return whether a policy looks at it.

    That it ends or is gone meanwhile is no error: it only does not count as over a threshold any
    more.
    """
    policies = SlurmPeriodicUsagePolicy.objects.filter(offering=resource.offering_id)
    policy = policies.first()
    if policy is None:
        return False
    if resource.state in measuring.GONE:
        _leave(policy, resource, now=now)
        return False
    if not measuring.looked_at(policy).filter(pk=resource.pk).exists():
        return False
    return _try(policy, resource, now=now)


def evaluate_all(policy: SlurmPeriodicUsagePolicy, *, now: datetime) -> int:
    """Evaluate every resource that a policy looks at; return how many."""
    return sum(_try(policy, one, now=now) for batch in _batches(policy, None) for one in batch)


def evaluate_new_periods(*, now: datetime) -> int:
    """Evaluate the resources that were not evaluated in the present period; return how many."""

    def begin(policy: SlurmPeriodicUsagePolicy) -> int:
        period = label(policy.period, month_of(now))
        current = PolicyState.objects.filter(
            policy=policy, resource=OuterRef("pk"), billing_period=period
        )
        pending = measuring.looked_at(policy).exclude(Exists(current))
        task = f"{BEGINNING} for policy {policy.pk}"
        return sum(periodic_rows.for_each(task, pending, partial(_try, policy, now=now), now=now))

    policies = SlurmPeriodicUsagePolicy.objects.select_related("offering")
    return sum(periodic_rows.for_each(BEGINNING, policies, begin, now=now))


def _evaluate(
    policy: SlurmPeriodicUsagePolicy,
    resources: Iterable[Resource],
    *,
    actor: User,
    now: datetime,
) -> Report:
    """Evaluate resources that somebody asks for; one that ends meanwhile is left out."""
    outcomes = []
    for resource in resources:
        with suppress(NotInUse, locking.RowGone):
            outcomes.append(evaluate_one(policy, resource, is_asked=True, actor=actor, now=now))
    return Report(policy, label(policy.period, month_of(now)), outcomes)


def _try(policy: SlurmPeriodicUsagePolicy, resource: Resource, *, now: datetime) -> bool:
    try:
        evaluate_one(policy, resource, is_asked=False, actor=None, now=now)
    except (NotInUse, PolicyGone, locking.RowGone):
        return False
    return True


@transaction.atomic
def evaluate_one(
    policy: SlurmPeriodicUsagePolicy,
    resource: Resource,
    *,
    is_asked: bool,
    actor: User | None,
    now: datetime,
) -> Outcome:
    """Evaluate one resource: set or clear its flags, and notify its site and its owners.

    It is kept in the log when it was asked for, or when something came of it.

    :raises PolicyGone: the policy was removed meanwhile.
    :raises NotInUse: the resource ends, or has ended.
    """
    rules, held = lock(policy), locking.resource(resource)
    if held.state in measuring.GONE:
        raise NotInUse("The resource is not in use.")
    counted = measuring.counted_by(rules.offering, rules)
    found = measuring.measured([held], counted, rules.terms, now=now)[held.pk]
    period = label(rules.period, month_of(now))
    state = PolicyState.objects.filter(policy=rules, resource=held).first()
    state = state or PolicyState()
    state.policy, state.resource = rules, held
    actions = _actions(rules, held, found)
    state.fired = bool(actions)
    if Action.NOTIFY in actions and state.notified_period == period:
        actions -= {Action.NOTIFY}
    before = policy_flags.flags_of(held)
    with events.because(_why(found, period)):
        after = policy_flags.apply(state, held, actions, actor=actor, now=now)
    outcome = Outcome(held, found.percentage, actions, before, after)
    news = [before != after]
    if Action.NOTIFY in actions:
        policy_notifications.notify_owners(rules, held, found, period, now=now)
        state.notified_period = period
        news.append(True)
    news.append(policy_notifications.notify_site(state, found, counted, period, now=now))
    state.billing_period, state.usage_percentage = period, found.percentage
    state.evaluated_at = now
    state.save()
    _follow_firing(rules, now=now, has_fired=state.fired)
    if is_asked or any(news):
        _keep(rules, outcome, period, actor=actor, now=now)
    return outcome


def _batches(policy: SlurmPeriodicUsagePolicy, uuid: UUID | None) -> Iterator[list[Resource]]:
    """Return the resources that a policy looks at, some at a time; or the one that is named."""
    if uuid is not None:
        yield [_named(policy, uuid)]
        return
    last = 0
    rows = measuring.looked_at(policy).order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _named(policy: SlurmPeriodicUsagePolicy, uuid: UUID) -> Resource:
    found = measuring.looked_at(policy).filter(uuid=uuid).first()
    if found is not None:
        return found
    gone = Resource.objects.filter(uuid=uuid, offering=policy.offering_id, state__in=measuring.GONE)
    if gone.exists():
        raise NotInUse("The resource is not in use.")
    raise NotOfPolicy({"resource_uuid": ["The policy does not look at this resource."]})


def _actions(rules: SlurmPeriodicUsagePolicy, held: Resource, found: Measured) -> frozenset[Action]:
    """Return the actions that are called for and possible; none where the policy does not apply."""
    called = called_for(found.share, rules.grace_ratio)
    actions = called & possible(rules.chosen, rules.offering.plugin_options)
    if not actions or rules.apply_to_all:
        return actions
    is_meant = Resource.objects.filter(measuring.applies(rules), pk=held.pk).exists()
    return actions if is_meant else frozenset()


def _why(found: Measured, period: str) -> str:
    return f"Usage policy: {found.percentage} % of what is allowed in {period} is used."


@transaction.atomic
def _leave(policy: SlurmPeriodicUsagePolicy, resource: Resource, *, now: datetime) -> None:
    """Count a resource that ends as under its thresholds."""
    rules = lock(policy)
    rules.states.filter(resource=resource).update(fired=False)
    _follow_firing(rules, now=now, has_fired=False)


def _follow_firing(rules: SlurmPeriodicUsagePolicy, *, now: datetime, has_fired: bool) -> None:
    """Say on the policy whether any resource has reached a threshold."""
    if has_fired == rules.has_fired:
        return
    live = rules.states.exclude(resource__state__in=measuring.GONE)
    if has_fired or not live.filter(fired=True).exists():
        SlurmPeriodicUsagePolicy.objects.filter(pk=rules.pk).update(
            has_fired=has_fired, fired_datetime=now
        )


def _keep(
    rules: SlurmPeriodicUsagePolicy,
    outcome: Outcome,
    period: str,
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """Write an evaluation into the log, with its event."""
    held = outcome.resource
    SlurmPolicyEvaluationLog.objects.create(
        policy=rules,
        resource=held,
        billing_period=period,
        usage_percentage=outcome.usage_percentage,
        grace_limit_percentage=grace_limit(rules.grace_ratio),
        actions_taken=outcome.actions_taken,
        previous_state=dict(outcome.previous_state),
        new_state=dict(outcome.new_state),
        evaluated_at=now,
    )
    events.record(
        kinds.POLICY_EVALUATED,
        rules,
        actor=actor,
        now=now,
        scope=rules.event_scope().about_resource(held.uuid),
        message=f"{held.name}: {outcome.usage_percentage} % in {period}",
        payload={
            "resource_uuid": held.uuid.hex,
            "billing_period": period,
            "usage_percentage": str(outcome.usage_percentage),
            "actions_taken": outcome.actions_taken,
        },
    )
