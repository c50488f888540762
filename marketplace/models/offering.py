"""Offerings (a Hosting Entity's partition, or a share of it) and what they consist of."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.audience import OPEN, Audiences
from common.checked_columns import link
from common.json_column import JsonColumn
from common.links import access_link, contact_link, web_link
from common.models import Timestamped, choices, one_of, text
from common.sorting import sort_key
from identity.event_scope import EventScope
from identity.models import Customer, EventSubject, OrganizationGroup, Project
from identity.roles import ScopeType
from marketplace.audiences import OF_OFFERING
from marketplace.components import BillingType, LimitPeriod, OfferingType
from marketplace.lifecycle import OfferingState
from marketplace.models.access_mode import AccessMode
from marketplace.models.catalogue import Category
from marketplace.querysets import OfferingQuerySet


class Offering(EventSubject, Timestamped):
    """Something that can be ordered. The columns carry the names that Waldur's API gives them.

    With organization groups it is open to organizations of those groups only; when it is not
    `shared`, to its own organization only.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("offering",)

    audiences: ClassVar[Audiences] = OF_OFFERING

    scope_type = ScopeType.OFFERING

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="offerings")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="offerings")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    access_mode = models.ForeignKey(
        AccessMode, null=True, blank=True, on_delete=models.SET_NULL, related_name="offerings"
    )
    organization_groups = models.ManyToManyField(
        OrganizationGroup, blank=True, related_name="offerings"
    )
    name = models.CharField(max_length=255)
    name_key = sort_key("name")
    slug = models.SlugField(max_length=80, unique=True)
    type = models.CharField(max_length=100, choices=choices(OfferingType))
    state = models.CharField(
        max_length=15, choices=choices(OfferingState), default=OfferingState.DRAFT
    )
    paused_reason = text(long=True)
    shared = models.BooleanField(default=True)
    billable = models.BooleanField(default=True)
    description = text(long=True)
    full_description = text(long=True)
    vendor_details = text(long=True)
    getting_started = text(long=True)
    integration_guide = text(long=True)
    access_url = link(access_link)
    documentation_url = link(web_link)
    helpdesk_url = link(contact_link)
    privacy_policy_link = link(web_link)
    datacite_doi = text()
    backend_id = text()
    country = text(length=2)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    attributes = JsonColumn(default=dict, blank=True)
    options = JsonColumn(default=dict, blank=True)
    resource_options = JsonColumn(default=dict, blank=True)
    plugin_options = JsonColumn(default=dict, blank=True)
    secret_options = JsonColumn(default=dict, blank=True)
    service_attributes = JsonColumn(default=dict, blank=True)
    backend_metadata = JsonColumn(default=dict, blank=True)
    backend_id_rules = JsonColumn(default=dict, blank=True)

    objects = OfferingQuerySet.as_manager()

    class Meta:
        constraints = (one_of("state", OfferingState, "offering_state"),)
        indexes = (
            models.Index(fields=["name_key", "id"], name="offering_by_name"),
            models.Index(fields=["state"], name="offering_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    def event_scope(self) -> EventScope:
        """Return the offering itself, with its provider."""
        return EventScope(provider_id=self.customer_id, offering_uuid=self.uuid)

    @property
    def lets_restore(self) -> bool:
        """Tell whether a terminated allocation of it can be ordered back."""
        return self.plugin_options.get("can_restore_resource") is True


class OfferingComponent(EventSubject):
    """Something countable in an offering: node-hours, GPU-hours, terabytes."""

    event_nouns: ClassVar[tuple[str, ...]] = ("component",)

    audiences: ClassVar[Audiences] = OPEN

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="components")
    type = models.CharField(max_length=50)
    name = models.CharField(max_length=150)
    description = text(long=True)
    measured_unit = text(length=30)
    unit_factor = models.PositiveIntegerField(default=1)
    billing_type = models.CharField(max_length=10, choices=choices(BillingType))
    limit_period = models.CharField(  # noqa: DJ001 - null on the wire
        max_length=10, null=True, blank=True, choices=choices(LimitPeriod)
    )
    limit_amount = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    limit_decimal_places = models.PositiveSmallIntegerField(default=0)
    min_value = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    max_value = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    max_available_limit = models.DecimalField(
        max_digits=20, decimal_places=2, null=True, blank=True
    )
    default_limit = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    is_boolean = models.BooleanField(default=False)
    is_prepaid = models.BooleanField(default=False)
    is_builtin = models.BooleanField(default=False)
    article_code = text(length=30)
    overage_component = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    min_prepaid_duration = models.PositiveIntegerField(null=True, blank=True)
    max_prepaid_duration = models.PositiveIntegerField(null=True, blank=True)
    prepaid_duration_step = models.PositiveIntegerField(null=True, blank=True)
    min_renewal_duration = models.PositiveIntegerField(null=True, blank=True)
    max_renewal_duration = models.PositiveIntegerField(null=True, blank=True)
    renewal_duration_step = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["offering", "type"], name="a_component_once"),
            one_of("billing_type", BillingType, "component_billing_type"),
            models.CheckConstraint(
                name="component_bounds",
                condition=Q(min_value__isnull=True)
                | Q(max_value__isnull=True)
                | Q(min_value__lte=models.F("max_value")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
