"""`/api/marketplace-resources/`: the allocations of a person's projects.

Those of the offerings that they help to provide are below `/api/marketplace-provider-resources/`
(`marketplace.api.provider_resources`); what both have is in `Resources`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, STAFF, Needs, Rule
from common.api.actions import command, reading, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from identity.permissions import Permission
from marketplace.api.offerings.serializers import PublicOfferingDetailsOutput
from marketplace.api.orders.serializers import OrderUUID, Status
from marketplace.api.resources.filters import ResourceFilter
from marketplace.api.resources.inputs import (
    ResourceDownscaledInput,
    ResourceEndDateInput,
    ResourceOptionsInput,
    ResourcePausedInput,
    ResourceRestrictMemberAccessInput,
    ResourceSlugInput,
    ResourceSuggestNameInput,
    ResourceSwitchPlanInput,
    ResourceTerminateInput,
    ResourceUpdateInput,
    ResourceUpdateLimitsInput,
)
from marketplace.api.resources.serializers import (
    BackingObject,
    NameResponse,
    PullResponse,
    ResourceOutput,
    ResourceUpdateOutput,
)
from marketplace.models import Resource
from marketplace.services import (
    delivery,
    descriptions,
    end_dates,
    locking,
    names,
    resource_orders,
    resources,
)

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

CONSUMER = ("project", "project.customer")
PROVIDER = ("offering", "offering.customer")

P = Permission
PAUSES = Needs(P.PAUSE_RESOURCE, on=PROVIDER)
OPTIONS_SUBMITTED = {"status": "Resource options are submitted"}


class Resources(Recorded, Listed, Retrieved, ApiViewSet):
    """What a resource's project and its provider both read and do."""

    model = Resource
    output = ResourceOutput
    filterset_class = ResourceFilter
    default_order = ("created",)
    related = ("project__customer", "offering__customer", "plan")

    def lock(self, row: Any) -> None:
        """Lock a resource as its services do: after its project."""
        locking.resource(row)

    @reading(BackingObject, also=((204, None),))
    def details(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer 204: a resource is not backed by an object of another kind."""
        self.row()
        return self.no_content()

    @command(output=PullResponse, status=202)
    def pull(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site how the resource stands."""
        delivery.ask_to_pull(self.row(), actor=request.user, now=self.now)
        return self.answer({"detail": "Pull operation was successfully scheduled."})

    @command(ResourceTerminateInput, OrderUUID, input_optional=True)
    def terminate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order the end of a resource."""
        resource, data = self.row(), self.data(ResourceTerminateInput)
        return self.ordered(
            resource_orders.terminate(resource, **data, actor=request.user, now=self.now)
        )

    @command(output=OrderUUID)
    def restore(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order a terminated resource again."""
        return self.ordered(resource_orders.restore(self.row(), actor=request.user, now=self.now))

    @command(ResourceOptionsInput, Status, also=((201, OrderUUID),))
    def update_options(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change the options, by an order where the offering takes one."""
        resource, data = self.row(), self.data(ResourceOptionsInput)
        order = resource_orders.update_options(
            resource, data.get("options"), actor=request.user, now=self.now
        )
        return self.answer(OPTIONS_SUBMITTED) if order is None else self.ordered(order, status=201)

    @command(ResourceEndDateInput)
    def set_end_date_by_staff(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set or clear the end date, as staff."""
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_dates.set_by_site(resource, data.get("end_date"), actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceSlugInput, Status)
    def set_slug(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give a resource another short name, as staff."""
        resource, data = self.row(), self.data(ResourceSlugInput)
        resources.set_slug(resource, data["slug"], actor=request.user, now=self.now)
        return self.answer({"status": "Resource slug has been changed."})

    @command(status=204)
    def unlink(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete a resource and its orders, as staff, without telling its provider."""
        resources.unlink(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(ResourcePausedInput, Status)
    def set_paused(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Keep everybody out of a resource, or let them in again."""
        return self.flagged(ResourcePausedInput)

    @command(ResourceDownscaledInput, Status)
    def set_downscaled(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Let a resource be used with less than was granted only, or with all of it again."""
        return self.flagged(ResourceDownscaledInput)

    @command(ResourceRestrictMemberAccessInput, Status)
    def set_restrict_member_access(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Keep the members of the project out of a resource, or let them in again."""
        return self.flagged(ResourceRestrictMemberAccessInput)

    @reading(PublicOfferingDetailsOutput)
    def offering(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer the offering, as the catalogue shows it."""
        return self.reply(self.row().offering)

    def flagged(self, input: type) -> Response:  # noqa: A002 - the framework's name for it
        """Set the flag that the body names."""
        resource, flags = self.row(), self.data(input)
        actor: Any = self.request.user
        changed = delivery.set_flags(resource, flags, actor=actor, now=self.now)
        (flag,) = flags
        return self.said(flag, changed=changed)

    def said(self, what: str, *, changed: bool) -> Response:
        """Answer whether something was new."""
        how = "has been changed" if changed else "is not changed"
        return self.answer({"status": f"Resource {what} {how}."})

    def ordered(self, order: Any, status: int | None = None) -> Response:
        """Answer the order that the request has led to."""
        return self.answer({"order_uuid": order.uuid.hex}, status)


class ResourceViewSet(Resources):
    """The allocations of a person's projects."""

    visible = "consumed_by"
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "details": SCOPED,
        "offering": SCOPED,
        "suggest_name": AUTHENTICATED,
        "update": Needs(P.UPDATE_RESOURCE, on=CONSUMER),
        "update_limits": Needs(P.SET_RESOURCE_LIMITS, on=CONSUMER),
        "switch_plan": Needs(P.SWITCH_RESOURCE_PLAN, on=CONSUMER),
        "update_options": Needs(P.SET_RESOURCE_OPTIONS, on=CONSUMER),
        "terminate": Needs(P.TERMINATE_RESOURCE, on=CONSUMER),
        "restore": Needs(P.TERMINATE_RESOURCE, on=CONSUMER),
        "pull": Needs(P.UPDATE_RESOURCE, on=CONSUMER),
        "set_end_date": Needs(P.SET_RESOURCE_END_DATE, on=CONSUMER),
        "set_end_date_by_staff": STAFF,
        "set_slug": STAFF,
        "unlink": STAFF,
        "set_paused": PAUSES,
        "set_downscaled": PAUSES,
        "set_restrict_member_access": PAUSES,
    }

    @updates(ResourceUpdateInput, ResourceUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change the name, the description or the end date."""
        resource, data = self.row(), self.data(ResourceUpdateInput)
        descriptions.write_as_consumer(resource, **data, actor=request.user, now=self.now)
        return self.reply(resource)

    @command(ResourceUpdateLimitsInput, OrderUUID)
    def update_limits(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order other limits."""
        resource, data = self.row(), self.data(ResourceUpdateLimitsInput)
        return self.ordered(
            resource_orders.update_limits(resource, **data, actor=request.user, now=self.now)
        )

    @command(ResourceSwitchPlanInput, OrderUUID)
    def switch_plan(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order another plan."""
        resource, data = self.row(), self.data(ResourceSwitchPlanInput)
        return self.ordered(
            resource_orders.switch_plan(resource, **data, actor=request.user, now=self.now)
        )

    @command(ResourceEndDateInput)
    def set_end_date(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set or clear the end date."""
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_dates.set_by_consumer(resource, data.get("end_date"), actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceSuggestNameInput, NameResponse, detail=False)
    def suggest_name(self, request: AuthenticatedRequest) -> Response:
        """Suggest a name for an allocation that is not ordered yet."""
        data = self.data(ResourceSuggestNameInput)
        return self.answer({"name": names.suggest(data["project"], data["offering"])})
