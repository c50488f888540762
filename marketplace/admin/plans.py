"""Pages of plans and their prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import RemarkForm, StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from marketplace.models import Plan, PlanComponent, Resource
from marketplace.services import plans

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from identity.models import User


PRICE = columns.amount("price")
LATER = columns.amount("future_price", "from next month")


class PricesForm(RemarkForm):
    """A price for each component; what is left empty stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the price of every component of the plan's offering."""
        super().__init__(*args, **kwargs)
        (plan,) = self.rows
        known = {row.component_id: row for row in plan.components.all()}
        reason = self.fields.pop("reason")
        for component in plan.offering.components.order_by("pk"):
            row = known.get(component.pk)
            self.fields[f"price_{component.type}"] = forms.DecimalField(
                label=component.name,
                required=False,
                min_value=0,
                max_digits=22,
                decimal_places=10,
                help_text=_now(row, component.measured_unit or component.type),
            )
        self.fields["reason"] = reason

    def clean(self) -> dict[str, Any]:
        """Gather the prices under one name.

        :raises ValidationError: there is none.
        """
        cleaned = super().clean() or {}
        prices = {
            name.removeprefix("price_"): value
            for name, value in cleaned.items()
            if name.startswith("price_") and value is not None
        }
        if not prices and not self.errors:
            raise forms.ValidationError("Give at least one price.")
        return {"prices": prices, "reason": cleaned.get("reason", "")}


def _now(row: PlanComponent | None, unit: str) -> str:
    if row is None:
        return f"Per {unit}; no price yet."
    later = (
        f", {row.future_price.normalize():f} from next month"
        if row.future_price is not None
        else ""
    )
    return f"Per {unit}; now {row.price.normalize():f}{later}."


def _set_prices(plan: Plan, *, prices: dict[str, Decimal], actor: User, now: datetime) -> Plan:
    return plans.set_prices(plan, prices, actor=actor, now=now)


def _is_offered(plan: Plan) -> bool:
    return not plan.archived


COLUMNS = (
    "name",
    "description",
    "unit",
    "unit_price",
    "billing_mode",
    "max_amount",
    "article_code",
    "backend_id",
)


@admin.register(Plan)
class PlanAdmin(RecordAdmin):
    """Under which prices an offering can be had."""

    list_display = (
        "name",
        columns.of("offering.name", "offering"),
        "unit",
        columns.amount("unit_price"),
        "billing_mode",
        "archived",
        "created",
    )
    list_filter = ("archived", "unit", "billing_mode", "offering", AgeFilter)
    list_select_related = ("offering",)
    search_fields = ("name", "offering__name", "offering__slug", "backend_id", "article_code")
    search_help_text = "Name, offering or backend ID; or the UUID of the plan or the offering"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("offering__name", "id")
    autocomplete_fields = ("offering",)
    asked = ("offering", *COLUMNS)
    editable = (*COLUMNS, "organization_groups")
    change_with = staticmethod(plans.change)
    fieldsets = (
        section(None, *asked),
        section("Record", "archived", "organization_groups", "uuid", "created", "modified"),
    )
    related_tables = (
        RelatedTable(
            "Prices",
            PlanComponent,
            (columns.of("component.name", "component"), PRICE, LATER, "amount"),
            by="plan",
            joined=("component",),
            order=("pk",),
            limit=50,
            empty="None.",
        ),
        RelatedTable("Resources", Resource, ("name", "state", "project", "created"), by="plan"),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "set_prices",
            "Set prices",
            "Prices set",
            explained(_set_prices),
            form=PricesForm,
            when=_is_offered,
            alone=True,
            explanation="Where allocations are under the plan, the prices hold from next month on.",
        ),
        StaffAction(
            "archive",
            "Archive",
            "Archived",
            explained(plans.archive),
            when=_is_offered,
            explanation="It leaves the list; allocations under it keep it.",
        ),
        removal(plans.remove, "Only a plan that nobody ever ordered can be removed."),
    )

    def title_of(self, row: Plan) -> str:
        """Return the plan's name, and of what it is."""
        return f"{row.name} of {row.offering.name}"

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> Plan:
        """Add a plan to its offering."""
        offering = fields.pop("offering")
        return plans.create(offering, actor=actor, now=now, **fields)


COMPONENT = columns.of("component.name", "component")
PLAN = columns.of("plan.name", "plan")
OFFERING = columns.of("plan.offering.name", "offering")


@admin.register(PlanComponent)
class PlanComponentAdmin(RecordAdmin):
    """Prices: what each component costs in each plan. They are set on the plan's page."""

    list_display = (COMPONENT, PLAN, OFFERING, PRICE, LATER, "amount")
    list_filter = (("future_price", admin.EmptyFieldListFilter), "plan__offering")
    list_select_related = ("plan__offering", "component")
    search_fields = ("component__name", "component__type", "plan__name", "plan__offering__name")
    uuids = ("plan__uuid", "component__uuid")
    ordering = ("plan__offering__name", "plan", "id")
    fieldsets = (
        section(None, "plan", COMPONENT, OFFERING),
        section("Price", PRICE, LATER, "amount"),
    )

    def title_of(self, row: PlanComponent) -> str:
        """Return what has the price, and where."""
        return f"{row.component.name} in {row.plan.name}"
