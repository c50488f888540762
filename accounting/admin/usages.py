"""Pages of usages: per component and month, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from accounting.models import ComponentUsage, ComponentUserUsage, PlanPeriodUsage
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable

if TYPE_CHECKING:
    from datetime import datetime

COMPONENT = columns.of("component.name", "component")
UNIT = columns.of("component.measured_unit", "unit")
PLAN = columns.of("plan_period.plan.name", "plan")


@admin.register(ComponentUsage)
class ComponentUsageAdmin(RecordAdmin):
    """How much was used of what in which month."""

    list_display = (
        "month",
        columns.of("resource.name", "resource"),
        COMPONENT,
        "usage",
        UNIT,
        "date",
        columns.person("modified_by"),
    )
    list_filter = (AgeFilter, "recurring", "resource__offering")
    list_select_related = ("resource", "component", "modified_by")
    search_fields = (
        "resource__name",
        "resource__slug",
        "resource__backend_id",
        "resource__project__name",
        "component__type",
        "component__name",
    )
    search_help_text = "Resource, backend ID, project or component; or the UUID of one of them"
    uuids = ("uuid", "resource__uuid", "resource__project__uuid", "component__uuid")
    date_hierarchy = "billing_period"
    ordering = ("-date", "-id")
    fieldsets = (
        section(None, "resource", COMPONENT, "month", "usage", UNIT, "date", "description"),
        section("When nothing is reported", "recurring", "missing_usage_policy"),
        section("Record", "modified_by", "created", "modified", "uuid"),
    )
    related_tables = (
        RelatedTable(
            "By plan",
            PlanPeriodUsage,
            (PLAN, "begun", "ended", "usage"),
            by="component_usage",
            joined=("plan_period__plan",),
            order=("plan_period__start", "pk"),
            empty="There was no plan.",
        ),
        RelatedTable(
            "By whom",
            ComponentUserUsage,
            ("username", "usage", "account", "description", "modified"),
            by="component_usage",
            joined=("user__user",),
            order=("username",),
            limit=30,
            empty="Not reported by person.",
        ),
    )

    @admin.display(description="month", ordering="billing_period")
    def month(self, usage: ComponentUsage) -> str:
        """Return the month."""
        return f"{usage.billing_period:%Y-%m}"

    def title_of(self, row: ComponentUsage) -> str:
        """Return what was used by which resource, and when."""
        return f"{row.component.name} of {row.resource.name} in {row.billing_period:%Y-%m}"


RESOURCE = columns.of("component_usage.resource.name", "resource")
USED = columns.of("component_usage.component.name", "component")


@admin.register(ComponentUserUsage)
class ComponentUserUsageAdmin(RecordAdmin):
    """Who used how much."""

    list_display = ("username", "month", RESOURCE, USED, "usage", "account")
    list_filter = (AgeFilter, "component_usage__resource__offering")
    list_select_related = (
        "component_usage__resource",
        "component_usage__component",
        "user__user",
    )
    search_fields = (
        "username",
        "user__user__username",
        "user__user__email",
        "component_usage__resource__name",
        "component_usage__resource__backend_id",
    )
    search_help_text = "Account, person, e-mail, resource or backend ID; or the UUID of one of them"
    uuids = ("uuid", "component_usage__uuid", "component_usage__resource__uuid", "user__user__uuid")
    date_hierarchy = "component_usage__billing_period"
    ordering = ("-id",)
    fieldsets = (
        section(None, "username", "account", "component_usage", RESOURCE, USED, "month", "usage"),
        section("Record", "description", "backend_id", "created", "modified", "uuid"),
    )

    @admin.display(description="month", ordering="component_usage__billing_period")
    def month(self, usage: ComponentUserUsage) -> str:
        """Return the month."""
        return f"{usage.component_usage.billing_period:%Y-%m}"

    @admin.display(description="person", ordering="user__user__username")
    def account(self, usage: ComponentUserUsage) -> str:
        """Return the person, where the account's owner is known here."""
        return str(usage.user.user) if usage.user else columns.EMPTY

    def title_of(self, row: ComponentUserUsage) -> str:
        """Return who used what, and when."""
        return f"{row.username} in {row.component_usage.billing_period:%Y-%m}"


@admin.register(PlanPeriodUsage)
class PlanPeriodUsageAdmin(RecordAdmin):
    """How much of a month's usage fell into which time under a plan."""

    list_display = ("month", RESOURCE, USED, PLAN, "begun", "ended", "usage")
    list_filter = ("component_usage__resource__offering",)
    list_select_related = (
        "component_usage__resource",
        "component_usage__component",
        "plan_period__plan",
    )
    search_fields = (
        "component_usage__resource__name",
        "component_usage__resource__backend_id",
        "plan_period__plan__name",
    )
    search_help_text = "Resource, backend ID or plan; or the UUID of one of them"
    uuids = (
        "component_usage__uuid",
        "component_usage__resource__uuid",
        "plan_period__uuid",
        "plan_period__plan__uuid",
    )
    date_hierarchy = "component_usage__billing_period"
    ordering = ("-id",)
    fieldsets = (
        section(None, "component_usage", RESOURCE, USED, "month", "usage"),
        section("Time under the plan", PLAN, "plan_period", "begun", "ended"),
    )

    @admin.display(description="month", ordering="component_usage__billing_period")
    def month(self, part: PlanPeriodUsage) -> str:
        """Return the month."""
        return f"{part.component_usage.billing_period:%Y-%m}"

    @admin.display(description="from", ordering="plan_period__start")
    def begun(self, part: PlanPeriodUsage) -> datetime | None:
        """Return when the time under the plan began."""
        return part.plan_period.start

    @admin.display(description="to", ordering="plan_period__end")
    def ended(self, part: PlanPeriodUsage) -> datetime | None:
        """Return when the time under the plan ended."""
        return part.plan_period.end

    def title_of(self, row: PlanPeriodUsage) -> str:
        """Return what was used under which plan, and when."""
        used = row.component_usage
        return f"{used.component.name} under {row.plan_period.plan.name} in {self.month(row)}"
