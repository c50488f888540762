"""What staff have the AAI told and asked, below the paths of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.access_plane.serializers import (
    ScimPullAttributesResponse,
    ScimSyncAllResponse,
)
from allocations.services import access_comparisons
from common.api.access import STAFF, Rule
from common.api.actions import command
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from identity.models import User

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

BEGUN = "Synchronization of everybody's entitlements has been scheduled."
UNDER_WAY = "Synchronization of everybody's entitlements is under way already."
ASKED = "Attributes of the user will be pulled."


class UserAccessViewSet(ApiViewSet):
    """People at the AAI. Workers speak to it; no request waits for that."""

    model = User
    noun = Noun("a person", "people")
    access: ClassVar[dict[str, Rule]] = {
        "scim_sync_all": STAFF,
        "pull_scim_attributes": STAFF,
        "pull_remote_user": STAFF,
    }

    @command(output=ScimSyncAllResponse, detail=False)
    def scim_sync_all(self, request: AuthenticatedRequest) -> Response:
        """Compare everybody's entitlements with the AAI's.

        What is missing there is put, what should not be there is taken. Answers at once: workers do
        it, and the administration shows how far that has got and what differed. Answers 409 where
        no AAI is configured.
        """
        begun = access_comparisons.begin(actor=request.user, now=self.now)
        return self.answer({"detail": BEGUN if begun.is_new else UNDER_WAY})

    @command(output=ScimPullAttributesResponse)
    def pull_scim_attributes(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Have the AAI asked for a person's name and address.

        Answers at once: a worker asks, and what differs then is an event of the person
        (`user.updated`); `changed_fields` is always empty. Answers 409 where no AAI is configured,
        and for a person without a CUID.
        """
        access_comparisons.ask_for_attributes(self.row(), actor=request.user, now=self.now)
        return self.answer({"detail": ASKED, "changed_fields": []})

    @command()
    def pull_remote_user(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Have what the AAI says of a person taken over.

        The same as `pull_scim_attributes`, with an empty answer.
        """
        access_comparisons.ask_for_attributes(self.row(), actor=request.user, now=self.now)
        return self.answer()
