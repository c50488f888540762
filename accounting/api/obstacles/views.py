"""`obstacles`: why a person cannot use an allocation, below the addresses of allocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rest_framework.exceptions import ValidationError

from accounting.api.obstacles.filters import ObstacleFilter
from accounting.api.obstacles.serializers import ObstaclesOutput, body_of
from accounting.services.explaining import explain
from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from marketplace.models import Resource

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class ObstaclesViewSet(ApiViewSet):
    """Why people cannot use an allocation, for its project, and for those who were in it."""

    model = Resource
    noun = Noun("an allocation", "allocations")
    visible = "of_member"
    related = ("project__customer", "offering__customer")
    access: ClassVar[dict[str, Rule]] = {"obstacles": SCOPED}
    for_newcomers = frozenset({"obstacles"})

    @reading(ObstaclesOutput, filterset=ObstacleFilter)
    def obstacles(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get why a person cannot use {one}.

        Every reason that is known, in the order in which they are best lifted: what it is, whether
        it stops the person, who can lift it and how. Without `user_uuid` it is about yourself;
        about others may ask who manages the members of the project, the Hosting Entity, and staff
        or support. Reasons that concern nobody but the person are told to them and to staff; others
        read `something_personal`. With `slurm`, what Slurm says of a job is explained by them.
        """
        resource = self.row()
        asked = ObstacleFilter(data=request.query_params, queryset=Resource.objects.none())
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        given = asked.form.cleaned_data
        with self.caller.reading():
            explained = explain(
                resource,
                about=given.get("user_uuid"),
                slurm=given.get("slurm") or "",
                asker=request.user,
                now=self.now,
            )
        return self.answer(ObstaclesOutput(body_of(explained, self.caller.base)).data)


class ProviderObstaclesViewSet(ObstaclesViewSet):
    """The same for those who provide it."""

    noun = Noun("a provided allocation", "provided allocations")
    visible = "provided_by"
