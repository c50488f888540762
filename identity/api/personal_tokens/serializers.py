"""Bodies of the answers about personal access tokens."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import Nested, Output, UuidField
from identity.models import Token, TokenBinding


class AllowedScopeOutput(Output):
    """What a token is bound to."""

    class Meta:
        model = TokenBinding
        fields = always = ("name", "type", "uuid")

    name = serializers.CharField(source="scope_name", allow_null=True)
    type = serializers.CharField(source="scope_type")
    uuid = UuidField(source="scope_uuid", allow_null=True)


class PersonalAccessTokenOutput(Output):
    """A personal access token, without its secret."""

    class Meta:
        model = Token
        fields = always = (
            "allowed_networks",
            "allowed_scopes",
            "created",
            "expires_at",
            "is_active",
            "last_used_at",
            "last_used_ip",
            "name",
            "scopes",
            "token_prefix",
            "use_count",
            "user_username",
            "user_uuid",
            "uuid",
        )

    allowed_networks = serializers.ListField(child=serializers.CharField(), source="networks")
    allowed_scopes = Nested(AllowedScopeOutput, source="bindings", many=True)
    is_active = serializers.BooleanField()
    last_used_at = serializers.DateTimeField(source="last_used")
    last_used_ip = serializers.CharField(source="last_used_from")
    scopes = serializers.ListField(child=serializers.CharField())
    token_prefix = serializers.CharField(source="prefix")
    user_username = serializers.CharField(source="user.username")
    user_uuid = UuidField(source="user.uuid")


class PersonalAccessTokenCreated(Output):
    """A new personal access token; `token` is its secret, which the view puts there."""

    class Meta:
        model = Token
        fields = always = (
            "allowed_networks",
            "allowed_scopes",
            "created",
            "expires_at",
            "name",
            "scopes",
            "token",
            "uuid",
        )

    allowed_networks = serializers.ListField(child=serializers.CharField(), source="networks")
    allowed_scopes = Nested(AllowedScopeOutput, source="bindings", many=True)
    scopes = serializers.ListField(child=serializers.CharField())
    token = serializers.CharField(source="prefix")


class AvailableScope(serializers.Serializer[Any]):
    """Something that a token of the caller's can allow."""

    permission = serializers.CharField()
    description = serializers.CharField()


class AvailableBindingTarget(serializers.Serializer[Any]):
    """To which kinds of things a token of the caller's can be bound that allows something."""

    permission = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
