"""Rows of a model by its label, for modules that models are made of and so cannot import them."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def rows_of(label: str) -> Any:
    """Return all rows of the model of a label, such as `identity.Grant`, as a queryset."""
    return apps.get_model(label)._default_manager.all()
