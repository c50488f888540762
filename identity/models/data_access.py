"""Who was shown what of whom."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.audience import OPEN, Audiences
from common.models import UuidModel, choices, one_of, text
from identity.lifecycle import AccessorType
from identity.models.people import User
from identity.querysets import DataAccessLogQuerySet


class DataReading(models.Model):
    """One answer that showed people's data, until it is entered in their logs.

    The same answer again within the hour counts on the same row.
    """

    digest = models.CharField(max_length=64, unique=True)
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = text(length=200)
    address = text(length=64)
    people = ArrayField(models.BigIntegerField())
    columns = ArrayField(models.CharField(max_length=100))
    times = models.PositiveIntegerField(default=1)
    first = models.DateTimeField()
    latest = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place} at {self.first:%Y-%m-%d %H:%M}"


class DataAccessLog(UuidModel):
    """That somebody was shown data of a person within an hour, at a place of the service."""

    audiences: ClassVar[Audiences] = OPEN

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_accesses")
    accessor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    accessor_type = models.CharField(max_length=30, choices=choices(AccessorType))
    place = text(length=200)
    address = text(length=64)
    columns = ArrayField(models.CharField(max_length=100))
    times = models.PositiveIntegerField(default=1)
    hour = models.DateTimeField()
    first = models.DateTimeField(db_index=True)
    latest = models.DateTimeField()

    objects = DataAccessLogQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "accessor", "accessor_type", "place", "address", "hour"],
                name="a_data_access_once_an_hour",
            ),
            one_of("accessor_type", AccessorType, "data_accessor_type"),
        )
        indexes = (models.Index(fields=["user", "-first"], name="data_access_of_person"),)

    def __str__(self) -> str:
        return f"{self.accessor_type} at {self.first:%Y-%m-%d %H:%M}"
