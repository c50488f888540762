"""The actions that change an offering, part by part, and its components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.actions import command
from marketplace.api.offerings.components import (
    OfferingComponentInput,
    RemoveOfferingComponentInput,
    UpdateOfferingComponentInput,
)
from marketplace.api.offerings.inputs import (
    OfferingAttributesInput,
    OfferingDescriptionUpdateInput,
    OfferingIntegrationUpdateInput,
    OfferingLocationUpdateInput,
    OfferingOptionsUpdateInput,
    OfferingOverviewUpdateInput,
    OfferingResourceOptionsUpdateInput,
)
from marketplace.api.offerings.partitions import (
    OfferingPartitionInput,
    OfferingPartitionOutput,
    OfferingPartitionUpdateInput,
    RemovePartitionInput,
)
from marketplace.services import components, offerings, partitions

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class Changes:
    """Each answers 200 (201 where something is added) without a body, but those of partitions."""

    names: ClassVar[tuple[str, ...]] = (
        "update_attributes",
        "update_description",
        "update_integration",
        "update_location",
        "update_options",
        "update_overview",
        "update_resource_options",
        "create_offering_component",
        "update_offering_component",
        "remove_offering_component",
        "add_partition",
        "update_partition",
        "remove_partition",
    )

    def _change(self: Any, taken: type) -> Any:
        offering, data = self.row(), self.data(taken)
        offerings.change(offering, **data, actor=self.request.user, now=self.now)
        return self.answer()

    @command(OfferingAttributesInput)
    def update_attributes(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the attributes of {one}.

        Replaces them as a whole.
        """
        return self._change(OfferingAttributesInput)

    @command(OfferingDescriptionUpdateInput)
    def update_description(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the category of {one}.

        Moves the offering to another category of the catalogue.
        """
        return self._change(OfferingDescriptionUpdateInput)

    @command(OfferingIntegrationUpdateInput)
    def update_integration(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the integration of {one}.

        How orders are delivered: `backend_id`, plugin options, secret options and attributes of the
        service. What is not sent stays; what is sent replaces the former as a whole.
        """
        return self._change(OfferingIntegrationUpdateInput)

    @command(OfferingLocationUpdateInput)
    def update_location(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the location of {one}.

        Where the machine stands, in degrees.
        """
        return self._change(OfferingLocationUpdateInput)

    @command(OfferingOptionsUpdateInput)
    def update_options(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the order options of {one}.

        Replaces the form that an order fills in beside its limits.
        """
        return self._change(OfferingOptionsUpdateInput)

    @command(OfferingResourceOptionsUpdateInput)
    def update_resource_options(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the allocation options of {one}.

        Replaces the form of what can be changed of an allocation later on.
        """
        return self._change(OfferingResourceOptionsUpdateInput)

    @command(OfferingOverviewUpdateInput)
    def update_overview(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update the texts of {one}.

        Name, descriptions and links. While it is a Draft; afterwards staff only.
        """
        offering, data = self.row(), self.data(OfferingOverviewUpdateInput)
        offerings.change_overview(offering, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(OfferingComponentInput, status=201)
    def create_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Add a component to {one}.

        Every plan of the offering gets a price of zero for it.
        """
        offering, data = self.row(), self.data(OfferingComponentInput)
        components.add(offering, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(UpdateOfferingComponentInput)
    def update_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update a component of {one}.

        Which one, `uuid` says. Answers 409 for another type or billing type while allocations hold
        some of it.
        """
        offering, data = self.row(), self.data(UpdateOfferingComponentInput)
        component = components.of(offering, data.pop("uuid"))
        components.change(component, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(RemoveOfferingComponentInput)
    def remove_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Remove a component from {one}.

        Which one, `uuid` says; its prices go with it. Answers 409 while allocations hold some of
        it, once some was used, or while a usage policy limits it.
        """
        offering, data = self.row(), self.data(RemoveOfferingComponentInput)
        component = components.of(offering, data["uuid"])
        components.remove(component, actor=request.user, now=self.now)
        return self.answer()

    @command(OfferingPartitionInput, OfferingPartitionOutput, status=201)
    def add_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Add a partition to {one}.

        A partition of the site's Slurm, with its limits.
        """
        offering = self.row()
        data = self.data(OfferingPartitionInput, offering=offering)
        return self.reply(partitions.add(offering, **data, actor=request.user, now=self.now))

    @command(OfferingPartitionUpdateInput, OfferingPartitionOutput, methods=("patch",))
    def update_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Update a partition of {one}.

        Which one, `partition_uuid` says. Settings that are not sent stay.
        """
        offering, data = self.row(), self.data(OfferingPartitionUpdateInput)
        return self.reply(partitions.change(offering, **data, actor=request.user, now=self.now))

    @command(RemovePartitionInput, status=204)
    def remove_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Remove a partition from {one}.

        Which one, `partition_uuid` says.
        """
        offering, data = self.row(), self.data(RemovePartitionInput)
        partitions.remove(offering, **data, actor=request.user, now=self.now)
        return self.no_content()
