"""Names for allocations that nobody has named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.models import Resource

if TYPE_CHECKING:
    from identity.models import Project
    from marketplace.models import Offering


def suggest(project: Project, offering: Offering) -> str:
    """Return who, for what, of what, and which one: a name that says where it belongs."""
    number = Resource.objects.filter(project=project, offering=offering).count() + 1
    return f"{project.customer.slug}-{project.slug}-{offering.slug}-{number}"
