"""`/api/remote-eduteams/`: from a CUID to the UUID that other requests name a person by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from common.api.access import AUTHENTICATED, Rule
from common.api.actions import Declared
from common.api.inputs import Input
from common.api.viewsets import ApiViewSet
from identity.services import eduteams

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest

REFUSED = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Error"}]}
"""Whoever may not look people up is told in Waldur's form; whoever may do nothing, as elsewhere."""


class RemoteEduteamsInput(Input):
    """The CUID of the person to find."""

    cuid = serializers.CharField(max_length=255)


class RemoteEduteamsUUID(serializers.Serializer[Any]):
    """The person who was found."""

    uuid = serializers.UUIDField(format="hex")


class RemoteEduteamsViewSet(ApiViewSet):
    """Finding people by their CUID."""

    access: ClassVar[dict[str, Rule]] = {"find": AUTHENTICATED}
    never_replayed: ClassVar[frozenset[str]] = frozenset({"find"})  # its answer may come from afar

    def find(self, request: AuthenticatedRequest) -> Response:
        """Find a person by their CUID.

        Answers the UUID of the person who has the CUID (the identifier from MyAccessID), by which
        other requests name them. Who has never been here is looked up in the federation's registry,
        where one is configured, and registered with what it says of them. For staff, identity
        managers and the owners of organizations that allocate; others get 403. Answers 404 for a
        CUID that nobody has, 400 for one of another environment, and 503 with `Retry-After` while
        the registry does not answer.
        """
        data = self.data(RemoteEduteamsInput)
        try:
            user = eduteams.find(data["cuid"], actor=request.user, now=timezone.now())
        except eduteams.LookupNotAllowed as error:
            return Response(error.detail, status=403)  # a bare string: Waldur's body
        return self.answer({"uuid": user.uuid.hex})

    find.api = Declared(  # type: ignore[attr-defined]
        input=RemoteEduteamsInput, output=RemoteEduteamsUUID, also=((403, REFUSED),)
    )
