"""`/api/marketplace-integration-statuses/`: whether agents still serve their offerings."""

from __future__ import annotations

from typing import ClassVar

from allocations.api.integration_statuses.filters import IntegrationStatusFilter
from allocations.api.integration_statuses.serializers import IntegrationStatusDetailsOutput
from allocations.models import AgentService
from common.api.access import SCOPED, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved


class IntegrationStatusViewSet(Listed, Retrieved, ApiViewSet):
    """Whether a site agent still does a kind of work for an offering.

    When it was last seen doing it says `last_request_timestamp`.
    """

    model = AgentService
    noun = Noun("an integration status", "integration statuses")
    visible = "integrations_visible_to"
    output = IntegrationStatusDetailsOutput
    filterset_class = IntegrationStatusFilter
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED}
