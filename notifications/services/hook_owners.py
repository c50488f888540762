"""What becomes of hooks when their owners go, or when an address of theirs is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.services import emails
from notifications.models import Hook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def remove_hooks_of_user(user_uuid: UUID) -> None:
    """Forget the hooks of a person who was removed; those of organisations stay theirs.

    None of them was sent anything since the person could not log in any more.
    """
    Hook.objects.filter(author__uuid=user_uuid, author__is_removed=True, customer=None).delete()


def switch_off_hooks_of_customer(customer_uuid: UUID, *, now: datetime) -> None:
    """Switch off the hooks of an organisation that was removed, which are sent nothing since."""
    hooks = Hook.objects.filter(customer__uuid=customer_uuid, customer__is_removed=True)
    hooks.filter(is_active=True).update(is_active=False, modified=now)


def confirm_address(hook_uuid: UUID, email: str, now: datetime) -> None:
    """Let a hook be sent what happens from now on, if it still has the confirmed address.

    :raises emails.BadCode: the hook was removed meanwhile.
    """
    hooks = Hook.objects.filter(uuid=hook_uuid)
    if not hooks.exists():
        raise emails.BadCode(emails.NOT_VALID)
    hooks.filter(email=email).update(email_confirmed_at=now, active_since=now, modified=now)
