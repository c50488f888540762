"""`/api/organization-groups/`: sets of organizations, for whom something may be there alone."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.access import KEPT_BY_STAFF
from common.api.filters import ApiFilterSet, Contains, Exact, OneUuid, Ordering
from common.api.inputs import Input, RelatedUrl, UrlOrUuid
from common.api.operation_texts import Noun
from common.api.reads.outputs import Output, UrlField, UuidField
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.api.inputs import Columns
from identity.models import OrganizationGroup
from identity.services import organization_groups

ROUTE = "organizationgroup-detail"


class OrganizationGroupOutput(Output):
    """A group of organizations."""

    class Meta:
        model = OrganizationGroup
        fields = (
            "customers_count",
            "name",
            "parent",
            "parent_name",
            "parent_uuid",
            "url",
            "uuid",
        )

    customers_count = serializers.IntegerField()
    parent = UrlField(ROUTE, source="parent.uuid", allow_null=True)  # type: ignore[assignment]
    parent_name = serializers.CharField(source="parent.name")
    parent_uuid = UuidField(source="parent.uuid")
    url = UrlField(ROUTE)


class OrganizationGroupInput(Columns):
    """A group of organizations."""

    class Meta:
        model = OrganizationGroup
        fields: ClassVar[tuple[str, ...]] = ("name", "parent")

    parent = RelatedUrl(ROUTE, OrganizationGroup, required=False, allow_null=True)  # type: ignore[assignment]


class OrganizationGroupsInput(Input):
    """The groups that something is in, or is open to, in place of the former ones."""

    organization_groups = serializers.ListField(
        child=UrlOrUuid(ROUTE, OrganizationGroup), required=False
    )


class OrganizationGroupFilter(ApiFilterSet):
    """Groups of organizations by name, and by the group that they are a part of."""

    name = Contains("name")
    name_exact = Exact("name")
    parent = OneUuid("parent__uuid")
    o = Ordering({"name": "name"})
    o.api_schema = {"type": "string"}  # no enumeration, in the contract of this list


class OrganizationGroupViewSet(Listed, Retrieved, ApiViewSet):
    """A group of organizations, such as a country's share or the members of a consortium.

    An offering, a plan or a usage policy can be there for some groups only: others neither see it
    nor order it.
    """

    model = OrganizationGroup
    noun = Noun("a group of organizations", "groups of organizations")
    output = OrganizationGroupOutput
    filterset_class = OrganizationGroupFilter
    default_order = ("name",)
    access = KEPT_BY_STAFF

    def rows(self) -> Any:
        """Return the groups with their number of organizations."""
        return super().rows().for_api(self.request.user)

    create = creating(
        OrganizationGroupInput,
        organization_groups.groups.create,
        "Create {one}.\n\nIts name is unique; it may be a part of another group (`parent`).",
    )
    update = updating(
        OrganizationGroupInput,
        organization_groups.change,
        "Update {one}.\n\nA group cannot be a part of itself.",
    )
    destroy = deleting(
        organization_groups.remove,
        "Delete {one}.\n\n"
        "Its organizations stay. Answers 409 where other groups are parts of it, and where an "
        "offering, a plan or a usage policy is for it.",
    )
