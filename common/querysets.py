"""Rows that hide nothing: a model of which nothing is counted for the API needs no more."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import QuerySet


class PublicQuerySet(QuerySet[Any]):
    """Rows that everybody sees, logged in or not."""

    def visible_to(self, user: Any) -> Self:
        """Keep all."""
        return self


class SharedQuerySet(QuerySet[Any]):
    """Rows that everybody sees who is logged in."""

    def visible_to(self, user: Any) -> Self:
        """Keep all for who is logged in."""
        return self if user.is_authenticated else self.none()
