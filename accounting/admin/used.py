"""What accounting adds to the pages of resources."""

from __future__ import annotations

from django.contrib import admin

from accounting.admin.reports import REPORT_USAGE
from accounting.admin.usages import COMPONENT, UNIT
from accounting.models import ComponentUsage, ComponentUserUsageLimit
from common.admin import columns
from common.admin.related_tables import RelatedTable
from marketplace.admin.resources import ResourceAdmin
from marketplace.models import Resource

admin.site.unregister(Resource)


@admin.register(Resource)
class UsedResourceAdmin(ResourceAdmin):
    """Resources, with what was used of them."""

    related_tables = (
        ResourceAdmin.related_tables[0],
        RelatedTable(
            "Usage",
            ComponentUsage,
            ("month", COMPONENT, "usage", UNIT, "date", columns.person("modified_by")),
            by="resource",
            order=("-billing_period", "component_id"),
            joined=("component", "modified_by"),
            limit=12,
            empty="Nothing was reported.",
        ),
        RelatedTable(
            "People's limits",
            ComponentUserUsageLimit,
            ("username", COMPONENT, "limit", UNIT, "modified"),
            by="resource",
            joined=("component", "user__user"),
            empty="Nobody is limited.",
        ),
        *ResourceAdmin.related_tables[1:],
    )
    staff_actions = (*ResourceAdmin.staff_actions, REPORT_USAGE)
