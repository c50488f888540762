"""`/api/marketplace-slurm-periodic-usage-policies/`: what offerings do about too much usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from accounting.api.usage_policies import evaluation_results
from accounting.api.usage_policies.evaluation_results import (
    SlurmPolicyDryRunResponse,
    SlurmPolicyEvaluateResponse,
    SlurmPolicyPreviewResponse,
)
from accounting.api.usage_policies.filters import PolicyFilter, PolicyLogFilter
from accounting.api.usage_policies.inputs import (
    SlurmCommandResultInput,
    SlurmPeriodicUsagePolicyInput,
    SlurmPolicyEvaluateRequestInput,
    SlurmPolicyPreviewRequestInput,
)
from accounting.api.usage_policies.serializers import (
    ACTIONS,
    AVAILABLE,
    SlurmCommandHistoryOutput,
    SlurmPeriodicUsagePolicyOutput,
    SlurmPolicyEvaluationLogOutput,
)
from accounting.models import SlurmCommandHistory, SlurmPeriodicUsagePolicy
from accounting.services import commands, evaluation, policies, preview
from common.api.access import AUTHENTICATED, SCOPED, Needs, Rule
from common.api.actions import command, listing, reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

OFFERING = ("offering", "offering.customer")
CHANGES = Needs(P.UPDATE_OFFERING, on=OFFERING)


class SlurmPeriodicUsagePolicyViewSet(Listed, Retrieved, ApiViewSet):
    """A periodic usage policy says what happens when an allocation uses too much of a period.

    The owners of its organization are told, or it is downscaled or paused. You see those of the
    offerings that you help to provide.
    """

    model = SlurmPeriodicUsagePolicy
    noun = Noun("a periodic usage policy", "periodic usage policies")
    output = SlurmPeriodicUsagePolicyOutput
    filterset_class = PolicyFilter
    default_order = ("-created",)
    related = ("offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": Needs(P.UPDATE_OFFERING, on=("scope", "scope.customer")),
        "update": CHANGES,
        "destroy": CHANGES,
        "available_actions": AUTHENTICATED,
        "preview_impact": AUTHENTICATED,
        "evaluate": CHANGES,
        "dry_run": SCOPED,
        "force_period_reset": CHANGES,
        "command_history": SCOPED,
        "evaluation_logs": SCOPED,
        "report_command_result": Needs(P.MANAGE_DELIVERY, on=OFFERING),
    }

    create = creating(
        SlurmPeriodicUsagePolicyInput,
        policies.create,
        "Create {one}.\n\nFor an offering (`scope`); it may have one.",
    )
    update = updating(
        SlurmPeriodicUsagePolicyInput,
        policies.change,
        "Update {one}.\n\n"
        "The offering stays. What that means for its allocations shows at the next "
        "evaluation.",
    )
    destroy = deleting(
        policies.remove,
        "Delete {one}.\n\nFlags that it set on allocations are cleared; what people set stays.",
    )

    @reading(ACTIONS, detail=False, url_path="actions")
    def available_actions(self, request: AuthenticatedRequest) -> Response:
        """List the actions of periodic usage policies.

        What can be named in `actions`.
        """
        return self.answer(AVAILABLE)

    @command(SlurmPolicyPreviewRequestInput, SlurmPolicyPreviewResponse, detail=False)
    def preview_impact(self, request: AuthenticatedRequest) -> Response:
        """Preview the impact of a periodic usage policy.

        What the settings that are sent would mean for an allocation, or for the amounts that are
        given. Nothing is stored.
        """
        data = self.data(SlurmPolicyPreviewRequestInput)
        resource = data.pop("resource_uuid", None)
        found = preview.impact(preview.Draft(**data), resource, now=self.now)
        ran = SlurmCommandHistory.objects.filter(pk__in=found.history).order_by("-pk")
        history = self.render(ran, SlurmCommandHistoryOutput, None)
        return self.answer(evaluation_results.previewed(found, self.now.date(), history))

    @command(SlurmPolicyEvaluateRequestInput, SlurmPolicyEvaluateResponse)
    def evaluate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Evaluate a periodic usage policy.

        For one allocation, or for all that it applies to: flags are set or cleared, and sites and
        people are told, where that is due.
        """
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        report = evaluation.evaluate(policy, **data, actor=request.user, now=self.now)
        return self.answer(evaluation_results.evaluated(report))

    @command(SlurmPolicyEvaluateRequestInput, SlurmPolicyDryRunResponse, url_path="dry-run")
    def dry_run(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Try a periodic usage policy.

        What `evaluate` would do. Nothing is changed.
        """
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        return self.answer(
            evaluation_results.foreseen(evaluation.dry_run(policy, **data, now=self.now))
        )

    @command(
        SlurmPolicyEvaluateRequestInput,
        SlurmPolicyEvaluateResponse,
        url_path="force-period-reset",
    )
    def force_period_reset(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Reset the period of a periodic usage policy.

        Evaluates the allocations that are flagged though their usage is below the limit, as a new
        period does by itself.
        """
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        report = evaluation.reset(policy, **data, actor=request.user, now=self.now)
        return self.answer(evaluation_results.evaluated(report))

    @listing(
        SlurmCommandHistoryOutput,
        filterset=PolicyLogFilter,
        order=("-executed_at", "-pk"),
        url_path="command-history",
    )
    def command_history(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the commands that sites ran for a periodic usage policy.

        The latest first.
        """
        return self.page(self.row().command_history.all())

    @listing(
        SlurmPolicyEvaluationLogOutput,
        filterset=PolicyLogFilter,
        order=("-pk",),
        url_path="evaluation-logs",
    )
    def evaluation_logs(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the evaluations of a periodic usage policy.

        The latest first; of those by the service itself only the ones that changed something.
        """
        return self.page(self.row().evaluation_logs.all())

    @command(SlurmCommandResultInput, url_path="report-command-result")
    def report_command_result(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the commands that ran for a periodic usage policy.

        As the site: what was run for an allocation, and whether that went well.
        """
        policy, data = self.row(), self.data(SlurmCommandResultInput)
        commands.report_result(policy, **data, actor=request.user, now=self.now)
        return self.answer()
