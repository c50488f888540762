"""What a source tells of a person."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.inputs import AddressField, Input
from identity.api.inputs import Columns, Words
from identity.api.users.serializers import GENDERS
from identity.models import User
from identity.services.bridge import PREFIX
from identity.services.told import ATTRIBUTES


def source_field() -> serializers.RegexField:
    """Return the field for the name of a source, such as `isd:efp`."""
    return serializers.RegexField(
        rf"^{PREFIX}[A-Za-z0-9._-]+$",
        max_length=50,
        error_messages={"invalid": f"A source is named like {PREFIX}efp."},
    )


class IdentityBridgeRequestInput(Columns):
    """A person, the identity source, and the attributes that it reports."""

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("username", "source", *ATTRIBUTES)
        required: ClassVar[tuple[str, ...]] = ("username", "source")

    source = source_field()  # type: ignore[assignment]
    affiliations = Words()
    eduperson_assurance = Words()
    email = AddressField(allow_blank=True)
    gender = serializers.ChoiceField(choices=GENDERS, allow_null=True)
    nationalities = Words()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Part the attributes of a person from who they are and who says so."""
        username, source = attrs.pop("username"), attrs.pop("source")
        return {"username": username, "source": source, "attributes": attrs}


class IdentityBridgeRemoveInput(Input):
    """A person, and the identity source that does not know them any more."""

    username = serializers.CharField(max_length=255)
    source = source_field()  # type: ignore[assignment]
