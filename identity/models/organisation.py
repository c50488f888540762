"""Organizations: allocators, hosting entities, research groups. Waldur calls them customers."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from common.address_column import AddressColumn
from common.audience import OPEN, Audiences
from common.checked_columns import CheckedUrl
from common.json_column import JsonColumn
from common.links import web_link
from common.models import Timestamped, text
from common.sorting import sort_key
from common.times import MOST_DAYS
from identity.audiences import OF_CUSTOMER
from identity.event_scope import EventScope
from identity.models.event_subject import EventSubject
from identity.querysets import CustomerQuerySet, OrganizationGroupQuerySet
from identity.roles import ScopeType


class OrganizationGroup(EventSubject):
    """A set of organizations, such as one country's share; offerings may be open to some only."""

    event_nouns: ClassVar[tuple[str, ...]] = ("organization_group",)

    audiences: ClassVar[Audiences] = OPEN

    name = models.CharField(max_length=150, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    objects = OrganizationGroupQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Customer(EventSubject, Timestamped):
    """An organization. The columns carry the names that Waldur's API gives them.

    One that had projects is removed softly (`is_removed`): what they used must stay readable.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("customer",)

    audiences: ClassVar[Audiences] = OF_CUSTOMER

    scope_type = ScopeType.CUSTOMER

    name = models.CharField(max_length=150)
    name_key = sort_key("name")
    slug = models.SlugField(max_length=80, unique=True)
    native_name = text(length=160)
    abbreviation = text(length=12)
    description = text(long=True)
    contact_details = text(long=True)
    agreement_number = text(length=160)
    email = AddressColumn(max_length=320, blank=True, default="")
    notification_emails = text(long=True)
    phone_number = text()
    access_subnets = text(
        long=True,
        help_text="Networks (CIDR), separated by commas: the programs of an allocator may call from"
        " these only.",
    )
    technical_contact = text(length=500)
    registration_code = text(length=160)
    homepage = CheckedUrl(max_length=255, blank=True, default="", validators=[web_link])
    domain = text()
    vat_code = text(length=20)
    postal = text(length=20)
    address = text(length=300)
    street = text()
    house_nr = text(length=50)
    apartment_nr = text(length=50)
    household = text(length=50)
    city = text()
    parish = text()
    state = text()
    bank_name = text(length=150)
    bank_account = text(length=50)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    country = text(length=2)
    backend_id = text()
    originated_id = text(help_text="What the system that it comes from calls it.")
    blocked = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    display_billing_info_in_projects = models.BooleanField(default=False)
    default_tax_percent = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    accounting_start_date = models.DateTimeField(default=timezone.now)
    sponsor_number = models.PositiveIntegerField(null=True, blank=True)
    max_service_accounts = models.PositiveIntegerField(null=True, blank=True)
    grace_period_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)]
    )
    project_slug_template = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null on the wire
    user_affiliations = JsonColumn(default=list, blank=True)
    user_email_patterns = JsonColumn(default=list, blank=True)
    user_identity_sources = JsonColumn(default=list, blank=True)
    organization_groups = models.ManyToManyField(
        OrganizationGroup, blank=True, related_name="customers"
    )
    is_allocator = models.BooleanField(
        default=False, help_text="Its owners may look people up by their CUID."
    )
    is_removed = models.BooleanField(default=False, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["name_key", "id"], name="customer_by_name"),
            models.Index(fields=["originated_id"], name="customer_by_origin"),
        )

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the organization itself, as a consumer."""
        return EventScope(customer_id=self.pk)
