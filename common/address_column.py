"""The column of e-mail addresses: it holds, and looks for, one spelling of each mailbox."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models
from django.db.models.lookups import IExact

from common import mailboxes


def check_ascii(address: str) -> None:
    """Refuse what is not ASCII before the @.

    :raises ValidationError: when there is such a letter.
    """
    if not mailboxes.is_ascii(address):
        raise ValidationError(EmailValidator.message, code="invalid")


class SameMailbox(IExact):
    """Finds an address in whatever case, and in either spelling of its domain."""

    def get_prep_lookup(self) -> Any:
        """Return the address as it is kept."""
        address = super().get_prep_lookup()
        return mailboxes.canonical(address) if isinstance(address, str) else address


class AddressColumn(models.EmailField):  # type: ignore[type-arg]
    """An e-mail address; whoever writes it, and in whatever spelling, the same mailbox is found."""

    default_validators = [*models.EmailField.default_validators, check_ascii]

    def deconstruct(self) -> Any:
        """Be Django's column in migrations: the database knows no other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        """Return the address as it is kept."""
        address = super().get_prep_value(value)
        return mailboxes.canonical(address) if isinstance(address, str) else address

    def pre_save(self, model_instance: Any, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        """Give the row what it will have."""
        address = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address


AddressColumn.register_lookup(SameMailbox)
