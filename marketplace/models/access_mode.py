"""The access modes of EuroHPC: data, because the programme changes them."""

from typing import ClassVar

from django.db import models

from common.models import text
from identity.models import EventSubject


class AccessMode(EventSubject):
    """A way in which time is granted, such as Regular or Extreme Scale access."""

    event_nouns: ClassVar[tuple[str, ...]] = ("access_mode",)

    code = models.SlugField(max_length=50, unique=True)
    label = models.CharField(max_length=150)
    description = text(long=True)
    duration_days = models.PositiveIntegerField(null=True, blank=True)
    renewable = models.BooleanField(default=False)
    review_required = models.BooleanField(default=True)
    source = text(long=True)

    def __str__(self) -> str:
        return self.label
