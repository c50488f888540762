"""What a site has already: searches for it, and what they found."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from allocations.lifecycle import ImportState
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, Project, User
from marketplace.models import Offering
from marketplace.querysets import AtProvidedOfferings


class BackendResourceRequest(EventSubject, Timestamped):
    """A provider's request that its site looks for allocations that are not known here.

    `state` is written by `allocations.services.imports` only; `started` and `finished` are when the
    site began to look, and ended.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("import",)

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="backend_resource_requests"
    )
    state = models.CharField(max_length=10, choices=choices(ImportState), default=ImportState.SENT)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    processed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    error_message = text(long=True)
    error_traceback = text(long=True)

    objects = AtProvidedOfferings.as_manager()

    class Meta:
        constraints = (one_of("state", ImportState, "import_state"),)
        indexes = (
            models.Index(fields=["offering", "state", "created"], name="import_by_offering"),
        )

    def __str__(self) -> str:
        return f"import into {self.offering_id} ({self.state})"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()


class BackendResource(EventSubject, Timestamped):
    """Something at a site that could become an allocation of a project; it goes when it does.

    `backend_id` is what the site calls it, compared without case; `backend_metadata["limits"]` maps
    component types to the limits that hold there.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("backend_resource",)

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="backend_resources"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="backend_resources")
    name = models.CharField(max_length=255)
    backend_id = models.CharField(max_length=255)
    backend_metadata = JsonColumn(default=dict, blank=True)

    objects = AtProvidedOfferings.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "offering", Upper("backend_id"), name="a_backend_id_waits_once"
            ),
            models.CheckConstraint(name="backend_id_is_named", condition=~Q(backend_id="")),
        )

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
