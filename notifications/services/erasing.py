"""What tells a person who was removed of events by mail, whoever owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.services.erasing import ErasurePart
from notifications.models import Hook

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


def erase(user: User, at_last: bool, now: datetime) -> str:  # noqa: FBT001 - as a part of the plan
    """Forget the hooks by mail that the person made, those of their organizations as well."""
    Hook.objects.filter(author=user).exclude(email="").delete()
    return ""


PART = ErasurePart(erase)
