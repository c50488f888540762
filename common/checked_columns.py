"""Columns whose validators are a matter of forms: the database and its migrations know of none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Callable

    Base = models.Field[Any, Any]
else:
    Base = object


class _Checked(Base):
    """A column of Django's that stands in migrations without its validators."""

    plain: ClassVar[str]

    def deconstruct(self) -> Any:
        """Be Django's column in migrations: the database knows no other."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, f"django.db.models.{self.plain}", args, kwargs


class CheckedText(_Checked, models.CharField):  # type: ignore[type-arg]
    """A text that is checked."""

    plain = "CharField"


class CheckedUrl(_Checked, models.URLField):  # type: ignore[type-arg]
    """A URL that is checked."""

    plain = "URLField"


class CheckedNumber(_Checked, models.PositiveIntegerField):  # type: ignore[type-arg]
    """A number from 0 that is checked."""

    plain = "PositiveIntegerField"


def link(leads: Callable[[str], None]) -> Any:
    """Return an optional text column that holds what one of the checks of `common.links` passes."""
    return CheckedText(max_length=255, blank=True, default="", validators=[leads])
