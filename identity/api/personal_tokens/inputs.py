"""What requests about personal access tokens carry."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common import networks
from common.api.inputs import Input, check_name
from common.api.reads.outputs import EnumField
from common.api.times import MomentField
from identity import scopes
from identity.permissions import Permission
from identity.roles import ScopeType

MOST_BINDINGS = 20


class NetworkField(serializers.CharField):
    """A network in the notation of CIDR, or an address."""

    default_error_messages = {"no_network": "“{value}” is neither a network nor an address."}

    def to_internal_value(self, data: Any) -> str:
        """Return the network as it is kept."""
        text = super().to_internal_value(data)
        try:
            return networks.network(text)
        except ValueError:
            self.fail("no_network", value=text)


class Networks(serializers.ListField):
    """A few networks."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound the list."""
        super().__init__(child=NetworkField(max_length=64), max_length=networks.MOST, **kwargs)


class AllowedScopeInput(Input):
    """An organization (`customer`), a project or an offering that the caller sees."""

    type = EnumField(ScopeType)
    uuid = serializers.UUIDField()

    def validate(self, attrs: dict[str, Any]) -> Any:
        """Return what is meant, among what the caller sees."""
        kind = scopes.kinds().get(ScopeType(attrs["type"]))
        user = self.context["request"].user
        found = (
            kind and kind.model.objects.all().visible_to(user).filter(uuid=attrs["uuid"]).first()
        )
        if found is None or getattr(found, "is_removed", False):
            raise serializers.ValidationError({"uuid": ["Object does not exist."]})
        return {"scope": found}


class PersonalAccessTokenInput(Input):
    """What a token is for, what it allows at most, where, and until when."""

    name = serializers.CharField(max_length=100, validators=[check_name])
    scopes = serializers.ListField(
        child=EnumField(Permission), allow_empty=False, max_length=len(Permission)
    )
    expires_at = MomentField()
    allowed_scopes = AllowedScopeInput(many=True, required=False, max_length=MOST_BINDINGS)  # type: ignore[call-arg]
    allowed_networks = Networks(required=False)

    def validate_allowed_scopes(self, value: list[dict[str, Any]]) -> list[Any]:
        """Return what the token is to be bound to."""
        return [entry["scope"] for entry in value]


class NetworksInput(Input):
    """From which networks a token may be used; an empty list is from everywhere."""

    allowed_networks = Networks()
