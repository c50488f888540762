"""What agents say of themselves, and what may be asked of the rows they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.inputs import LONGEST_TEXT, Input, RelatedUuid
from common.api.json_shapes import JsonField
from common.api.times import MomentField
from identity import access
from marketplace.models import Offering

if TYPE_CHECKING:
    from uuid import UUID

MOST_DEPENDENCIES = 2000
LONGEST_CONFIG = LONGEST_TEXT
LONGEST_AGE = 24 * 365 * 20
"""Hours; rows older than the service."""


class ProvidedOffering(RelatedUuid):
    """An offering that the caller helps to provide, with its organisation."""

    def __init__(self, **kwargs: Any) -> None:
        """Expect an offering's UUID."""
        super().__init__(Offering, visible="provided_by", **kwargs)

    def found(self, uuid: UUID) -> Offering:
        """Return the offering among those that the caller provides.

        Who speaks for an identity source may name any: the rule says at which to register an agent.
        """
        user = self.context["request"].user
        is_open = access.speaks_for_a_source(user)
        offerings = Offering.objects.all() if is_open else Offering.objects.provided_by(user)
        provided = offerings.select_related("customer")
        offering: Offering = provided.get(uuid=uuid)
        return offering


class AgentDependencyInput(Input):
    """A package that the agent runs with."""

    package = serializers.CharField(max_length=255)
    version = serializers.CharField(max_length=255)


class _Said(Input):
    """What an agent says of itself beside its name; null is nothing said."""

    version = serializers.CharField(
        max_length=100, required=False, allow_null=True, allow_blank=True
    )
    dependencies = AgentDependencyInput(  # type: ignore[call-arg]
        many=True, required=False, max_length=MOST_DEPENDENCIES
    )
    config_file_path = serializers.CharField(
        max_length=255, required=False, allow_null=True, allow_blank=True
    )
    config_file_content = serializers.CharField(
        max_length=LONGEST_CONFIG,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
    )
    last_restarted = MomentField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return texts for nulls, and plain objects for dependencies."""
        said: dict[str, Any] = {
            name: "" if value is None else value for name, value in attrs.items()
        }
        if "dependencies" in said:
            said["dependencies"] = [dict(one) for one in said["dependencies"]]
        return said


class AgentIdentityInput(_Said):
    """An agent that registers itself for an offering."""

    offering = ProvidedOffering()
    name = serializers.CharField(max_length=255)


class AgentIdentityUpdateInput(_Said):
    """What a known agent says of itself; its offering stays."""

    offering = serializers.UUIDField()
    name = serializers.CharField(max_length=255)


class AgentServiceCreateInput(Input):
    """A service of an agent."""

    name = serializers.CharField(max_length=255)
    mode = serializers.CharField(max_length=100, required=False, allow_null=True, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return a text for null."""
        return {"name": attrs["name"], "mode": attrs.get("mode") or ""}


class AgentProcessorCreateInput(Input):
    """What a service of an agent works with."""

    name = serializers.CharField(max_length=255)
    backend_type = serializers.CharField(max_length=255)
    backend_version = serializers.CharField(
        max_length=100, required=False, allow_null=True, allow_blank=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return a text for null."""
        return {**attrs, "backend_version": attrs.get("backend_version") or ""}


class AgentServiceStatisticsInput(Input):
    """What a service says of itself, with keys of its own."""

    statistics = JsonField(of_machines=True)


class CleanupRequestInput(Input):
    """What to delete; unless `dry_run` is false, it is only listed."""

    dry_run = serializers.BooleanField(default=True)
    older_than_hours = serializers.IntegerField(default=24, min_value=1, max_value=LONGEST_AGE)
