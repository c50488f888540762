"""`/api/marketplace-offering-permissions/` and its log: who helps, and who helped, to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.access import SCOPED, Rule
from common.api.filters import OneUuid
from common.api.operation_texts import Noun
from common.api.reads.outputs import UrlField, UuidField
from common.api.viewsets import ApiViewSet, Listed, as_uuid, missing
from identity.api.members.filters import GrantFilter
from identity.api.members.serializers import HeldRoleOutput
from marketplace.models import OfferingRole

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

MOST_DIGITS = 18
"""A number of so many fits into a key; a UUID has more."""


class OfferingPermissionOutput(HeldRoleOutput):
    """A role of a person in an offering."""

    class Meta:
        model = OfferingRole
        fields = always = (
            *HeldRoleOutput.Meta.fields,
            "offering",
            "offering_name",
            "offering_slug",
            "offering_uuid",
            "pk",
            "role",
            "url",
            "user_email",
            "user_native_name",
            "uuid",
        )

    offering = UrlField("marketplace-provider-offering-detail", source="scope_uuid")
    offering_name = serializers.CharField()
    offering_slug = serializers.CharField()
    offering_uuid = UuidField(source="scope_uuid")
    pk = serializers.IntegerField(source="id")
    role = UrlField("role-detail", source="role.uuid")
    url = UrlField("marketplace-offering-permission-detail")
    user_email = serializers.CharField(source="user.email")
    user_native_name = serializers.CharField(source="user.native_name")


class OfferingPermissionLogOutput(OfferingPermissionOutput):
    """A role that a person had in an offering."""

    url = UrlField("marketplace-offering-permission-log-detail")


class OfferingPermissionFilter(GrantFilter):
    """Roles in offerings by person, role, offering and its organization."""

    customer = OneUuid("customer__uuid")
    offering = OneUuid("scope_uuid")


class RolesAtOfferings(Listed, ApiViewSet):
    """What the roles that are held and those that ended have in common."""

    model = OfferingRole
    output = OfferingPermissionOutput
    filterset_class = OfferingPermissionFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED}

    def retrieve(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get {one}.

        By its UUID, or by its number (`pk`), as clients of Waldur ask for it.
        """
        by_number = uuid.isdecimal() and len(uuid) <= MOST_DIGITS
        named = {"pk": int(uuid)} if by_number else {"uuid": as_uuid(uuid, self.model)}
        only = self.chosen(self.output, detail=True)
        found = self.render(self.rows().filter(**named), self.output, only)
        if not found:
            raise missing(self.model)
        return self.answer(found[0])


class OfferingPermissionViewSet(RolesAtOfferings):
    """A role that a person has in an offering, by which they help to provide it.

    You see your own, and those in offerings that you help to provide.
    """

    noun = Noun("a role in an offering", "roles in offerings")

    def rows(self) -> Any:
        """Return those that hold now."""
        return super().rows().in_force()


class OfferingPermissionLogViewSet(RolesAtOfferings):
    """A role that a person had in an offering and has no more.

    You see your own, and those in offerings that you help to provide. Who took it away, and why,
    `GET /api/user-permissions/{uuid}/` says.
    """

    noun = Noun("an ended role in an offering", "ended roles in offerings")
    output = OfferingPermissionLogOutput

    def rows(self) -> Any:
        """Return those that have ended, or give nothing now."""
        return super().rows().ended()
