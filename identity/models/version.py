"""What a row was after each change of it."""

from typing import ClassVar

from django.db import models

from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from identity.models.event import Event


class RowVersion(models.Model):
    """What was known of a person, a key, an organization or a project from a moment on.

    One without an event is how the row was when versions began to be kept.
    """

    audiences: ClassVar[Audiences] = OPEN

    subject_type = models.CharField(max_length=40)
    subject_uuid = models.UUIDField()
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(editable=False)
    data = JsonColumn(default=dict)

    class Meta:
        indexes = (models.Index(fields=["subject_uuid", "-id"], name="version_of_subject"),)

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_uuid.hex} from {self.created:%Y-%m-%d %H:%M}"
