"""What sites say of the access that members of a project have."""

from django.db import models

from allocations.lifecycle import SyncState
from common.models import choices, one_of, text
from identity.models import User
from marketplace.models import Resource


class MembershipSyncStatus(models.Model):
    """Whether a person's access to a resource is as their role calls for; the latest report."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="membership_sync_statuses"
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="membership_sync_statuses"
    )
    role_name = models.CharField(max_length=150)
    state = models.CharField(max_length=20, choices=choices(SyncState))
    message = text(long=True)
    reported_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("state", SyncState, "membership_sync_state"),
            models.UniqueConstraint(
                fields=["resource", "user", "role_name"], name="one_sync_status_per_role"
            ),
        )
        verbose_name_plural = "membership sync statuses"

    def __str__(self) -> str:
        return f"{self.user_id} in {self.resource_id}: {self.state}"
