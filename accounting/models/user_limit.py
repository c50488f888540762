"""How much of a resource one of its users may use."""

from typing import ClassVar

from django.db import models

from accounting.querysets import ComponentUserUsageLimitQuerySet
from common.models import Timestamped
from identity.event_scope import EventScope
from identity.models import EventSubject
from marketplace.models import OfferingComponent, Resource


class ComponentUserUsageLimit(EventSubject, Timestamped):
    """The most that one person may use of a resource's component, in the component's unit.

    `user` is their account at the resource's offering. What the sum of all people's limits comes to
    is nobody's concern: the resource's own limit holds besides.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("user_limit",)

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="user_limits")
    component = models.ForeignKey(
        OfferingComponent, on_delete=models.CASCADE, related_name="user_limits"
    )
    user = models.ForeignKey(
        "allocations.OfferingUser", on_delete=models.CASCADE, related_name="usage_limits"
    )
    limit = models.DecimalField(max_digits=20, decimal_places=2, default=0)

    objects = ComponentUserUsageLimitQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["resource", "component", "user"], name="one_user_limit_per_component"
            ),
            models.CheckConstraint(
                name="user_limit_not_negative",
                condition=models.Q(limit__gte=0),
                violation_error_message="Ensure this value is greater than or equal to 0.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.limit} of {self.component_id} for {self.user_id}"

    def event_scope(self) -> EventScope:
        """Return the scope of its resource."""
        return self.resource.event_scope()
