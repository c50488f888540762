"""Bodies of the requests and answers about logging in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import Input
from identity.second_factor import LONGEST_CODE


class ObtainAuthTokenInput(Input):
    """A username and a password, and of those who have a second factor a code of it."""

    username = serializers.CharField(max_length=1000)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    code = serializers.CharField(max_length=LONGEST_CODE, required=False, allow_blank=True)


class CoreAuthToken(serializers.Serializer[Any]):
    """A token; it is shown here only."""

    token = serializers.CharField()
