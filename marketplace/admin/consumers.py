"""What the marketplace adds to the pages of organisations and projects."""

from __future__ import annotations

from django.contrib import admin

from common.admin import columns
from common.admin.related_tables import RelatedTable
from identity.admin.organisations import CustomerAdmin
from identity.admin.projects import ProjectAdmin
from identity.models import Customer, Project
from marketplace.admin.orders import orders_by
from marketplace.admin.resources import RESOURCES
from marketplace.models import Offering, ServiceProvider

admin.site.unregister([Customer, Project])


@admin.register(Customer)
class OrganisationAdmin(CustomerAdmin):
    """Organisations, with what they offer."""

    related_tables = (
        *CustomerAdmin.related_tables,
        RelatedTable(
            "Service provider",
            ServiceProvider,
            ("created", "description", "enable_notifications"),
            by="customer",
            add=True,
            empty="The organisation is not registered as a provider.",
        ),
        RelatedTable(
            "Offerings", Offering, ("name", columns.state, "type", "category"), by="customer"
        ),
    )


@admin.register(Project)
class AllocatedProjectAdmin(ProjectAdmin):
    """Projects, with what was allocated to them."""

    related_tables = (RESOURCES, orders_by("project"), *ProjectAdmin.related_tables)
