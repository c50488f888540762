"""`/api/marketplace-resource-api-keys/`: wished for by people, made and reported by sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.api_keys.access import (
    ACTS,
    MANAGES,
    REPORTS,
    REPORTS_USAGE,
    KeyForOneself,
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
from common.api.actions import asks_to_delete, command, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating
from identity.api.events.row_events import RowEvents
from marketplace.api.orders.serializers import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SECRET = {"Cache-Control": "no-store"}
"""What a value is sent with, so that nothing on the way keeps it."""


class ResourceApiKeyViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """An API key of an allocation (resource), such as for an inference service.

    People ask for it, the site makes it and reports its value. You see those of your projects and
    of the offerings that you help to provide.
    """

    model = ResourceApiKey
    noun = Noun("an API key", "API keys")
    output = ResourceApiKeyStatusOutput
    filterset_class = ApiKeyFilter
    default_order = ("created",)
    related = ("resource__project__customer", "resource__offering__customer", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "usage_totals": SCOPED,
        "create": MANAGES | KeyForOneself(),
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

    # --- what people ask --------------------------------------------------------------------------

    create = creating(
        ResourceApiKeyCreateInput,
        api_keys.request,
        "Ask for an API key.\n\n"
        "In state Creating until the site has made it. With `user` it is that person's, "
        "without one it is everybody's in the project. Only where the offering has "
        "`enable_api_key_provisioning` (409 otherwise).",
    )

    @updates(ResourceApiKeyUpdateInput)
    def partial_update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update an API key.

        Another person, limits or models. From state OK or Erred; limits and models are Updating
        until the site has applied them, and wait while the key is Paused.
        """
        key, data = self.row(), self.data(ResourceApiKeyUpdateInput)
        return self.reply(api_keys.change(key, **data, actor=request.user, now=self.now))

    @asks_to_delete(Status)
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete an API key.

        The same as `revoke`: the key is Deleting until the site has taken it away, and stays on
        record.
        """
        return self._wished(api_keys.revoke, "deleted")

    @command(output=Status, status=202)
    def revoke(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Revoke an API key.

        From state Creating, OK, Paused or Erred. The key is Deleting until the site has taken it
        away; one that was never made is Deleted at once. It stays on record.
        """
        return self._wished(api_keys.revoke, "revoked")

    @command(output=Status, status=202)
    def rotate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Rotate an API key.

        From state OK or Erred. The key is Updating until the site reports the new value; the old
        one works until then.
        """
        return self._wished(api_keys.rotate, "rotated")

    @command(output=Status, status=202)
    def pause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Pause an API key.

        From state OK or Erred. The key is Updating until the site refuses it, then Paused.
        """
        return self._wished(api_keys.pause, "paused")

    @command(output=Status, status=202)
    def resume(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Resume an API key.

        From state Paused or Erred. The key is Updating until the site accepts it again, then OK.
        """
        return self._wished(api_keys.resume, "resumed")

    @command(output=Status, status=202)
    def retry(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Retry what failed with an API key.

        From state Erred: the site is asked again for `pending_action`.
        """
        return self._wished(api_keys.retry, "tried again")

    # --- what people see --------------------------------------------------------------------------

    @reading(ResourceApiKeyOutput)
    def reveal(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Reveal the value of an API key.

        The value is in `api_key`. Who has read it is recorded as an event. Answers 409 where there
        is none.
        """
        key = self.row()
        value = api_keys.reveal(key, actor=request.user, now=self.now)
        return self.answer({**self.rendered(key), "api_key": value}, headers=SECRET)

    @reading(ResourceApiKeyUsageTotals, detail=False, filterset=UsageTotalsFilter)
    def usage_totals(self, request: AuthenticatedRequest) -> Response:
        """Sum the usage of API keys.

        By component, of the present month, over the keys that the parameters select, deleted ones
        too.
        """
        keys = self.filtered(self.rows(), UsageTotalsFilter)
        used = api_keys.usage_totals(keys, month=self.now.date().replace(day=1))
        return self.answer(ResourceApiKeyUsageTotals({"usages": used}).data)

    # --- what sites report ------------------------------------------------------------------------

    @command(ResourceApiKeyReportCreatedInput, ResourceApiKeyStatusOutput, status=201, detail=False)
    def report_created(self, request: AuthenticatedRequest) -> Response:
        """Report a new API key.

        As the site: a key that was made with its allocation and can be used already. To repeat it
        renews the value.
        """
        data = self.data(ResourceApiKeyReportCreatedInput)
        reported = api_key_reports.report_created(**data, actor=request.user, now=self.now)
        return self.reply(reported)

    @command(ResourceApiKeyUsageInput, ResourceApiKeyStatusOutput)
    def report_usage(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the usage of an API key.

        As the site: what the month came to so far, by component. What is not named stays. A key
        that reaches its limits is paused, and resumed in the next month.
        """
        return self._reported(api_key_reports.report_usage, ResourceApiKeyUsageInput)

    @command(output=ResourceApiKeyStatusOutput)
    def set_deleted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an API key as deleted.

        As the site, from state Deleting or Erred: the key was taken away.
        """
        return self._reported(api_key_reports.set_deleted)

    @command(ResourceApiKeySetErredInput, ResourceApiKeyStatusOutput)
    def set_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an API key as failed.

        As the site, from state Creating, Updating or Deleting: what was asked for could not be
        done, and why.
        """
        return self._reported(api_key_reports.set_erred, ResourceApiKeySetErredInput)

    @command(ResourceApiKeySetKeyInput, ResourceApiKeyStatusOutput)
    def set_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the value of an API key.

        As the site, after making or rotating it: the key is OK. To repeat it changes nothing.
        """
        return self._reported(api_key_reports.set_key, ResourceApiKeySetKeyInput)

    @command(output=ResourceApiKeyStatusOutput)
    def set_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an API key as usable.

        As the site, from state Updating or Erred: it is accepted again, or its new limits and
        models are applied.
        """
        return self._reported(api_key_reports.set_ok)

    @command(output=ResourceApiKeyStatusOutput)
    def set_paused(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an API key as paused.

        As the site, from state Updating or Erred: it is refused from now on.
        """
        return self._reported(api_key_reports.set_paused)

    def _wished(self, service: Callable[..., None], what: str) -> Response:
        """Carry out a request, and answer that the site has it."""
        service(self.row(), actor=self.request.user, now=self.now)
        return self.answer({"status": f"The key will be {what}."})

    def _reported(
        self, service: Callable[..., ResourceApiKey], wanted: type | None = None
    ) -> Response:
        """Keep what a site reports, and answer the key as it stands then."""
        key, data = self.row(), self.data(wanted) if wanted else {}
        return self.reply(service(key, **data, actor=self.request.user, now=self.now))
