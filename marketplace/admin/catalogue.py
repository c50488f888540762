"""Pages of the shelves of the catalogue, of those who fill them, and of the access modes."""

from __future__ import annotations

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from marketplace.models import AccessMode, Category, CategoryGroup, Offering, ServiceProvider
from marketplace.services import providers
from marketplace.services.categories import categories

OFFERED = ("name", columns.state, "type", "customer", "shared")


@admin.register(CategoryGroup)
class CategoryGroupAdmin(RecordAdmin):
    """Groups of categories; presets make them."""

    list_display = ("title", "description")
    search_fields = ("title",)
    ordering = ("title", "id")
    fieldsets = (section(None, "title", "description", "uuid"),)
    related_tables = (RelatedTable("Categories", Category, ("title", "description"), by="group"),)


@admin.register(Category)
class CategoryAdmin(RecordAdmin):
    """Shelves: HPC compute, storage."""

    list_display = ("title", "group", "created")
    list_filter = ("group", AgeFilter)
    list_select_related = ("group",)
    search_fields = ("title", "description")
    date_hierarchy = "created"
    ordering = ("title", "id")
    asked = ("title", "description", "group", "default_vm_category", "default_volume_category")
    create_with = categories.create
    change_with = categories.change
    editable = asked
    fieldsets = (
        section(None, *asked),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (
        RelatedTable("Offerings", Offering, OFFERED, by="category", limit=20),
        ABOUT_THIS,
    )
    staff_actions = (removal(categories.remove, "Only an empty shelf can be removed."),)


@admin.register(ServiceProvider)
class ServiceProviderAdmin(RecordAdmin):
    """Organisations that may offer resources: adding one registers it."""

    list_display = (
        "customer",
        columns.of("customer.abbreviation", "abbreviation"),
        columns.of("customer.country", "country"),
        "enable_notifications",
        "created",
    )
    list_filter = ("enable_notifications", "customer__country", AgeFilter)
    list_select_related = ("customer",)
    search_fields = ("customer__name", "customer__abbreviation", "customer__email", "description")
    search_help_text = "Organisation or e-mail; or the UUID of the provider or the organisation"
    uuids = ("uuid", "customer__uuid")
    date_hierarchy = "created"
    ordering = ("customer__name", "id")
    autocomplete_fields = ("customer",)
    asked = ("customer", "description", "enable_notifications")
    editable = ("description", "enable_notifications")
    create_with = staticmethod(providers.register)
    change_with = staticmethod(providers.change)
    fieldsets = (
        section(None, *asked),
        section("Accounts", columns.pretty("allowed_domains"), columns.pretty("account_options")),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (
        RelatedTable(
            "Offerings",
            Offering,
            ("name", columns.state, "type", "category", "shared"),
            by="customer",
            value="customer_id",
            limit=20,
            add=True,
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "remove",
            "End registration",
            "Registration ended",
            explained(providers.remove),
            explanation="Its offerings must be archived; they stay on record.",
        ),
    )

    def title_of(self, row: ServiceProvider) -> str:
        """Return the organisation's name."""
        return row.customer.name


@admin.register(AccessMode)
class AccessModeAdmin(RecordAdmin):
    """The ways in which time is granted; presets make them."""

    list_display = ("label", "code", "duration_days", "renewable", "review_required")
    list_filter = ("renewable", "review_required")
    search_fields = ("label", "code", "description")
    ordering = ("label", "id")
    fieldsets = (
        section(None, "label", "code", "description", "source", "uuid"),
        section("Rules", "duration_days", "renewable", "review_required"),
    )
    related_tables = (RelatedTable("Offerings", Offering, OFFERED, by="access_mode", limit=20),)
