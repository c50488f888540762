"""A project's number of allocations, kept true as they come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from identity.services import resource_counts
from marketplace.lifecycle import ResourceState
from marketplace.models import Resource

if TYPE_CHECKING:
    from identity.models import Project


def recount(project: Project) -> None:
    """Count a project's live allocations by category; the caller holds the project's lock."""
    live = Resource.objects.filter(project=project).exclude(state=ResourceState.TERMINATED)
    by_category = live.order_by().values_list("offering__category__uuid").annotate(n=Count("pk"))
    resource_counts.store(project, {uuid.hex: n for uuid, n in by_category})
