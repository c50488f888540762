"""How many allocations a project holds: counted by the app that has them, written down here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.models import Project

if TYPE_CHECKING:
    from collections.abc import Mapping


def store(project: Project, by_category: Mapping[str, int]) -> None:
    """Replace a project's counts by what was counted; the caller holds the project's lock.

    That is not an event, nor a change of the project: the allocation that came or went is one.
    """
    project.marketplace_resource_count = dict(by_category)
    project.resources_count = sum(by_category.values())
    Project.objects.filter(pk=project.pk).update(
        marketplace_resource_count=project.marketplace_resource_count,
        resources_count=project.resources_count,
    )
