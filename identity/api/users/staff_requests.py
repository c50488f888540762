"""What staff ask for about a person, below the person's address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.actions import command
from common.api.inputs import Input
from identity.services import person_requests

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class UpdateActions(Input):
    """What is to be gone over; Waldur's clients name a type of action."""

    provider_action_type = serializers.CharField(max_length=100, required=False, allow_null=True)


class SendNotificationResponse(serializers.Serializer[Any]):
    """That a mail is on its way."""

    status = serializers.CharField()
    message = serializers.CharField()


class UpdateActionsResponse(SendNotificationResponse):
    """That it will be done."""

    provider_action_type = serializers.CharField(allow_null=True, required=False)


class StaffRequests:
    """Serves what staff ask for."""

    @command(output=SendNotificationResponse, status=202)
    def send_notification(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Mail a person what they have to do here.

        Which terms they have to accept and what their profile lacks. Answers 409 where the person
        has no e-mail address, wants no mail, or was mailed within the last 24 hours.
        """
        person_requests.remind(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "scheduled", "message": "A mail will be sent."})

    @command(UpdateActions, UpdateActionsResponse, status=202, input_optional=True)
    def update_actions(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Have what a person may have gone over.

        A worker brings their accounts and their entitlements at the AAI in line with their roles,
        consents and vetting, as it does by itself after each change. `provider_action_type` is
        answered as it was sent, and restricts nothing.
        """
        user, data = self.row(), self.data(UpdateActions)
        person_requests.check(user, actor=request.user, now=self.now)
        return self.answer({"status": "scheduled", "message": "It will be done.", **data})
