"""What the answer to why somebody cannot use an allocation looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.reads.outputs import EnumField, UuidField
from common.obstacles import Party

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounting.services.explaining import Explanation, SlurmAnswer
    from common.obstacles import Told


class ObstacleOperationOutput(serializers.Serializer[Any]):
    """An operation of this API, or a page, by which an obstacle is lifted."""

    method = serializers.CharField()
    url = serializers.CharField()


class ObstacleOutput(serializers.Serializer[Any]):
    """One reason why the person cannot use the allocation."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    stops = serializers.BooleanField()
    lifted_by = serializers.ListField(child=EnumField(Party))
    how = serializers.CharField()
    operations = ObstacleOperationOutput(many=True)


class SlurmMessageOutput(serializers.Serializer[Any]):
    """What a message of Slurm's means, and which of the obstacles explain it."""

    text = serializers.CharField()
    message = serializers.CharField(allow_null=True)
    meaning = serializers.CharField()
    explained_by = serializers.ListField(child=serializers.CharField())
    ask = serializers.ListField(child=EnumField(Party))


class ObstaclesOutput(serializers.Serializer[Any]):
    """Why a person cannot use an allocation, in order; nothing where all is well."""

    user_uuid = UuidField()
    resource_uuid = UuidField()
    is_usable = serializers.BooleanField()
    checked_at = serializers.DateTimeField()
    obstacles = ObstacleOutput(many=True)
    checked = serializers.ListField(child=serializers.CharField())
    slurm = SlurmMessageOutput(allow_null=True)


def body_of(explained: Explanation, base: str) -> dict[str, Any]:
    """Return an explanation as the API answers it; `base` is where this service is."""
    return {
        "user_uuid": explained.person.uuid,
        "resource_uuid": explained.resource.uuid,
        "is_usable": explained.is_usable,
        "checked_at": explained.checked_at,
        "obstacles": [_obstacle(one, explained.rows, base) for one in explained.obstacles],
        "checked": explained.checked,
        "slurm": _slurm(explained.slurm) if explained.slurm else None,
    }


def _obstacle(one: Told, rows: Mapping[str, Any], base: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "sentence": one.sentence,
        "stops": one.stops,
        "lifted_by": list(one.lifted_by),
        "how": one.how,
        "operations": [
            {"method": method, "url": f"{base}{path}"} for method, path in operations(one, rows)
        ],
    }


def operations(one: Told, rows: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the operations of an obstacle whose rows there are: the method and the address."""
    names = {name: row.uuid.hex for name, row in rows.items() if row is not None}
    found = (at.split(" ", maxsplit=1) for at in one.at)
    return [
        (method, path.format(**names))
        for method, path in found
        if all(part.partition("}")[0] in names for part in path.split("{")[1:])
    ]


def _slurm(answer: SlurmAnswer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "message": answer.message,
        "meaning": answer.meaning,
        "explained_by": list(answer.explained_by),
        "ask": list(answer.ask),
    }
