"""Abstract bases and small field makers for every app's models."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from common.audience import TIMES, Audiences


class UuidModel(models.Model):
    """A row that the outside names by a UUID, never by its primary key."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Timestamped(models.Model):
    """A row that knows when it was made and last changed; the times never drive logic."""

    audiences: ClassVar[Audiences] = TIMES

    created = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    modified = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        abstract = True


def choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    """Return Django's choices for an enum whose values are the words of the API."""
    return [(state.value, state.value) for state in states]


def one_of(field: str, states: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return the constraint that keeps a column within an enum, also from raw SQL."""
    return models.CheckConstraint(
        name=name, condition=models.Q(**{f"{field}__in": [state.value for state in states]})
    )


def text(*, long: bool = False, length: int = 255, **more: Any) -> Any:
    """Return an optional text column: empty rather than null, as the API shows it."""
    if long:
        return models.TextField(blank=True, default="", **more)
    return models.CharField(max_length=length, blank=True, default="", **more)
