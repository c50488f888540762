"""What the delivery adds to the pages of orders, offerings and people."""

from __future__ import annotations

from django.contrib import admin

from allocations.admin import agents
from allocations.models import AgentService, BackendResource, OfferingUser, Provision
from common.admin import columns
from common.admin.panels import Panel
from identity.admin.people import UserAdmin
from identity.models import User
from marketplace.admin.offerings import OfferingAdmin
from marketplace.admin.orders import OrderAdmin
from marketplace.models import Offering, Order

admin.site.unregister([User, Offering, Order])


@admin.register(User)
class AccountHolderAdmin(UserAdmin):
    """People, with their accounts at sites."""

    panels = (
        UserAdmin.panels[0],
        Panel(
            "Accounts at sites",
            OfferingUser,
            ("username", columns.state, "offering", "created"),
            by="user",
            add=True,
        ),
        *UserAdmin.panels[1:],
    )


@admin.register(Offering)
class SiteOfferingAdmin(OfferingAdmin):
    """Offerings, with their agents, people's accounts there and what could be imported."""

    panels = (
        *OfferingAdmin.panels[:-1],
        Panel(
            "Site agents",
            AgentService,
            ("name", agents.state, agents.seen, "identity", "error"),
            by="identity__offering",
            empty="No agent serves it.",
        ),
        Panel(
            "Accounts",
            OfferingUser,
            ("username", columns.state, "user", "created"),
            by="offering",
        ),
        Panel(
            "To be imported",
            BackendResource,
            ("name", "backend_id", "project", "created"),
            by="offering",
        ),
        OfferingAdmin.panels[-1],
    )


@admin.register(Order)
class DeliveredOrderAdmin(OrderAdmin):
    """Orders, with their deliveries."""

    panels = (
        Panel(
            "Deliveries",
            Provision,
            ("created", columns.state, "attempts", "next_attempt_at", "finished_at", "error"),
            by="order",
            empty="Nothing was asked of a site yet.",
        ),
        *OrderAdmin.panels,
    )
