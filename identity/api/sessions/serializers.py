"""Bodies of the requests and answers about logging in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import Input


class ObtainAuthTokenInput(Input):
    """A username and a password."""

    username = serializers.CharField(max_length=1000)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class CoreAuthToken(serializers.Serializer[Any]):
    """A token; it is shown here only."""

    token = serializers.CharField()
