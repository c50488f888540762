"""`/api/marketplace-resources/`: the allocations of a person's projects.

Those of the offerings that they help to provide are below `/api/marketplace-provider-resources/`
(`marketplace.api.provider_resources`); what both have is in `Resources`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, STAFF, Needs, Rule
from common.api.actions import command, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.row_events import RowEvents
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


class Resources(RowEvents, Listed, Retrieved, ApiViewSet):
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
        """Get what backs {one}.

        Answers 204: an allocation (resource) is not backed by an object of another kind here.
        """
        self.row()
        return self.no_content()

    @command(output=PullResponse, status=202)
    def pull(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site for the state of {one}.

        The site's agent is told to look at it and to report. Answers at once (202).
        """
        delivery.ask_to_pull(self.row(), actor=request.user, now=self.now)
        return self.answer({"detail": "Pull operation was successfully scheduled."})

    @command(ResourceTerminateInput, OrderUUID, input_optional=True)
    def terminate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order the termination of {one}.

        From state OK or Erred, while no other order is open for it. Answers the order, which is
        approved like any other; the allocation (resource) is Terminated when it is done.
        """
        resource, data = self.row(), self.data(ResourceTerminateInput)
        return self.ordered(
            resource_orders.terminate(resource, **data, actor=request.user, now=self.now)
        )

    @command(output=OrderUUID)
    def restore(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order the restoration of {one}.

        From state Terminated, where the offering allows it (`can_restore_resource`). Answers the
        order, which is approved like any other.
        """
        return self.ordered(resource_orders.restore(self.row(), actor=request.user, now=self.now))

    @command(ResourceOptionsInput, Status, also=((201, OrderUUID),))
    def update_options(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update the options of {one}.

        As the offering's resource options describe them. Where the offering takes an order for
        that, the answer is 201 with the order; otherwise they hold at once (200).
        """
        resource, data = self.row(), self.data(ResourceOptionsInput)
        order = resource_orders.update_options(
            resource, data.get("options"), actor=request.user, now=self.now
        )
        return self.answer(OPTIONS_SUBMITTED) if order is None else self.ordered(order, status=201)

    @command(ResourceEndDateInput)
    def set_end_date_by_staff(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the end date of {one}, by staff.

        Null clears it. A day that is over is refused.
        """
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_dates.set_by_site(resource, data.get("end_date"), actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceSlugInput, Status)
    def set_slug(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the slug of {one}.

        The short name, unique in the whole service and never given again.
        """
        resource, data = self.row(), self.data(ResourceSlugInput)
        resources.set_slug(resource, data["slug"], actor=request.user, now=self.now)
        return self.answer({"status": "Resource slug has been changed."})

    @command(status=204)
    def unlink(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Unlink {one}.

        Deletes it with its orders, without telling the provider. Answers 409 once usage was
        reported.
        """
        resources.unlink(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(ResourcePausedInput, Status)
    def set_paused(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Pause {one}, or resume it.

        With `paused` nobody may use it. The site is told.
        """
        return self.flagged(ResourcePausedInput)

    @command(ResourceDownscaledInput, Status)
    def set_downscaled(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Downscale {one}, or lift that.

        With `downscaled` it may be used with less than was granted only. The site is told.
        """
        return self.flagged(ResourceDownscaledInput)

    @command(ResourceRestrictMemberAccessInput, Status)
    def set_restrict_member_access(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Restrict the access of members to {one}, or lift that.

        With `restrict_member_access` the members of the project are kept out. The site is told.
        """
        return self.flagged(ResourceRestrictMemberAccessInput)

    @reading(PublicOfferingDetailsOutput)
    def offering(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get the offering of {one}.

        As the catalogue shows it.
        """
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
    """An allocation (resource) is a project's share of an offering.

    It has the limits that were granted, a plan, and what was used. You see here the allocations of
    your projects and organizations.
    """

    noun = Noun("an allocation", "allocations")

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
        """Update {one}.

        Name, description and end date. The end date is for those who may set it.
        """
        resource, data = self.row(), self.data(ResourceUpdateInput)
        descriptions.write_as_consumer(resource, **data, actor=request.user, now=self.now)
        return self.reply(resource)

    @command(ResourceUpdateLimitsInput, OrderUUID)
    def update_limits(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order other limits for {one}.

        From state OK, while no other order is open for it. Limits that are not named stay, unless
        `replace` is true. Answers the order, which is approved like any other.
        """
        resource, data = self.row(), self.data(ResourceUpdateLimitsInput)
        return self.ordered(
            resource_orders.update_limits(resource, **data, actor=request.user, now=self.now)
        )

    @command(ResourceSwitchPlanInput, OrderUUID)
    def switch_plan(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Order another plan for {one}.

        From state OK, while no other order is open for it. Answers the order, which is approved
        like any other.
        """
        resource, data = self.row(), self.data(ResourceSwitchPlanInput)
        return self.ordered(
            resource_orders.switch_plan(resource, **data, actor=request.user, now=self.now)
        )

    @command(ResourceEndDateInput)
    def set_end_date(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the end date of {one}.

        Null clears it. On that day its termination is ordered. A day that is over is refused.
        """
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_dates.set_by_consumer(resource, data.get("end_date"), actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceSuggestNameInput, NameResponse, detail=False)
    def suggest_name(self, request: AuthenticatedRequest) -> Response:
        """Suggest a name for a new allocation.

        Made of the organization, the project and the offering; nothing is reserved.
        """
        data = self.data(ResourceSuggestNameInput)
        return self.answer({"name": names.suggest(data["project"], data["offering"])})
