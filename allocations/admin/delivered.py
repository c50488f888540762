"""What the delivery adds to the pages of orders, offerings and people."""

from __future__ import annotations

from django.contrib import admin

from allocations.admin import agents
from allocations.models import AgentService, BackendResource, OfferingUser, Provision
from common.admin import columns
from common.admin.related_tables import RelatedTable
from identity.admin.people import UserAdmin
from identity.models import User
from marketplace.admin.offerings import OfferingAdmin
from marketplace.admin.orders import OrderAdmin
from marketplace.models import Offering, Order

admin.site.unregister([User, Offering, Order])


@admin.register(User)
class AccountHolderAdmin(UserAdmin):
    """People, with their accounts at sites."""

    related_tables = (
        UserAdmin.related_tables[0],
        RelatedTable(
            "Accounts at sites",
            OfferingUser,
            ("username", columns.state, "offering", "created"),
            by="user",
            add=True,
        ),
        *UserAdmin.related_tables[1:],
    )


@admin.register(Offering)
class SiteOfferingAdmin(OfferingAdmin):
    """Offerings, with their agents, people's accounts there and what could be imported."""

    related_tables = (
        *OfferingAdmin.related_tables[:-1],
        RelatedTable(
            "Site agents",
            AgentService,
            ("name", agents.state, agents.seen, "identity", "error"),
            by="identity__offering",
            empty="No agent serves it.",
        ),
        RelatedTable(
            "Accounts",
            OfferingUser,
            ("username", columns.state, "user", "created"),
            by="offering",
        ),
        RelatedTable(
            "To be imported",
            BackendResource,
            ("name", "backend_id", "project", "created"),
            by="offering",
        ),
        OfferingAdmin.related_tables[-1],
    )


@admin.register(Order)
class DeliveredOrderAdmin(OrderAdmin):
    """Orders, with their deliveries."""

    related_tables = (
        RelatedTable(
            "Deliveries",
            Provision,
            ("created", columns.state, "attempts", "next_attempt_at", "finished_at", "error"),
            by="order",
            empty="Nothing was asked of a site yet.",
        ),
        *OrderAdmin.related_tables,
    )
