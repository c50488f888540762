"""`/api/marketplace-slurm-periodic-usage-policies/`: what offerings do about too much usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from accounting.api.usage_policies import answers
from accounting.api.usage_policies.answers import (
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
from common.api.actions import command, creates, deletes, listing, reading, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

OFFERING = ("offering", "offering.customer")
CHANGES = Needs(P.UPDATE_OFFERING, on=OFFERING)


class SlurmPeriodicUsagePolicyViewSet(Listed, Retrieved, ApiViewSet):
    """The policies of the offerings that the caller helps to provide."""

    model = SlurmPeriodicUsagePolicy
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

    @creates(SlurmPeriodicUsagePolicyInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Give an offering a policy."""
        data = self.data(SlurmPeriodicUsagePolicyInput)
        return self.created(policies.create(**data, actor=request.user, now=self.now))

    @updates(SlurmPeriodicUsagePolicyInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change a policy."""
        policy, data = self.row(), self.data(SlurmPeriodicUsagePolicyInput)
        return self.reply(policies.change(policy, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a policy away, with the flags that it holds."""
        policies.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @reading(ACTIONS, detail=False, url_path="actions")
    def available_actions(self, request: AuthenticatedRequest) -> Response:
        """Answer what policies can do."""
        return self.answer(AVAILABLE)

    @command(SlurmPolicyPreviewRequestInput, SlurmPolicyPreviewResponse, detail=False)
    def preview_impact(self, request: AuthenticatedRequest) -> Response:
        """Answer what settings would mean."""
        data = self.data(SlurmPolicyPreviewRequestInput)
        resource = data.pop("resource_uuid", None)
        found = preview.impact(preview.Draft(**data), resource, now=self.now)
        ran = SlurmCommandHistory.objects.filter(pk__in=found.history).order_by("-pk")
        history = self.render(ran, SlurmCommandHistoryOutput, None)
        return self.answer(answers.previewed(found, self.now.date(), history))

    @command(SlurmPolicyEvaluateRequestInput, SlurmPolicyEvaluateResponse)
    def evaluate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Evaluate a resource, or all that the policy looks at."""
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        report = evaluation.evaluate(policy, **data, actor=request.user, now=self.now)
        return self.answer(answers.evaluated(report))

    @command(SlurmPolicyEvaluateRequestInput, SlurmPolicyDryRunResponse, url_path="dry-run")
    def dry_run(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer what an evaluation would do, and do nothing."""
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        return self.answer(answers.foreseen(evaluation.dry_run(policy, **data, now=self.now)))

    @command(
        SlurmPolicyEvaluateRequestInput,
        SlurmPolicyEvaluateResponse,
        url_path="force-period-reset",
    )
    def force_period_reset(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Evaluate what is still flagged though the period began anew."""
        policy, data = self.row(), self.data(SlurmPolicyEvaluateRequestInput)
        report = evaluation.reset(policy, **data, actor=request.user, now=self.now)
        return self.answer(answers.evaluated(report))

    @listing(
        SlurmCommandHistoryOutput,
        filterset=PolicyLogFilter,
        order=("-executed_at", "-pk"),
        url_path="command-history",
    )
    def command_history(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer what sites ran for the policy, the latest first."""
        return self.page(self.row().command_history.all())

    @listing(
        SlurmPolicyEvaluationLogOutput,
        filterset=PolicyLogFilter,
        order=("-pk",),
        url_path="evaluation-logs",
    )
    def evaluation_logs(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer what evaluations of the policy came to, the latest first."""
        return self.page(self.row().evaluation_logs.all())

    @command(SlurmCommandResultInput, url_path="report-command-result")
    def report_command_result(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Keep what an agent ran for the policy."""
        policy, data = self.row(), self.data(SlurmCommandResultInput)
        commands.report_result(policy, **data, actor=request.user, now=self.now)
        return self.answer()
