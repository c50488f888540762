"""`/api/marketplace-resource-api-keys/`: wished for by people, made and reported by sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.api_keys.access import (
    ACTS,
    MANAGES,
    REPORTS,
    REPORTS_USAGE,
    ForOneself,
    Reveals,
)
from allocations.api.api_keys.filters import ApiKeyFilter, UsageTotalsFilter
from allocations.api.api_keys.inputs import (
    ResourceApiKeyCreateInput,
    ResourceApiKeyReportCreatedInput,
    ResourceApiKeySetErredInput,
    ResourceApiKeySetKeyInput,
    ResourceApiKeyUpdateInput,
    ResourceApiKeyUsageInput,
)
from allocations.api.api_keys.serializers import (
    ResourceApiKeyOutput,
    ResourceApiKeyStatusOutput,
    ResourceApiKeyUsageTotals,
)
from allocations.models import ResourceApiKey
from allocations.services import api_key_reports, api_keys
from common.api.access import SCOPED, Rule
from common.api.actions import asks_to_delete, command, creates, reading, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from marketplace.api.orders.serializers import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SECRET = {"Cache-Control": "no-store"}
"""What a value is sent with, so that nothing on the way keeps it."""


class ResourceApiKeyViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """Keys, seen by a resource's project and by its provider; their values by few."""

    model = ResourceApiKey
    output = ResourceApiKeyStatusOutput
    filterset_class = ApiKeyFilter
    default_order = ("created",)
    related = ("resource__project__customer", "resource__offering__customer", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "usage_totals": SCOPED,
        "create": MANAGES | ForOneself(),
        "partial_update": MANAGES,
        "destroy": ACTS,
        "revoke": ACTS,
        "rotate": ACTS,
        "pause": ACTS,
        "resume": ACTS,
        "retry": ACTS,
        "reveal": Reveals(),
        "report_created": REPORTS,
        "report_usage": REPORTS_USAGE,
        "set_deleted": REPORTS,
        "set_erred": REPORTS,
        "set_key": REPORTS,
        "set_ok": REPORTS,
        "set_paused": REPORTS,
    }

    # --- what people wish -------------------------------------------------------------------------

    @creates(ResourceApiKeyCreateInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Ask the site to make a key."""
        data = self.data(ResourceApiKeyCreateInput)
        return self.created(api_keys.request(**data, actor=request.user, now=self.now))

    @updates(ResourceApiKeyUpdateInput)
    def partial_update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give a key to somebody else, or change what it may be used for."""
        key, data = self.row(), self.data(ResourceApiKeyUpdateInput)
        return self.reply(api_keys.change(key, **data, actor=request.user, now=self.now))

    @asks_to_delete(Status)
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to take a key away; it stays on record."""
        return self._wished(api_keys.revoke, "deleted")

    @command(output=Status, status=202)
    def revoke(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to take a key away; it stays on record."""
        return self._wished(api_keys.revoke, "revoked")

    @command(output=Status, status=202)
    def rotate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to put another value in the place of the key's."""
        return self._wished(api_keys.rotate, "rotated")

    @command(output=Status, status=202)
    def pause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to refuse a key until it is resumed."""
        return self._wished(api_keys.pause, "paused")

    @command(output=Status, status=202)
    def resume(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to accept a paused key again."""
        return self._wished(api_keys.resume, "resumed")

    @command(output=Status, status=202)
    def retry(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to try again what it could not do."""
        return self._wished(api_keys.retry, "tried again")

    # --- what people see --------------------------------------------------------------------------

    @reading(ResourceApiKeyOutput)
    def reveal(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer a key with its value; who has seen it is recorded."""
        key = self.row()
        value = api_keys.reveal(key, actor=request.user, now=self.now)
        return self.answer({**self.rendered(key), "api_key": value}, headers=SECRET)

    @reading(ResourceApiKeyUsageTotals, detail=False, filterset=UsageTotalsFilter)
    def usage_totals(self, request: AuthenticatedRequest) -> Response:
        """Sum up what the keys of a resource were used for in this month, deleted ones too."""
        keys = self.filtered(self.rows(), UsageTotalsFilter)
        used = api_keys.usage_totals(keys, month=self.now.date().replace(day=1))
        return self.answer(ResourceApiKeyUsageTotals({"usages": used}).data)

    # --- what sites report ------------------------------------------------------------------------

    @command(ResourceApiKeyReportCreatedInput, ResourceApiKeyStatusOutput, status=201, detail=False)
    def report_created(self, request: AuthenticatedRequest) -> Response:
        """Report a key that was made and applied with its resource."""
        data = self.data(ResourceApiKeyReportCreatedInput)
        reported = api_key_reports.report_created(**data, actor=request.user, now=self.now)
        return self.reply(reported)

    @command(ResourceApiKeyUsageInput, ResourceApiKeyStatusOutput)
    def report_usage(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report what a key was used for in a month so far."""
        return self._reported(api_key_reports.report_usage, ResourceApiKeyUsageInput)

    @command(output=ResourceApiKeyStatusOutput)
    def set_deleted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that a key was taken away."""
        return self._reported(api_key_reports.set_deleted)

    @command(ResourceApiKeySetErredInput, ResourceApiKeyStatusOutput)
    def set_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that what was wished could not be done."""
        return self._reported(api_key_reports.set_erred, ResourceApiKeySetErredInput)

    @command(ResourceApiKeySetKeyInput, ResourceApiKeyStatusOutput)
    def set_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the value of a key that was made or rotated."""
        return self._reported(api_key_reports.set_key, ResourceApiKeySetKeyInput)

    @command(output=ResourceApiKeyStatusOutput)
    def set_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that a key is accepted again, or its new limits and models are applied."""
        return self._reported(api_key_reports.set_ok)

    @command(output=ResourceApiKeyStatusOutput)
    def set_paused(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that a key is refused."""
        return self._reported(api_key_reports.set_paused)

    def _wished(self, service: Callable[..., None], what: str) -> Response:
        """Carry out a wish, and answer that the site has it."""
        service(self.row(), actor=self.request.user, now=self.now)
        return self.answer({"status": f"The key will be {what}."})

    def _reported(
        self, service: Callable[..., ResourceApiKey], wanted: type | None = None
    ) -> Response:
        """Keep what a site reports, and answer the key as it stands then."""
        key, data = self.row(), self.data(wanted) if wanted else {}
        return self.reply(service(key, **data, actor=self.request.user, now=self.now))
