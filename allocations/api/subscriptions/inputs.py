"""What may be subscribed to."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.observables import ObjectType, Protocol
from common.api.inputs import Input, RelatedUuid
from common.api.reads.outputs import EnumField
from marketplace.models import Offering

MOST_OBJECTS = 1000


class AgentQueueRegistrationInput(Input):
    """The types of objects whose changes an agent wants (none are all), and how it reads."""

    protocol = EnumField(Protocol, required=False, default=Protocol.STOMP)

    object_types = serializers.ListField(
        child=EnumField(ObjectType), required=False, max_length=len(ObjectType) * 2
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return members of the enums."""
        known: dict[str, Any] = {"protocol": Protocol(attrs["protocol"])}
        if "object_types" in attrs:
            known |= {"object_types": [ObjectType(word) for word in attrs["object_types"]]}
        return known


class _Described(Input):
    description = serializers.CharField(
        max_length=255, required=False, allow_blank=True, default=""
    )


class AgentEventSubscriptionCreateInput(_Described):
    """The one type of object whose changes an agent wants."""

    observable_object_type = EnumField(ObjectType)

    def validate_observable_object_type(self, value: str) -> ObjectType:
        """Return a member of the enum."""
        return ObjectType(value)


class EventSubscriptionObservableObjectInput(Input):
    """A type of object, at one offering or at all of them."""

    object_type = EnumField(ObjectType)
    object_id = serializers.IntegerField(required=False, min_value=0, max_value=2**53)
    offering_uuid = serializers.UUIDField(required=False)


class EventSubscriptionInput(_Described):
    """What a person subscribes to (all, when nothing is named), and how it is read."""

    protocol = EnumField(Protocol, required=False, default=Protocol.STOMP)
    observable_objects = EventSubscriptionObservableObjectInput(  # type: ignore[call-arg]
        many=True, required=False, max_length=MOST_OBJECTS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return plain objects, once all offerings are ones that the caller helps to provide."""
        wanted = attrs.get("observable_objects", ())
        uuids = {one["offering_uuid"] for one in wanted if "offering_uuid" in one}
        user = self.context["request"].user
        provided = Offering.objects.provided_by(user).filter(uuid__in=uuids) if uuids else ()
        unknown = uuids - {offering.uuid for offering in provided}
        if unknown:
            faults = [
                {"offering_uuid": ["Object does not exist."]}
                if one.get("offering_uuid") in unknown
                else {}
                for one in wanted
            ]
            raise serializers.ValidationError({"observable_objects": faults})
        return {
            "description": attrs["description"],
            "protocol": Protocol(attrs["protocol"]),
            "observable_objects": [
                {name: getattr(value, "hex", value) for name, value in one.items()}
                for one in wanted
            ],
        }


class EventSubscriptionQueueCreateInput(Input):
    """One type of one offering's objects."""

    offering_uuid = RelatedUuid(Offering, visible="provided_by")
    object_type = EnumField(ObjectType)

    def validate_object_type(self, value: str) -> ObjectType:
        """Return a member of the enum."""
        return ObjectType(value)
