"""What a provider may say of a person's accounts."""

from __future__ import annotations

from rest_framework import serializers

from allocations.api.offering_users.inputs import AnyoneByUuid
from config.common.api.inputs import Input


class SetOfferingsUsernameInput(Input):
    """A person, and what he is called at all the provider's offerings."""

    user_uuid = AnyoneByUuid()
    username = serializers.CharField(max_length=100)
