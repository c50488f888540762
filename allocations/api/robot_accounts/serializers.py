"""What accounts of robots look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

from allocations.lifecycle import RobotAccountState
from allocations.models import RobotAccount
from common.api.json_shapes import TEXT, TRUTH, JsonField, list_of, record
from common.api.reads.outputs import (
    Computed,
    EnumField,
    MapField,
    Nested,
    Output,
    UrlField,
    UuidField,
)
from identity.models import User
from identity.services import keys as ssh_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

FINGERPRINTS = list_of(record({"md5": TEXT, "sha256": TEXT, "sha512": TEXT}))
USER_KEYS = list_of(
    record(
        {
            "fingerprint_md5": TEXT,
            "fingerprint_sha256": TEXT,
            "fingerprint_sha512": TEXT,
            "is_shared": TRUTH,
            "name": TEXT,
            "public_key": TEXT,
            "type": TEXT,
            "user_uuid": TEXT,
            "uuid": TEXT,
        }
    )
)


def fingerprints(keys: Sequence[str]) -> list[dict[str, str]]:
    """Return the fingerprints of public keys; what is none has none."""
    found = []
    for text in keys:
        try:
            key = ssh_keys.parse(text)
        except ssh_keys.NotAKey:
            continue
        found.append({"md5": key.md5, "sha256": key.sha256, "sha512": key.sha512})
    return found


class RobotUserOutput(Output):
    """Who acts as a robot, or answers for it: by the names that sites know."""

    class Meta:
        model = User
        fields = ("url", "username", "uuid")

    url = UrlField("user-detail")


class RobotAccountDetailsOutput(Output):
    """A robot's account, with what it works with."""

    class Meta:
        model = RobotAccount
        fields = (
            "backend_id",
            "created",
            "customer_name",
            "customer_uuid",
            "description",
            "error_message",
            "error_traceback",
            "fingerprints",
            "keys",
            "modified",
            "offering_plugin_options",
            "project_name",
            "project_uuid",
            "provider_name",
            "provider_uuid",
            "resource",
            "resource_backend_id",
            "resource_name",
            "resource_uuid",
            "responsible_user",
            "state",
            "type",
            "url",
            "user_keys",
            "username",
            "users",
            "uuid",
        )

    customer_name = serializers.CharField(source="resource.project.customer.name")
    customer_uuid = UuidField(source="resource.project.customer.uuid")
    fingerprints = Computed("keys", fn=fingerprints, output=JsonField(FINGERPRINTS))
    keys = serializers.ListField(child=serializers.CharField())
    offering_plugin_options = MapField(source="resource.offering.plugin_options")
    project_name = serializers.CharField(source="resource.project.name")
    project_uuid = UuidField(source="resource.project.uuid")
    provider_name = serializers.CharField(source="resource.offering.customer.name")
    provider_uuid = UuidField(source="resource.offering.customer.uuid")
    resource = UrlField("marketplace-resource-detail", source="resource.uuid")
    resource_backend_id = serializers.CharField(source="resource.backend_id")
    resource_name = serializers.CharField(source="resource.name")
    resource_uuid = UuidField(source="resource.uuid")
    responsible_user = Nested(RobotUserOutput, source="responsible_user", allow_null=True)
    state = EnumField(RobotAccountState)
    url = UrlField("marketplace-robot-account-detail")
    user_keys = Computed("user_keys", fn=lambda keys: keys, output=JsonField(USER_KEYS))
    users = Nested(RobotUserOutput, source="users", many=True)


class RobotAccountOutput(Output):
    """A robot's account, as it is changed; the view puts the URLs of its `users` there."""

    class Meta:
        model = RobotAccount
        always = (
            "backend_id",
            "created",
            "fingerprints",
            "modified",
            "resource",
            "type",
            "url",
            "uuid",
        )
        fields = (
            *always,
            "description",
            "error_message",
            "error_traceback",
            "keys",
            "responsible_user",
            "state",
            "username",
            "users",
        )

    fingerprints = Computed("keys", fn=fingerprints, output=JsonField(FINGERPRINTS))
    keys = serializers.ListField(child=serializers.CharField())
    resource = UrlField("marketplace-resource-detail", source="resource.uuid")
    responsible_user = UrlField("user-detail", source="responsible_user.uuid", allow_null=True)
    state = EnumField(RobotAccountState)
    url = UrlField("marketplace-robot-account-detail")
    users = Computed(fn=list, output=serializers.ListField(child=serializers.CharField()))
