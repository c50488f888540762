"""What may be said of a search."""

from __future__ import annotations

from rest_framework import serializers

from common.api.inputs import Input, RelatedUuid
from marketplace.models import Offering


class BackendResourceReqInput(Input):
    """The offering at whose site to search."""

    offering = RelatedUuid(Offering, visible="provided_by")


class BackendResourceRequestSetErredInput(Input):
    """Why the site could not search."""

    error_message = serializers.CharField(required=False, allow_blank=True, max_length=100_000)
    error_traceback = serializers.CharField(required=False, allow_blank=True, max_length=100_000)
