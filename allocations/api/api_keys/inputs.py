"""What people ask of keys, and what sites report of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import Input, RelatedUuid
from common.api.json_shapes import NUMBER, JsonField, map_of
from common.api.times import DayField
from identity.models import User
from marketplace.models import Resource

AMOUNTS = map_of(NUMBER)
MOST_MODELS = 200
LONGEST_KEY = 10_000


class Models(serializers.ListField):
    """Names of models that a key may call."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(
            child=serializers.CharField(max_length=255), max_length=MOST_MODELS, **kwargs
        )


class ResourceApiKeyUpdateInput(Input):
    """Who may have the key, and what it may be used for."""

    user = RelatedUuid(User, required=False, allow_null=True)
    limits = JsonField(AMOUNTS, required=False, allow_null=True)
    allowed_models = Models(required=False, allow_null=True)


class ResourceApiKeyCreateInput(ResourceApiKeyUpdateInput):
    """A key that the site is to make."""

    resource = RelatedUuid(Resource, visible="consumed_by")


class ResourceApiKeyReportCreatedInput(Input):
    """A key that the site has made and applied."""

    resource = RelatedUuid(Resource, visible="provided_by")
    client_id = serializers.CharField(max_length=255)
    api_key = serializers.CharField(max_length=LONGEST_KEY, trim_whitespace=False)


class ResourceApiKeySetKeyInput(Input):
    """The value that the site uses, and its public half where that is another one."""

    api_key = serializers.CharField(max_length=LONGEST_KEY, trim_whitespace=False)
    client_id = serializers.CharField(max_length=255, required=False)


class ResourceApiKeySetErredInput(Input):
    """Why the site could not do what was asked for."""

    error_message = serializers.CharField(max_length=10_000)


class ResourceApiKeyUsageInput(Input):
    """What a key was used for in a month so far, by component."""

    usages = JsonField(AMOUNTS)
    billing_period = DayField(required=False)
