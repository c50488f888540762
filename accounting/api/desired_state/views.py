"""`desired-state`: all that a site needs to rebuild itself, below the address of its offering."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from accounting.api.desired_state.serializers import DesiredStateOutput
from accounting.services import desired_state
from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from marketplace.models import Offering

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class DesiredStateViewSet(ApiViewSet):
    """The state of an offering, for those who provide it."""

    model = Offering
    noun = Noun("an offering", "offerings")
    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {"desired_state": SCOPED}

    @reading(DesiredStateOutput, url_path="desired-state")
    def desired_state(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get the desired state of an offering.

        All that its site should have, of one moment: the offering, its allocations (resources),
        their people, accounts and limits. `generation` grows whenever the state has changed, `hash`
        is the same for the same state.
        """
        handed = desired_state.hand_out(self.row(), now=self.now)
        body = {"generation": handed.generation, "hash": handed.digest, **handed.state}
        return self.answer(body, headers={"ETag": f'"{handed.digest}"'})
