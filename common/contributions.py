"""What an app shows of the apps above it, which it does not know.

An app declares in its module `contributions` what may be added to its reads: a dataclass of
functions, whose defaults are what holds where no app above is installed. Who supplies them is one
literal in the composition root, which the setting `CONTRIBUTIONS` names by app.
"""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

Contributed = TypeVar("Contributed")


def contributed_to(app: str, alone: type[Contributed]) -> Contributed:
    """Return what the composition root contributes to an app, or what holds for the app alone."""
    path = settings.CONTRIBUTIONS.get(app)
    found: Contributed = import_string(path) if path else alone()
    return found
