"""Keys of offerings that clients know and this service has nothing for, with their types."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.json_shapes import (
    TEXT,
    TRUTH,
    WHOLE,
    JsonField,
    Shape,
    list_of,
    or_null,
    record,
    words,
)
from common.api.reads.outputs import Omitted, UuidField
from marketplace.api.offerings.plugin_options import named

QOS = record(
    {
        **named("default_time grace_time max_nodes max_time min_nodes priority", or_null(WHOLE)),
        **named(
            "description flags grp_tres max_tres_per_job max_tres_per_node max_tres_per_user"
            " min_tres_per_job name uuid",
            TEXT,
        ),
    }
)
SOFTWARE = record(
    {
        "catalog": record(
            {
                **named("description name uuid version", TEXT),
                "supports_cpu_target_restrictions": TRUTH,
            }
        ),
        "enabled_cpu_family": list_of(TEXT),
        "enabled_cpu_microarchitectures": list_of(TEXT),
        "package_count": WHOLE,
        "partition": or_null(
            record(
                {
                    **named("cpu_arch gpu_arch partition_name qos uuid", TEXT),
                    "priority_tier": or_null(WHOLE),
                }
            )
        ),
        "uuid": TEXT,
    }
)
CAMPAIGN = record(
    {
        **named("description end_date name service_provider start_date uuid", TEXT),
        **named("discount months", WHOLE),
        "discount_type": words("discount", "special_price"),
        "stock": or_null(WHOLE),
    }
)
QUOTA = record({"limit": WHOLE, "name": TEXT, "usage": WHOLE})
CHECKLIST = record({**named("description name uuid", TEXT), "questions_count": WHOLE})
CORE_STATES = (
    "CREATING",
    "CREATION_SCHEDULED",
    "DELETING",
    "DELETION_SCHEDULED",
    "ERRED",
    "OK",
    "UPDATE_SCHEDULED",
    "UPDATING",
)

FILES = "files and images are not stored"
SCOPES = "an offering stands for itself: nothing lies behind it"
PRIVATE = "shown to those who provide the offering"
GROUPS = "offerings are not grouped"


def text(reason: str) -> Omitted:
    """Return an absent text that may be null."""
    return Omitted(serializers.CharField(allow_null=True), reason=reason)


def uuid(reason: str) -> Omitted:
    """Return an absent UUID that may be null."""
    return Omitted(UuidField(allow_null=True), reason=reason)


def rows(shape: Shape, reason: str) -> Omitted:
    """Return an absent list."""
    return Omitted(JsonField(list_of(shape)), reason=reason)


def object_or_null(shape: Shape, reason: str) -> Any:
    """Return an absent object that may be null."""
    return Omitted(JsonField(or_null(shape), allow_null=True), reason=reason)
