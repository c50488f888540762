"""Who may read a column of a row: each column has one audience, and a filter may ask no more.

A model declares the audiences of its columns as `audiences`: by the column's name, or by `ALL` for
those that are not named. An audience is asked with the user and the path that leads from the rows
in question to the model's (`""`, or with its underscores `project__customer__`); it returns the
condition on the rows of which the user may read the column there, or None where everybody may who
sees the row. A column of which nothing is declared is read by those who see the row that it belongs
to (`visible_to`). Staff and support read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q

Audience = Callable[[Any, str], Q | None]
Audiences = Mapping[str, Audience]

ALL = "*"
"""Stands for the columns of a model that are not named."""


def everybody(user: Any, prefix: str) -> Q | None:
    """Let everybody read the column who sees a row that leads to it."""
    return None


def nobody(user: Any, prefix: str) -> Q | None:
    """Let nobody read the column but staff and support."""
    return Q(pk__in=())


OPEN: Audiences = {ALL: everybody}
"""Rows that hide nothing from those who see them."""

TIMES: Audiences = {"created": everybody, "modified": everybody}
"""When a row was made and last changed is told to whoever sees it."""


def among_keys(prefix: str, keys: Any) -> Q:
    """Return the condition that what the path leads to has one of some keys."""
    return Q(**{f"{prefix.removesuffix('__')}__in" if prefix else "pk__in": keys})


def among(prefix: str, rows: Any) -> Q:
    """Return the condition that what the path leads to is one of some rows."""
    return among_keys(prefix, rows.values("pk"))


def sees_everything(user: Any) -> bool:
    """Tell whether somebody is staff or support."""
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_support", False))
