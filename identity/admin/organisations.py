"""Pages of organisations and of the groups they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from identity.admin.grants import GIVE_ROLE, holders
from identity.admin.log import ABOUT_THIS
from identity.admin.permission_reviews import BEGIN_REVIEW
from identity.admin.reasons import removal
from identity.models import Customer, OrganizationGroup, Project, User
from identity.roles import ScopeType
from identity.services import organisations, organization_groups

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

NAMES = ("name", "native_name", "abbreviation", "slug", "description", "is_allocator")
CONTACT = (
    *("email", "phone_number", "homepage", "domain", "country", "address", "contact_details"),
    *("technical_contact", "access_subnets"),
)
AGREEMENT = ("agreement_number", "registration_code", "vat_code", "accounting_start_date")
ELSEWHERE = ("backend_id", "originated_id")
LIMITS = ("blocked", "archived", "grace_period_days", "max_service_accounts", *ELSEWHERE)


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    """Organisations: allocators, hosting entities, research groups."""

    list_display = (
        "name",
        "abbreviation",
        "country",
        "is_allocator",
        "blocked",
        "archived",
        "created",
    )
    list_filter = ("is_removed", "is_allocator", "blocked", "archived", "country", AgeFilter)
    search_fields = ("name", "native_name", "abbreviation", "slug", *ELSEWHERE, "email", "domain")
    search_help_text = "Name, abbreviation, slug, ID elsewhere, e-mail, domain or UUID"
    date_hierarchy = "created"
    ordering = ("name", "id")
    asked = (*NAMES, *CONTACT, *ELSEWHERE, "organization_groups")
    editable = (*NAMES, *CONTACT, *AGREEMENT, *LIMITS, "organization_groups")
    create_with = staticmethod(organisations.create)
    fieldsets = (
        section(None, *NAMES, "organization_groups"),
        section("Contact", *CONTACT),
        section("Agreement", *AGREEMENT),
        section("Limits", *LIMITS),
        section("Record", "uuid", "created", "modified", "is_removed"),
    )
    related_tables: tuple[RelatedTable, ...] = (
        RelatedTable(
            "Projects",
            Project,
            ("name", "slug", "start_date", "end_date", "resources_count"),
            by="customer",
            only={"is_removed": False},
            add=True,
        ),
        holders(ScopeType.CUSTOMER, by="customer"),
        ABOUT_THIS,
    )
    staff_actions = (
        GIVE_ROLE,
        BEGIN_REVIEW,
        removal(
            organisations.remove,
            "Its projects must be removed before, and it must offer nothing.",
            when=lambda customer: not customer.is_removed,
        ),
    )

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """Let the slug be left open: one is made of the name."""
        form = super().get_form(*args, **kwargs)
        if "slug" in form.base_fields:
            form.base_fields["slug"].required = False
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave a removed organisation as it was."""
        if obj is not None and obj.is_removed:
            return False
        return super().has_change_permission(request, obj)

    def change(self, row: Customer, changes: dict[str, Any], *, actor: User, now: datetime) -> None:
        """Change what is known of an organisation."""
        organisations.update(row, actor=actor, now=now, wanted=changes)


@admin.register(OrganizationGroup)
class OrganizationGroupAdmin(RecordAdmin):
    """Groups of organisations, such as one country's share."""

    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name", "id")
    autocomplete_fields = ("parent",)
    asked = editable = ("name", "parent")
    create_with = organization_groups.groups.create
    change_with = staticmethod(organization_groups.change)
    fieldsets = (section(None, "name", "parent", "uuid"),)
    related_tables: tuple[RelatedTable, ...] = (
        RelatedTable("Organisations", Customer, ("name", "abbreviation"), by="organization_groups"),
        ABOUT_THIS,
    )
    staff_actions = (
        removal(
            organization_groups.remove,
            "Its organisations stay. Refused while something is open to the group.",
        ),
    )
