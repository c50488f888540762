"""`stats`: what the allocations of a project or an organization have and have used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.exceptions import ValidationError

from accounting.api.stats.serializers import ComponentsUsageStats
from accounting.services import stats
from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.filters import NOTHING, ApiFilterSet, Flag
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from identity.models import Customer, Project
from marketplace.models import Resource

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class StatsFilter(ApiFilterSet):
    """What is counted."""

    class Meta:
        model = Resource

    for_current_month = Flag(method="leave", reads=NOTHING)
    include_terminated = Flag(method="leave", reads=NOTHING)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """Leave it to the service."""
        return rows


class ProjectStatsViewSet(ApiViewSet):
    """What a project has and has used, for those who see its allocations."""

    model: ClassVar[Any] = Project
    noun = Noun("a project", "projects")
    access: ClassVar[dict[str, Rule]] = {"stats": SCOPED}
    leads_to: ClassVar[str] = "project"

    def rows(self) -> Any:
        """Return what is there."""
        return super().rows().filter(is_removed=False)

    @reading(ComponentsUsageStats, filterset=StatsFilter)
    def stats(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get what the allocations of {one} have and have used.

        Of the allocations that you see and that have not ended, added up by offering and component:
        their limits, what counts against these in their present periods, and all usage that was
        reported.
        """
        row = self.row()
        asked = StatsFilter(data=request.query_params, queryset=Resource.objects.none())
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        with self.caller.reading():
            seen = Resource.objects.consumed_by(request.user).filter(**{self.leads_to: row})
            asked_for = {name: bool(value) for name, value in asked.form.cleaned_data.items()}
            totals = stats.total(seen, **asked_for, now=self.now)
        return self.answer(ComponentsUsageStats({"components": totals}).data)


class CustomerStatsViewSet(ProjectStatsViewSet):
    """The same of all projects of an organization."""

    model = Customer
    noun = Noun("an organization", "organizations")
    leads_to = "project__customer"
