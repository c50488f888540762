"""The shelves of the catalogue and those who fill them."""

from typing import ClassVar

from django.db import models

from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from common.models import Timestamped, text
from identity.event_scope import EventScope
from identity.models import Customer, EventSubject
from marketplace.querysets import CategoryQuerySet, ServiceProviderQuerySet


class CategoryGroup(EventSubject):
    """A group of categories."""

    event_nouns: ClassVar[tuple[str, ...]] = ("category_group",)

    audiences: ClassVar[Audiences] = OPEN

    title = models.CharField(max_length=255)
    description = text(long=True)

    def __str__(self) -> str:
        return self.title


class Category(EventSubject, Timestamped):
    """A kind of what is offered: HPC compute, storage."""

    event_nouns: ClassVar[tuple[str, ...]] = ("category",)

    audiences: ClassVar[Audiences] = OPEN

    title = models.CharField(max_length=255)
    description = text(long=True)
    group = models.ForeignKey(
        CategoryGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="categories"
    )
    default_vm_category = models.BooleanField(default=False)
    default_volume_category = models.BooleanField(default=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.title


class ServiceProvider(EventSubject, Timestamped):
    """An organization that offers resources: a Hosting Entity."""

    event_nouns: ClassVar[tuple[str, ...]] = ("provider",)

    audiences: ClassVar[Audiences] = OPEN

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, related_name="service_provider"
    )
    description = text(long=True)
    enable_notifications = models.BooleanField(default=True)
    allowed_domains = JsonColumn(default=list, blank=True)
    account_options = JsonColumn(default=dict, blank=True)

    objects = ServiceProviderQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.customer)

    def event_scope(self) -> EventScope:
        """Return its organization, as a provider."""
        return EventScope(provider_id=self.customer_id)
