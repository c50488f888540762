"""`/api/keys/`: the public keys that people want on the machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, STAFF, SUPPORT, Own, Rule
from common.api.actions import creates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.api.history import RowHistory
from identity.api.keys.filters import SshKeyFilter
from identity.api.keys.serializers import SshKeyInput, SshKeyOutput
from identity.models import SshKey
from identity.services import keys

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class SshKeyViewSet(RowHistory, Listed, Retrieved, ApiViewSet):
    """A public SSH key of a person. You see your own and shared ones; staff and support see all."""

    model = SshKey
    noun = Noun("an SSH key", "SSH keys")
    output = SshKeyOutput
    filterset_class = SshKeyFilter
    default_order = ("name",)
    related = ("user",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": AUTHENTICATED,
        "destroy": STAFF | Own("user"),
        "history": SUPPORT | Own("user"),
        "history_at": SUPPORT | Own("user"),
    }

    @creates(SshKeyInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Add an SSH key.

        To the caller's own profile. Without a name it is called by the comment in the key. Answers
        400 where the person has it already.
        """
        data = self.data(SshKeyInput)
        key = keys.add(user=request.user, **data, actor=request.user, now=self.now)
        return self.created(key)

    destroy = deleting(keys.remove, "Delete {one}.\n\nThe event log keeps its name.")
