"""`/api/marketplace-component-user-usages/`: who caused a monthly usage."""

from __future__ import annotations

from typing import ClassVar

from accounting.api.user_usages.filters import ComponentUserUsageFilter
from accounting.api.user_usages.serializers import ComponentUserUsageOutput
from accounting.models import ComponentUserUsage
from common.api.access import SCOPED, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved


class ComponentUserUsageViewSet(Listed, Retrieved, ApiViewSet):
    """A person's part of what an allocation (resource) used of a component in a month."""

    model = ComponentUserUsage
    noun = Noun("a user usage", "user usages")
    output = ComponentUserUsageOutput
    filterset_class = ComponentUserUsageFilter
    default_order = ("-pk",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED}
