"""`/api/component-user-usage-limits/`: how much of a resource single people may use."""

from __future__ import annotations

from typing import Any, ClassVar

from accounting.api.user_limits.filters import ComponentUserUsageLimitFilter
from accounting.api.user_limits.inputs import ComponentUserUsageLimitInput
from accounting.api.user_limits.serializers import ComponentUserUsageLimitOutput
from accounting.models import ComponentUserUsageLimit
from accounting.services import user_limits
from common.api.access import SCOPED, Needs, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.permissions import P
from marketplace.services import locking

SETS = Needs(P.SET_RESOURCE_LIMITS, on=("resource.project", "resource.project.customer"))


class ComponentUserUsageLimitViewSet(Listed, Retrieved, ApiViewSet):
    """How much of a component of an allocation (resource) one person may use.

    The site enforces it.
    """

    model = ComponentUserUsageLimit
    noun = Noun("a user usage limit", "user usage limits")
    output = ComponentUserUsageLimitOutput
    filterset_class = ComponentUserUsageLimitFilter
    related = ("resource__project__customer", "resource__offering", "component", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": SETS,
        "update": SETS,
        "destroy": SETS,
    }

    create = creating(
        ComponentUserUsageLimitInput,
        user_limits.create,
        "Create {one}.\n\n"
        "For somebody who has an account at the site. Answers 400 where the person has a "
        "limit on the component already.",
    )
    update = updating(
        ComponentUserUsageLimitInput,
        user_limits.change,
        "Update {one}.\n\nThe amount; whose limit on what it is stays.",
    )
    destroy = deleting(
        user_limits.remove, "Delete {one}.\n\nThe person may use all that the allocation has."
    )

    def lock(self, row: Any) -> None:
        """Lock the project and the resource first, as the services do."""
        locking.resource(row.resource)
        super().lock(row)
