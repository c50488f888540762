"""Pages of usage policies: what they say, how resources stand, what was done and run for them."""

from __future__ import annotations

from django.contrib import admin

from accounting.models import (
    PolicyComponentLimit,
    PolicyState,
    SlurmCommandHistory,
    SlurmPeriodicUsagePolicy,
    SlurmPolicyEvaluationLog,
)
from accounting.services import evaluation, policies
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import RemarkForm, StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal

OFFERING = columns.of("offering.name", "offering")
OFFERING_OF = columns.of("policy.offering.name", "offering")
TAKES = columns.of("actions", "actions")
RESOURCE = columns.of("resource.name", "resource")
OF_BOTH = ("uuid", "policy__uuid", "policy__offering__uuid", "resource__uuid")
SEARCHED = (
    "resource__name",
    "resource__slug",
    "resource__backend_id",
    "policy__offering__name",
)
SEARCH_HELP = "Resource, backend ID or offering; or the UUID of one of them"


@admin.register(SlurmPeriodicUsagePolicy)
class PolicyAdmin(RecordAdmin):
    """What offerings do about too much usage."""

    list_display = (
        OFFERING,
        "period",
        TAKES,
        "grace_ratio",
        "carryover_factor",
        "has_fired",
        "fired_datetime",
    )
    list_filter = ("has_fired", "period", AgeFilter)
    list_select_related = ("offering",)
    search_fields = ("offering__name", "offering__slug", "offering__customer__name", "actions")
    search_help_text = "Offering, provider or action; or the UUID of policy or offering"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "offering", TAKES, "has_fired", "fired_datetime"),
        section("For whom", "apply_to_all", "organization_groups"),
        section(
            "By what", "period", "grace_ratio", "carryover_enabled", "carryover_factor",
            "tres_billing_enabled", columns.pretty("tres_billing_weights"),
        ),
        section("At the site", "limit_type", "qos_strategy", "raw_usage_reset"),
        section(
            "Record", columns.pretty("options"), "created_by", "created", "modified", "uuid"
        ),
    )  # fmt: skip
    related_tables = (
        RelatedTable(
            "Limits of its own",
            PolicyComponentLimit,
            (columns.of("component.name", "component"), "limit"),
            by="policy",
            joined=("component",),
            empty="Each resource's own limits hold.",
        ),
        RelatedTable(
            "How resources stand",
            PolicyState,
            (RESOURCE, "usage_percentage", "billing_period", "fired", "evaluated_at"),
            by="policy",
            order=("-usage_percentage", "-pk"),
            joined=("resource",),
            empty="None was evaluated.",
        ),
        RelatedTable(
            "Evaluations",
            SlurmPolicyEvaluationLog,
            ("evaluated_at", RESOURCE, "usage_percentage", "taken", "site_agent_confirmed"),
            by="policy",
            joined=("resource",),
            empty="Nothing was done yet.",
        ),
        RelatedTable(
            "Run at the site",
            SlurmCommandHistory,
            ("executed_at", RESOURCE, "shell_command", "success"),
            by="policy",
            joined=("resource",),
            empty="Nothing was reported.",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "evaluate",
            "Evaluate now",
            "Evaluated",
            explained(evaluation.evaluate),
            form=RemarkForm,
            explanation="Every resource of the offering is measured, and its flags follow.",
        ),
        removal(policies.remove, "The flags that it has set are cleared; its log goes with it."),
    )

    def title_of(self, row: SlurmPeriodicUsagePolicy) -> str:
        """Return whose policy it is."""
        return f"Usage policy of {row.offering.name}"


@admin.register(PolicyComponentLimit)
class PolicyComponentLimitAdmin(RecordAdmin):
    """Limits that policies set in place of the resources' own."""

    list_display = (OFFERING_OF, columns.of("component.name", "component"), "limit")
    list_select_related = ("policy__offering", "component")
    search_fields = ("policy__offering__name", "component__type", "component__name")
    search_help_text = "Offering or component; or the UUID of policy or component"
    uuids = ("policy__uuid", "component__uuid")
    ordering = ("-id",)
    fieldsets = (section(None, "policy", "component", "limit"),)

    def title_of(self, row: PolicyComponentLimit) -> str:
        """Return of what the limit is, and where."""
        return f"{row.component.name} at {row.policy.offering.name}"


@admin.register(PolicyState)
class PolicyStateAdmin(RecordAdmin):
    """How resources stand under policies, and which flags the policies hold."""

    list_display = (
        RESOURCE,
        OFFERING_OF,
        "usage_percentage",
        "billing_period",
        "fired",
        "holds_paused",
        "holds_downscaled",
        "evaluated_at",
    )
    list_filter = ("fired", "policy__offering")
    list_select_related = ("resource", "policy__offering")
    search_fields = SEARCHED
    search_help_text = SEARCH_HELP
    uuids = OF_BOTH[1:]
    date_hierarchy = "evaluated_at"
    ordering = ("-usage_percentage", "-id")
    fieldsets = (
        section(None, "policy", "resource", "usage_percentage", "billing_period", "fired"),
        section("Flags that the policy holds", "paused_by", "downscaled_by"),
        section("Site", columns.pretty("settings"), "settings_period"),
        section("Record", "notified_period", "evaluated_at"),
    )

    @admin.display(description="paused by it", boolean=True)
    def holds_paused(self, state: PolicyState) -> bool:
        """Tell whether it is the policy that paused the resource."""
        return state.paused_by_id is not None

    @admin.display(description="downscaled by it", boolean=True)
    def holds_downscaled(self, state: PolicyState) -> bool:
        """Tell whether it is the policy that slowed the resource down."""
        return state.downscaled_by_id is not None

    def title_of(self, row: PolicyState) -> str:
        """Return which resource stands how."""
        return f"{row.resource.name} at {row.usage_percentage:.2f} %"


@admin.register(SlurmPolicyEvaluationLog)
class EvaluationLogAdmin(RecordAdmin):
    """What evaluations came to."""

    list_display = (
        "evaluated_at",
        RESOURCE,
        OFFERING_OF,
        "billing_period",
        "usage_percentage",
        "taken",
        "site_agent_confirmed",
    )
    list_filter = ("site_agent_confirmed", "policy__offering")
    list_select_related = ("resource", "policy__offering")
    search_fields = SEARCHED
    search_help_text = SEARCH_HELP
    uuids = OF_BOTH
    date_hierarchy = "evaluated_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "policy", "resource", "billing_period", "usage_percentage", "taken"),
        section("Flags", columns.pretty("previous_state"), columns.pretty("new_state")),
        section("Site", "site_agent_confirmed", columns.pretty("site_agent_response")),
        section("Record", "grace_limit_percentage", "evaluated_at", "uuid"),
    )

    @admin.display(description="actions taken")
    def taken(self, log: SlurmPolicyEvaluationLog) -> str:
        """Return what was done."""
        return ", ".join(log.actions_taken) or columns.EMPTY

    def title_of(self, row: SlurmPolicyEvaluationLog) -> str:
        """Return which resource was evaluated, and for when."""
        return f"Evaluation of {row.resource.name} in {row.billing_period}"


@admin.register(SlurmCommandHistory)
class CommandHistoryAdmin(RecordAdmin):
    """What sites ran."""

    list_display = (
        "executed_at",
        RESOURCE,
        OFFERING_OF,
        "command_type",
        "shell_command",
        "success",
    )
    list_filter = ("success", "command_type", "policy__offering")
    list_select_related = ("resource", "policy__offering")
    search_fields = (*SEARCHED, "shell_command", "error_message")
    search_help_text = "Resource, backend ID, offering, command or error; or the UUID of one"
    uuids = OF_BOTH
    date_hierarchy = "executed_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "policy", "resource", "command_type", "description", "success"),
        section(
            "What was run", columns.paragraphs("shell_command"), columns.paragraphs("error_message")
        ),
        section("Record", "billing_period", "execution_mode", "executed_at", "uuid"),
    )

    def title_of(self, row: SlurmCommandHistory) -> str:
        """Return what was run, and on which resource."""
        return f"{row.command_type} of {row.resource.name}"
