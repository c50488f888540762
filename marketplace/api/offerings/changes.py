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
        """Replace the attributes."""
        return self._change(OfferingAttributesInput)

    @command(OfferingDescriptionUpdateInput)
    def update_description(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Put it on another shelf."""
        return self._change(OfferingDescriptionUpdateInput)

    @command(OfferingIntegrationUpdateInput)
    def update_integration(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change how orders are delivered."""
        return self._change(OfferingIntegrationUpdateInput)

    @command(OfferingLocationUpdateInput)
    def update_location(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Say where the machine stands."""
        return self._change(OfferingLocationUpdateInput)

    @command(OfferingOptionsUpdateInput)
    def update_options(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change what an order has to say beside its limits."""
        return self._change(OfferingOptionsUpdateInput)

    @command(OfferingResourceOptionsUpdateInput)
    def update_resource_options(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change what can be said of an allocation later on."""
        return self._change(OfferingResourceOptionsUpdateInput)

    @command(OfferingOverviewUpdateInput)
    def update_overview(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change what people read of it; of what is not a draft, staff only."""
        offering, data = self.row(), self.data(OfferingOverviewUpdateInput)
        offerings.change_overview(offering, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(OfferingComponentInput, status=201)
    def create_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Add a component."""
        offering, data = self.row(), self.data(OfferingComponentInput)
        components.add(offering, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(UpdateOfferingComponentInput)
    def update_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change a component."""
        offering, data = self.row(), self.data(UpdateOfferingComponentInput)
        component = components.of(offering, data.pop("uuid"))
        components.change(component, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(RemoveOfferingComponentInput)
    def remove_offering_component(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Take a component out."""
        offering, data = self.row(), self.data(RemoveOfferingComponentInput)
        component = components.of(offering, data["uuid"])
        components.remove(component, actor=request.user, now=self.now)
        return self.answer()

    @command(OfferingPartitionInput, OfferingPartitionOutput, status=201)
    def add_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Add a partition."""
        offering = self.row()
        data = self.data(OfferingPartitionInput, offering=offering)
        return self.reply(partitions.add(offering, **data, actor=request.user, now=self.now))

    @command(OfferingPartitionUpdateInput, OfferingPartitionOutput, methods=("patch",))
    def update_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change a partition."""
        offering, data = self.row(), self.data(OfferingPartitionUpdateInput)
        return self.reply(partitions.change(offering, **data, actor=request.user, now=self.now))

    @command(RemovePartitionInput, status=204)
    def remove_partition(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Take a partition out."""
        offering, data = self.row(), self.data(RemovePartitionInput)
        partitions.remove(offering, **data, actor=request.user, now=self.now)
        return self.no_content()
