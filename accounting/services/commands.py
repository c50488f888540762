"""What sites report to have run for a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounting import event_kinds as kinds
from accounting.ledger import month_of
from accounting.models import ExecutionMode, SlurmCommandHistory, SlurmPolicyEvaluationLog
from accounting.periods import label
from accounting.services.evaluation import NotOfPolicy
from accounting.services.policies import lock
from accounting.site_settings import DESCRIPTIONS, CommandType, type_of
from common.redaction import without_secrets
from identity import events
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from accounting.models import SlurmPeriodicUsagePolicy
    from identity.models import User

NOTHING_RUN = "Nothing was run"


@transaction.atomic
def report_result(  # noqa: PLR0913 - what the site says
    policy: SlurmPeriodicUsagePolicy,
    *,
    resource_uuid: UUID,
    success: bool,
    error_message: str = "",
    mode: ExecutionMode = ExecutionMode.PRODUCTION,
    commands_executed: Sequence[str] = (),
    actor: User,
    now: datetime,
) -> None:
    """Keep what the site ran on a resource, and note on its latest evaluation how that went.

    An agent runs only what differs from what is set, so a success without commands is no row; a
    failure always is one.

    :raises PolicyGone: the policy was removed meanwhile.
    :raises NotOfPolicy: the resource is of another offering.
    :raises Gone: the resource was unlinked meanwhile.
    """
    error_message = without_secrets(error_message)
    commands_executed = [without_secrets(command) for command in commands_executed]
    rules = lock(policy)
    found = rules.offering.resources.filter(uuid=resource_uuid).first()
    if found is None:
        raise NotOfPolicy({"resource_uuid": ["Resource not found."]})
    resource = locking.resource(found)
    ran = [(type_of(command), command) for command in commands_executed]
    if not ran and not success:
        ran = [(CommandType.UNKNOWN, "")]
    SlurmCommandHistory.objects.bulk_create(
        SlurmCommandHistory(
            policy=rules,
            resource=resource,
            billing_period=label(rules.period, month_of(now)),
            command_type=kind,
            description=DESCRIPTIONS[kind] if command else NOTHING_RUN,
            shell_command=command,
            execution_mode=mode,
            success=success,
            error_message="" if success else error_message,
            executed_at=now,
        )
        for kind, command in ran
    )
    said = {
        "success": success,
        "error_message": error_message,
        "mode": mode.value,
        "commands_executed": list(commands_executed),
    }
    evaluations = SlurmPolicyEvaluationLog.objects.filter(policy=rules, resource=resource)
    latest = evaluations.order_by("-pk").values("pk")[:1]
    evaluations.filter(pk__in=latest).update(site_agent_confirmed=success, site_agent_response=said)
    events.record(
        kinds.POLICY_COMMAND_REPORTED,
        rules,
        actor=actor,
        now=now,
        scope=rules.event_scope().about_resource(resource.uuid),
        message=error_message,
        payload={"resource_uuid": resource.uuid.hex, **said},
    )


def note_settings_sent(*, policy_uuid: UUID, resource_uuid: UUID) -> None:
    """Say on the latest evaluation of a resource that its site was told what to set."""
    evaluations = SlurmPolicyEvaluationLog.objects.filter(
        policy__uuid=policy_uuid, resource__uuid=resource_uuid
    )
    latest = evaluations.order_by("-pk").values("pk")[:1]
    evaluations.filter(pk__in=latest).update(stomp_message_sent=True)
