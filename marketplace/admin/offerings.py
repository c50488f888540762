"""Pages of offerings and of their components."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import RemarkForm, StaffAction
from identity.admin.grants import GIVE_ROLE, holders
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.roles import ScopeType
from marketplace import options as option_rules
from marketplace.lifecycle import OFFERING
from marketplace.models import (
    Offering,
    OfferingComponent,
    OfferingEndpoint,
    OfferingPartition,
    Plan,
    Resource,
    TermsOfService,
)
from marketplace.services import components, offerings

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

    Form = forms.ModelForm[Offering]
else:
    Form = forms.ModelForm

NAMES = ("name", "category", "access_mode", "type", "description", "country")
OPEN_TO = ("shared", "billable")
FOR_SOME = ("organization_groups",)
PLACE = ("backend_id", "latitude", "longitude")
TEXTS = ("full_description", "getting_started", "integration_guide", "vendor_details")
LINKS = ("access_url", "documentation_url", "helpdesk_url", "privacy_policy_link", "datacite_doi")
SETTINGS = ("plugin_options", "options", "resource_options")


class OfferingForm(Form):
    """An offering, whose settings are objects of the shape that orders are held to."""

    class Meta:
        model = Offering
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        """Refuse settings of another shape."""
        cleaned = super().clean() or {}
        for name in SETTINGS:
            value = cleaned.get(name)
            if value and not isinstance(value, dict):
                self.add_error(name, "This must be an object, such as {}.")
            elif value and name != "plugin_options":
                fault = option_rules.defect(value)
                if fault is not None:
                    self.add_error(name, fault)
        return cleaned


def moved(action: str, label: str, done: str, **more: Any) -> StaffAction:
    """Return the action that takes an offering along the table."""
    service = explained(getattr(offerings, action))
    settings = {"service": service, "form": RemarkForm, "states": OFFERING.sources(action), **more}
    return StaffAction(action, label, done, **settings)


@admin.register(Offering)
class OfferingAdmin(RecordAdmin):
    """What can be ordered, from the draft to the archive."""

    list_display = ("name", columns.state, "customer", "category", "type", "shared", "created")
    list_filter = ("state", "type", "category", "access_mode", "shared", AgeFilter)
    list_select_related = ("customer", "category")
    search_fields = ("name", "slug", "backend_id", "customer__name", "customer__abbreviation")
    search_help_text = (
        "Name, slug, backend ID or provider; or the UUID of the offering or the provider"
    )
    uuids = ("uuid", "customer__uuid")
    date_hierarchy = "created"
    ordering = ("name", "id")
    form = OfferingForm
    autocomplete_fields = ("customer",)
    asked = ("customer", *NAMES, "slug", *OPEN_TO, "backend_id")
    editable = (*NAMES, *OPEN_TO, *TEXTS, *LINKS, *SETTINGS, *FOR_SOME, *PLACE)
    create_with = staticmethod(offerings.create)
    change_with = staticmethod(offerings.change)
    fieldsets = (
        section(None, "customer", columns.state, "paused_reason", *NAMES, "slug"),
        section("Open to", *OPEN_TO, *FOR_SOME, "project"),
        section("Texts", *TEXTS, folded=True),
        section("Links and place", *LINKS, "latitude", "longitude", folded=True),
        section("Settings", *SETTINGS, "backend_id", folded=True),
        section("Record", "uuid", "created", "modified", columns.pretty("attributes"), folded=True),
    )
    related_tables: tuple[RelatedTable, ...] = (
        RelatedTable(
            "Components",
            OfferingComponent,
            (
                "name",
                "type",
                "measured_unit",
                "billing_type",
                "limit_period",
                "min_value",
                "max_value",
            ),
            by="offering",
            order=("pk",),
            limit=30,
            add=True,
        ),
        RelatedTable(
            "Partitions",
            OfferingPartition,
            ("partition_name", "qos", "min_nodes", "max_nodes", "default_time", "max_time"),
            by="offering",
            order=("partition_name",),
            add=True,
        ),
        RelatedTable(
            "Endpoints",
            OfferingEndpoint,
            ("name", "url", "modified"),
            by="offering",
            order=("name", "pk"),
            limit=50,
            add=True,
        ),
        RelatedTable(
            "Plans",
            Plan,
            (
                "name",
                "unit",
                columns.amount("unit_price"),
                "billing_mode",
                "max_amount",
                "archived",
            ),
            by="offering",
            order=("archived", "pk"),
            add=True,
            empty="None. At least one is needed to order.",
        ),
        RelatedTable(
            "Resources",
            Resource,
            ("name", columns.state, "project", "created", "end_date"),
            by="offering",
        ),
        RelatedTable(
            "Terms of service",
            TermsOfService,
            ("version", "is_active", "requires_reconsent", "created"),
            by="offering",
            add=True,
        ),
        holders(ScopeType.OFFERING, by="scope_id"),
        ABOUT_THIS,
    )
    staff_actions = (
        moved(
            "activate",
            "Activate",
            "Activated",
            service=explained(partial(offerings.activate, complete=True)),
        ),
        moved(
            "pause",
            "Pause",
            "Paused",
            service=explained(offerings.pause, argument="reason"),
            explanation="It stays in the catalogue, and takes no orders.",
        ),
        moved("unpause", "Take orders again", "Takes orders again"),
        moved(
            "archive",
            "Archive",
            "Archived",
            explanation="It leaves the catalogue; its allocations go on.",
        ),
        moved("draft", "Back to draft", "Draft again"),
        replace(GIVE_ROLE, alone=True),
        removal(
            offerings.remove,
            "Only an offering that nobody ever had an allocation of can be removed.",
        ),
    )

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """Let the slug be left open: one is made of the name."""
        form = super().get_form(*args, **kwargs)
        if "slug" in form.base_fields:
            form.base_fields["slug"].required = False
        return form


WHAT = ("type", "name", "description", "measured_unit", "unit_factor", "billing_type")
LIMIT = ("limit_period", "limit_amount", "limit_decimal_places", "default_limit")
BOUNDS = ("min_value", "max_value", "max_available_limit")
KIND = ("is_boolean", "is_prepaid", "article_code")


@admin.register(OfferingComponent)
class OfferingComponentAdmin(RecordAdmin):
    """What is counted in an offering."""

    list_display = (
        "name",
        "type",
        columns.of("offering.name", "offering"),
        "measured_unit",
        "billing_type",
        "limit_period",
    )
    list_filter = ("billing_type", "limit_period", "offering")
    list_select_related = ("offering",)
    search_fields = ("name", "type", "offering__name", "offering__slug")
    search_help_text = "Name, type or offering; or the UUID of the component or the offering"
    uuids = ("uuid", "offering__uuid")
    ordering = ("offering__name", "id")
    autocomplete_fields = ("offering",)
    asked = ("offering", *WHAT, *LIMIT, *BOUNDS, *KIND)
    editable = (*WHAT, *LIMIT, *BOUNDS, *KIND)
    change_with = staticmethod(components.change)
    fieldsets = (
        section(None, "offering", *WHAT),
        section("Limits", *LIMIT, *BOUNDS, "overage_component"),
        section("Kind", *KIND, "is_builtin", "uuid"),
    )
    related_tables: tuple[RelatedTable, ...] = (ABOUT_THIS,)
    staff_actions = (
        removal(
            components.remove, "Only a component that nobody holds or used any of can be removed."
        ),
    )

    def title_of(self, row: OfferingComponent) -> str:
        """Return what is counted, and of what."""
        return f"{row.name} of {row.offering.name}"

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> OfferingComponent:
        """Add a component to its offering."""
        offering = fields.pop("offering")
        return components.add(offering, actor=actor, now=now, **fields)
