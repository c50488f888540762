"""`/api/identity-bridge/`: people as other identity services tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import Marked, Rule
from common.api.actions import command, reading
from common.api.viewsets import ApiViewSet
from identity.api.bridge.inputs import IdentityBridgeRemoveInput, IdentityBridgeRequestInput
from identity.api.bridge.serializers import (
    IdentityBridgeAllowedFields,
    IdentityBridgeRemoveResult,
    IdentityBridgeResult,
    IdentityBridgeStats,
)
from identity.services import bridge, told

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

MANAGERS = Marked(("is_staff", "is_identity_manager"))


class IdentityBridgeViewSet(ApiViewSet):
    """People as identity sources tell of them."""

    access: ClassVar[dict[str, Rule]] = {
        "push": MANAGERS,
        "remove": MANAGERS,
        "allowed_fields": MANAGERS,
        "stats": MANAGERS,
    }

    @command(IdentityBridgeRequestInput, IdentityBridgeResult, detail=False)
    def push(self, request: AuthenticatedRequest) -> Response:
        """Report a person's attributes from an identity source.

        The caller has to manage `source`. A person who is not known yet is registered. What is sent
        empty is cleared only where this source set it. To repeat it changes nothing.
        """
        data = self.data(IdentityBridgeRequestInput)
        result = bridge.push(
            username=data["username"],
            source=data["source"],
            attributes=data["attributes"],
            actor=request.user,
            now=self.now,
        )
        answer = {
            "uuid": result.user.uuid,
            "created": result.created,
            "updated_fields": result.updated_fields,
        }
        return self.answer(IdentityBridgeResult(answer).data)

    @command(IdentityBridgeRemoveInput, IdentityBridgeRemoveResult, detail=False)
    def remove(self, request: AuthenticatedRequest) -> Response:
        """Report that an identity source does not know a person any more.

        What the source reported of the person is cleared. When no other source knows them, and they
        did not register by themselves, they are deactivated.
        """
        data = self.data(IdentityBridgeRemoveInput)
        user, is_out = bridge.remove(**data, actor=request.user, now=self.now)
        result = {"uuid": user.uuid, "deactivated": is_out}
        return self.answer(IdentityBridgeRemoveResult(result).data)

    @reading(IdentityBridgeAllowedFields, detail=False)
    def allowed_fields(self, request: AuthenticatedRequest) -> Response:
        """List the attributes that an identity source may report.

        The names that a push may carry.
        """
        return self.answer({"allowed_fields": list(told.ATTRIBUTES)})

    @reading(IdentityBridgeStats, detail=False)
    def stats(self, request: AuthenticatedRequest) -> Response:
        """Count the people whom identity sources know.

        By source, with the people who manage the sources.
        """
        return self.answer(IdentityBridgeStats(bridge.statistics(now=self.now)).data)
