"""Pages of orders: who waits for what, and what staff do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import ReasonForm, RemarkForm, StaffAction, StaffActionForm
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from marketplace.cancellation import is_stoppable
from marketplace.lifecycle import OPEN, ORDER, OrderState, OrderType
from marketplace.models import Order
from marketplace.services import orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest


class OpenFilter(admin.SimpleListFilter):
    """Whether the orders still hold their resources."""

    title = "progress"
    parameter_name = "progress"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "Open"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the orders that are open, or over."""
        if self.value() == "open":
            return queryset.filter(state__in=OPEN)
        return queryset.exclude(state__in=OPEN) if self.value() == "ended" else queryset


class FailForm(ReasonForm):
    """Why an order failed, with what the machine said where it said something."""

    error_traceback = forms.CharField(
        label="Technical details",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    )


class CompleteForm(RemarkForm):
    """What the provider calls the allocation that an order has made, where that is not known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for it where the order makes an allocation that has no name at its site yet."""
        super().__init__(*args, **kwargs)
        if len(self.rows) == 1 and _makes_a_nameless_one(self.rows[0]):
            asked = forms.CharField(
                label="Backend ID of the allocation",
                max_length=255,
                required=False,
                help_text="What the site calls it, such as the name of its account there.",
            )
            self.fields = {"resource_backend_id": asked, **self.fields}


def _makes_a_nameless_one(order: Order) -> bool:
    return order.type == OrderType.CREATE and not order.resource.backend_id


class BackendIdForm(StaffActionForm):
    """What the provider calls it."""

    backend_id = forms.CharField(label="Backend ID", max_length=255, required=False)


def step(
    name: str,
    label: str,
    done: str,
    service: Callable[..., Any],
    form: type[StaffActionForm] = ReasonForm,
    **more: Any,
) -> StaffAction:
    """Return the action that takes an order along the table."""
    return StaffAction(name, label, done, service, form=form, states=ORDER.sources(name), **more)


def _can_be_called_off(order: Order) -> bool:
    return order.state != OrderState.EXECUTING or is_stoppable(order)


STEPS = (
    step(
        "approve_by_consumer",
        "Approve for the project",
        "Approved for the project",
        explained(orders.approve_by_consumer),
        RemarkForm,
    ),
    step(
        "approve_by_provider",
        "Approve for the provider",
        "Approved for the provider",
        explained(orders.approve_by_provider),
        RemarkForm,
    ),
    step(
        "reject_by_consumer",
        "Reject for the project",
        "Rejected for the project",
        explained(orders.reject_by_consumer, argument="comment"),
    ),
    step(
        "reject_by_provider",
        "Reject for the provider",
        "Rejected for the provider",
        explained(orders.reject_by_provider, argument="comment"),
    ),
    step(
        "complete",
        "Mark as done",
        "Done",
        explained(orders.complete),
        CompleteForm,
        explanation="What was ordered holds from now on, as if the provider had said so.",
    ),
    step(
        "fail",
        "Mark as failed",
        "Failed",
        explained(orders.fail, argument="error_message"),
        FailForm,
        explanation="The order and its resource become erred; the order can be retried.",
    ),
    step(
        "retry",
        "Retry",
        "Retried",
        explained(orders.retry),
        explanation="The order is executed again.",
    ),
    step(
        "cancel",
        "Cancel",
        "Cancelled",
        explained(orders.cancel),
        when=_can_be_called_off,
        explanation="An order that a site is at work on cannot be called off.",
    ),
)


def _set_backend_id(order: Order, *, backend_id: str, **known: Any) -> bool:
    return orders.set_backend_id(order, backend_id, **known)


MONEY = (
    "plan",
    "old_plan",
    columns.amount("cost"),
    columns.amount("old_cost"),
    columns.amount("fixed_price"),
    columns.amount("activation_price"),
)
REVIEWS = (
    "consumer_reviewed_by",
    "consumer_reviewed_at",
    "consumer_rejection_comment",
    "provider_reviewed_by",
    "provider_reviewed_at",
    "provider_rejection_comment",
    "auto_approved",
    "accepted_terms_version",
)
OUTCOME = ("completed_at", "termination_comment", "error_message", "error_updated_at")


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    """Orders: placed through the API, decided and mended here."""

    list_display = (
        "what",
        columns.state,
        "waiting",
        columns.of("offering.name", "offering"),
        columns.of("project.name", "project"),
        columns.person("created_by"),
        "created",
    )
    list_filter = ("state", OpenFilter, "type", AgeFilter, "offering")
    list_select_related = ("resource", "offering", "project__customer", "created_by")
    search_fields = (
        "slug",
        "backend_id",
        "resource__name",
        "resource__slug",
        "resource__backend_id",
        "project__name",
        "offering__name",
        "created_by__username",
        "created_by__email",
    )
    search_help_text = (
        "Resource, backend ID, project, offering, person or e-mail; or a UUID of these"
    )
    uuids = ("uuid", "resource__uuid", "project__uuid", "offering__uuid", "created_by__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(
            None,
            "type",
            columns.state,
            "waiting",
            "resource",
            "offering",
            "project",
            "created_by",
            "created",
        ),
        section(
            "What is asked for",
            "request_comment",
            "start_date",
            columns.pretty("limits"),
            columns.pretty("attributes"),
        ),
        section("Reviews", *REVIEWS),
        section(
            "Outcome",
            *OUTCOME,
            columns.paragraphs("error_traceback", "technical details"),
            columns.paragraphs("output"),
        ),
        section("Price", *MONEY, folded=True),
        section("Record", "uuid", "slug", "backend_id", "callback_url", "modified", folded=True),
    )
    related_tables: tuple[RelatedTable, ...] = (ABOUT_THIS,)
    staff_actions = (
        *STEPS,
        StaffAction(
            "set_backend_id",
            "Set the backend ID",
            "Backend ID set",
            _set_backend_id,
            form=BackendIdForm,
            alone=True,
        ),
    )

    @admin.display(description="order", ordering="resource__name")
    def what(self, order: Order) -> str:
        """Return what is ordered."""
        return format_html("{} <strong>{}</strong>", order.type, order.resource.name)

    @admin.display(description="open for", ordering="created")
    def waiting(self, order: Order) -> str:
        """Return how long an open order has been open."""
        return columns.age(order.created) if order.state in OPEN else columns.EMPTY

    def title_of(self, row: Order) -> str:
        """Return what is ordered, and for which project."""
        return f"{row.type} {row.resource.name or row.resource.slug} for {row.project.name}"


ORDERS = ("what", columns.state, "waiting", columns.person("created_by"), "created")


def orders_by(column: str) -> RelatedTable:
    """Return the table of the orders of a resource, an offering or a project."""
    return RelatedTable("Orders", Order, ORDERS, by=column, joined=("resource", "created_by"))
