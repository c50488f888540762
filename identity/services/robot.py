"""The account in whose name the service itself orders things; nobody can log in with it."""

from __future__ import annotations

from identity.models import User

USERNAME = "system_robot"


def robot() -> User:
    """Return the account, made when it is first needed."""
    found, _ = User.objects.get_queryset().get_or_create(
        username=USERNAME,
        defaults={
            "first_name": "System",
            "last_name": "Robot",
            "is_active": False,
            "password": "!",
            "registration_method": "system",
        },
    )
    account: User = found
    return account
