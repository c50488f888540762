"""`/api/marketplace-provider-resources/`: the allocations of what a person helps to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, STAFF, Needs, Rule
from common.api.actions import command, updates
from common.api.operation_texts import Noun
from identity.permissions import Permission
from marketplace.api.orders.serializers import Status
from marketplace.api.resources.inputs import (
    ProviderResourceUpdateInput,
    ResourceBackendIDInput,
    ResourceBackendMetadataInput,
    ResourceEffectiveIDInput,
    ResourceEndDateInput,
    ResourceEndpointsInput,
    ResourceOptionsInput,
    ResourceReportInput,
    ResourceSetLimitsInput,
    ResourceSetStateErredInput,
)
from marketplace.api.resources.serializers import ResourceUpdateOutput
from marketplace.api.resources.views import OPTIONS_SUBMITTED, PAUSES, PROVIDER, Resources
from marketplace.services import delivery, descriptions, end_dates, resource_orders, resources

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

P = Permission
DELIVERS = Needs(P.MANAGE_DELIVERY, on=PROVIDER)
ENDS = Needs(P.SET_RESOURCE_END_DATE, on=PROVIDER)
TERMINATES = Needs(P.TERMINATE_RESOURCE, on=PROVIDER)
FLAGS: tuple[str, ...] = ("paused", "downscaled", "restrict_member_access")


class ProviderResourceViewSet(Resources):
    """An allocation (resource) of an offering that you help to provide.

    Here the provider reports and changes it.
    """

    noun = Noun("a provided allocation", "provided allocations")

    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "details": SCOPED,
        "offering": SCOPED,
        "update": DELIVERS,
        "pull": DELIVERS,
        "refresh_last_sync": DELIVERS,
        "set_as_ok": DELIVERS,
        "set_as_erred": DELIVERS,
        "set_state_ok": DELIVERS,
        "set_backend_id": DELIVERS,
        "set_effective_id": DELIVERS,
        "set_backend_metadata": DELIVERS,
        "set_endpoints": DELIVERS,
        "set_limits": Needs(P.SET_DELIVERED_LIMITS, on=PROVIDER),
        "set_paused": PAUSES,
        "set_downscaled": PAUSES,
        "set_restrict_member_access": PAUSES,
        "set_end_date": ENDS,
        "set_end_date_by_provider": ENDS,
        "set_end_date_by_staff": STAFF,
        "submit_report": Needs(P.SUBMIT_REPORT, on=PROVIDER),
        "terminate": TERMINATES,
        "restore": TERMINATES,
        "update_options": DELIVERS,
        "update_options_direct": DELIVERS,
        "set_slug": STAFF,
        "unlink": STAFF,
    }

    @updates(ProviderResourceUpdateInput, ResourceUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update {one}.

        Name, description, end date, and the flags `paused`, `downscaled` and
        `restrict_member_access`.
        """
        resource, data = self.row(), self.data(ProviderResourceUpdateInput)
        flags = {name: data.pop(name) for name in FLAGS if name in data}
        descriptions.write_as_provider(
            resource, **data, flags=flags, actor=request.user, now=self.now
        )
        return self.reply(resource)

    @command()
    def refresh_last_sync(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Confirm that {one} was synchronized.

        Sets `last_sync` to now: the site has just looked at it.
        """
        delivery.refresh_last_sync(self.row(), now=self.now)
        return self.answer()

    @command()
    def set_as_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set {one} to OK.

        From state Erred, when what was wrong is resolved. While an order executes it goes back to
        the state which that order asks for.
        """
        resources.set_as_ok(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(output=Status)
    def set_state_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the state of {one} to OK.

        The same as `set_as_ok`, with an answer in words.
        """
        resources.set_as_ok(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "Resource state has been set to OK."})

    @command(ResourceSetStateErredInput)
    def set_as_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set {one} to Erred.

        With what is wrong. From any state but Terminated.
        """
        resource, data = self.row(), self.data(ResourceSetStateErredInput)
        resources.set_as_erred(resource, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceBackendIDInput, Status)
    def set_backend_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the backend ID of {one}.

        What the site calls it, such as the Slurm account. Several allocations may have one. It does
        not change once the allocation is terminated.
        """
        resource, data = self.row(), self.data(ResourceBackendIDInput)
        changed = delivery.set_backend_id(resource, **data, actor=request.user, now=self.now)
        return self.said("backend_id", changed=changed)

    @command(ResourceEffectiveIDInput, Status)
    def set_effective_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the effective ID of {one}.

        Under which name it runs in the end where that is not the backend ID.
        """
        resource, data = self.row(), self.data(ResourceEffectiveIDInput)
        changed = delivery.set_effective_id(resource, **data, actor=request.user, now=self.now)
        return self.said("effective_id", changed=changed)

    @command(ResourceBackendMetadataInput, Status)
    def set_backend_metadata(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the backend metadata of {one}.

        Replaces what the provider notes about it, as one JSON object.
        """
        resource, data = self.row(), self.data(ResourceBackendMetadataInput)
        metadata = data["backend_metadata"]
        delivery.set_backend_metadata(resource, metadata, actor=request.user, now=self.now)
        return self.answer({"status": "The backend metadata is updated"})

    @command(ResourceEndpointsInput, Status)
    def set_endpoints(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the endpoints of {one}.

        Replaces the list of addresses at which it is used.
        """
        resource, data = self.row(), self.data(ResourceEndpointsInput)
        delivery.set_endpoints(resource, **data, actor=request.user, now=self.now)
        return self.answer({"status": "Endpoints are updated"})

    @command(ResourceSetLimitsInput, Status)
    def set_limits(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the limits of {one}.

        Replaces the limits by those that hold at the site; they may be fewer. No order is made.
        """
        resource, data = self.row(), self.data(ResourceSetLimitsInput)
        delivery.set_limits(resource, **data, actor=request.user, now=self.now)
        return self.answer({"status": "Resource limits are updated"})

    @command(ResourceReportInput, Status)
    def submit_report(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report on {one}.

        Replaces the provider's report: sections of text with a header.
        """
        resource, data = self.row(), self.data(ResourceReportInput)
        delivery.submit_report(resource, **data, actor=request.user, now=self.now)
        return self.answer({"status": "Report is submitted"})

    @command(ResourceEndDateInput)
    def set_end_date(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the end date of {one}.

        As it is known at the site; null clears it. A day that is over is refused.
        """
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_dates.set_by_site(resource, data.get("end_date"), actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceEndDateInput)
    def set_end_date_by_provider(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """End {one} that nobody uses.

        Sets the end date to a day at least a week ahead, of an allocation that was not used in the
        last ninety days. A day that the provider set may be put off or lifted at any time.
        """
        resource, data = self.row(), self.data(ResourceEndDateInput)
        end_date = data.get("end_date")
        end_dates.set_by_provider(resource, end_date, actor=request.user, now=self.now)
        return self.answer()

    @command(ResourceOptionsInput, Status)
    def update_options_direct(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update the options of {one} at once.

        Replaces the options without an order, whatever the offering asks of others.
        """
        resource, data = self.row(), self.data(ResourceOptionsInput)
        resource_orders.set_options(resource, data.get("options"), actor=request.user, now=self.now)
        return self.answer(OPTIONS_SUBMITTED)
