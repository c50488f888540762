"""Endpoints of offerings, as they are sent and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.actions import command
from common.api.inputs import Input
from common.api.reads.outputs import Output
from identity.api.inputs import Columns
from marketplace.models import OfferingEndpoint
from marketplace.services import endpoints

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class NestedEndpointOutput(Output):
    """An address at which an offering is used."""

    class Meta:
        model = OfferingEndpoint
        fields = ("name", "url", "uuid")


class EndpointUUID(serializers.Serializer[Any]):
    """Which endpoint it is."""

    uuid = serializers.UUIDField(format="hex")


class NestedEndpointInput(Columns):
    """A new endpoint."""

    class Meta(Input.Meta):
        model = OfferingEndpoint
        fields: ClassVar[tuple[str, ...]] = ("name", "url")


class NestedEndpointUpdateInput(Columns):
    """What changes about an endpoint; `uuid` says which one."""

    class Meta(Input.Meta):
        model = OfferingEndpoint
        fields: ClassVar[tuple[str, ...]] = ("name", "url", "uuid")
        required: ClassVar[tuple[str, ...]] = ("uuid",)

    uuid = serializers.UUIDField()


class EndpointUUIDInput(Input):
    """Which endpoint it is about."""

    uuid = serializers.UUIDField()


class EndpointChanges:
    """The actions that say where an offering is used."""

    endpoint_actions: ClassVar[tuple[str, ...]] = (
        "add_endpoint",
        "update_endpoint",
        "delete_endpoint",
    )

    @command(NestedEndpointInput, EndpointUUID, status=201)
    def add_endpoint(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Add an endpoint to {one}.

        An address at which it is used. `ssh://host`, perhaps with a port, is a login node, where
        the plugin option `scim_login_nodes` does not name them.
        """
        offering, data = self.row(), self.data(NestedEndpointInput)
        added = endpoints.add(offering, **data, actor=request.user, now=self.now)
        return self.answer(EndpointUUID(added).data)

    @command(NestedEndpointUpdateInput, EndpointUUID)
    def update_endpoint(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update an endpoint of {one}.

        Which one, `uuid` says. What is not sent stays.
        """
        offering, data = self.row(), self.data(NestedEndpointUpdateInput)
        changed = endpoints.change(offering, **data, actor=request.user, now=self.now)
        return self.answer(EndpointUUID(changed).data)

    @command(EndpointUUIDInput, status=204)
    def delete_endpoint(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Remove an endpoint from {one}.

        Which one, `uuid` says.
        """
        offering, data = self.row(), self.data(EndpointUUIDInput)
        endpoints.remove(offering, **data, actor=request.user, now=self.now)
        return self.no_content()
