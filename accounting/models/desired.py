"""What sites were handed out of the state that they should be in."""

from django.db import models
from django.db.models import Q

from marketplace.models import Offering


class DesiredState(models.Model):
    """Which state of an offering was handed out last: its hash, and how many there were.

    The state itself is read anew each time. `generation` rises by one when what is handed out
    differs from `digest`; it counts readings and is no fact of its own, so no event tells of it.
    """

    offering = models.OneToOneField(
        Offering, on_delete=models.CASCADE, related_name="desired_state"
    )
    generation = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=71)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="generations_begin_with_one", condition=Q(generation__gte=1)
            ),
        )

    def __str__(self) -> str:
        return f"generation {self.generation} of {self.offering_id}"
