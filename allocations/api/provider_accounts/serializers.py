"""Which attributes of people an offering's site gets to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from allocations.attributes import ATTRIBUTES, DEFAULT
from allocations.querysets.accounts import exposable

if TYPE_CHECKING:
    from allocations.models import UserAttributeConfig
    from marketplace.models import Offering


class OfferingUserAttributeConfigOutput(serializers.Serializer[Any]):
    """The attributes that a site sees, as a list and as flags (`expose_…`)."""

    uuid = serializers.UUIDField(format="hex")
    created = serializers.DateTimeField()
    modified = serializers.DateTimeField()
    offering_uuid = serializers.UUIDField(format="hex")
    offering_name = serializers.CharField()
    is_default = serializers.BooleanField()
    exposed_fields = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """Add a flag for each attribute."""
        fields: dict[str, Any] = super().get_fields()
        for name in ATTRIBUTES:
            fields[f"expose_{name}"] = serializers.BooleanField(required=False)
        return fields


def config_row(offering: Offering, config: UserAttributeConfig | None) -> dict[str, Any]:
    """Return what an offering's site sees; the default borrows the offering's identity and dates.

    Agents cannot read a configuration without them.
    """
    exposed = sorted(filter(exposable, config.exposed_fields if config else DEFAULT))
    dated = config or offering
    return {
        "uuid": dated.uuid,
        "created": dated.created,
        "modified": dated.modified,
        "offering_uuid": offering.uuid,
        "offering_name": offering.name,
        "is_default": config is None,
        "exposed_fields": exposed,
        **{f"expose_{name}": name in exposed for name in ATTRIBUTES},
    }
