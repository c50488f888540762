"""Projects: what an allocation is granted to."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from common.audience import Audiences
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of, text
from common.sorting import sort_key
from common.times import MOST_DAYS
from identity.audiences import OF_PROJECT
from identity.event_scope import EventScope
from identity.fields_of_science import FieldOfScience
from identity.models.event_subject import EventSubject
from identity.models.organisation import Customer
from identity.models.people import User
from identity.models.science import ScienceSubDomain
from identity.project_kinds import ProjectKind
from identity.querysets import ProjectQuerySet
from identity.roles import ScopeType


class Project(EventSubject, Timestamped):
    """A piece of work of an organization, with its members and its allocations.

    Removal is soft (`is_removed`): the record of what was used must stay readable. The counts are
    written down by the apps that own what is counted.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("project",)

    audiences: ClassVar[Audiences] = OF_PROJECT

    scope_type = ScopeType.PROJECT

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=500)
    name_key = sort_key("name")
    slug = models.SlugField(max_length=80, unique=True)
    description = text(long=True)
    backend_id = text()
    kind = models.CharField(
        max_length=10, choices=choices(ProjectKind), default=ProjectKind.DEFAULT
    )
    oecd_fos_2007_code = models.CharField(  # noqa: DJ001 - null on the wire
        max_length=5, null=True, blank=True, choices=FieldOfScience.choices()
    )
    science_sub_domain = models.ForeignKey(
        ScienceSubDomain,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    is_industry = models.BooleanField(default=False)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    end_date_requested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    end_date_updated_at = models.DateTimeField(null=True, blank=True)
    grace_period_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)]
    )
    max_service_accounts = models.PositiveIntegerField(null=True, blank=True)
    staff_notes = text(long=True)
    user_affiliations = JsonColumn(default=list, blank=True)
    user_email_patterns = JsonColumn(default=list, blank=True)
    user_identity_sources = JsonColumn(default=list, blank=True)
    termination_metadata = JsonColumn(null=True, blank=True)
    is_removed = models.BooleanField(default=False)
    resources_count = models.PositiveIntegerField(
        default=0, help_text="Resources that are not terminated; written by the marketplace."
    )
    marketplace_resource_count = JsonColumn(
        default=dict, blank=True, help_text="The same by category UUID."
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = (one_of("kind", ProjectKind, "project_kind"),)
        indexes = (
            models.Index(
                fields=["name_key", "id"], name="project_by_name", condition=Q(is_removed=False)
            ),
            models.Index(fields=["customer", "backend_id"], name="project_backend_id"),
            models.Index(fields=["end_date"], name="project_end_date"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"

    def event_scope(self) -> EventScope:
        """Return the project itself, with its organization."""
        return EventScope(customer_id=self.customer_id, project_id=self.pk)
