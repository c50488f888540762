"""`/api/hooks-web/`, `/api/hooks-email/` and `/api/hooks/`: who is told of what, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, Needs, Own, Rule
from common.api.actions import command, creates, deletes, listing, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from identity.permissions import Permission
from notifications.api.hooks.access import ForOneself
from notifications.api.hooks.filters import (
    EmailHookFilter,
    HookDeliveryFilter,
    HookFilter,
    WebHookFilter,
)
from notifications.api.hooks.inputs import (
    EmailHookInput,
    NewEmailHookInput,
    NewWebHookInput,
    ReplayInput,
    RotateSecretInput,
    WebHookInput,
)
from notifications.api.hooks.serializers import (
    EmailHookOutput,
    HookDeliveryOutput,
    HookOutput,
    WebHookOutput,
    WebHookPing,
    WebHookReplayed,
)
from notifications.models import EmailHook, Hook, HookDelivery, WebHook
from notifications.services import hook_planning, hook_replay, hooks

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

OF_CUSTOMER = Needs(Permission.UPDATE_CUSTOMER, on=("customer",))
MANAGED = Own("author") | OF_CUSTOMER
"""A person's hook is their own, an organisation's all its owners'; others do not see it."""


class HookViewSet(Listed, ApiViewSet):
    """All hooks that the caller manages, of either sort."""

    model = Hook
    output = HookOutput
    filterset_class = HookFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED}


class ManagedHookViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """What hooks of either sort have in common."""

    default_order = ("created",)
    related = ("author", "customer")

    def lock(self, row: Any) -> None:
        """Lock the planner's position before a hook, as the services do."""
        hook_planning.locked_position(now=self.now)
        super().lock(row)


class WebHookViewSet(ManagedHookViewSet):
    """Hooks that are told by HTTP."""

    model = WebHook
    output = WebHookOutput
    filterset_class = WebHookFilter
    never_replayed = frozenset({"create", "rotate_secret"})  # a secret that is shown once
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "deliveries": SCOPED,
        "create": ForOneself() | OF_CUSTOMER,
        "update": MANAGED,
        "destroy": MANAGED,
        "ping": MANAGED,
        "rotate_secret": MANAGED,
        "replay": MANAGED,
    }

    @creates(NewWebHookInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create a webhook for the caller or their organisation; the secret is shown once."""
        data = self.data(NewWebHookInput)
        hook, secret = hooks.create_web(**data, actor=request.user, now=self.now)
        return self.answer({**self.rendered(hook), "secret": secret})

    @updates(WebHookInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change where it goes, of what it tells, or whether it does."""
        hook, changes = self.row(), self.data(WebHookInput)
        hooks.change(hook, changes=changes, actor=request.user, now=self.now)
        return self.reply(hook)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell nothing any more, also what waits."""
        hooks.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(output=WebHookPing, status=202)
    def ping(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Have the hook told that it was pinged; nobody else is."""
        event = hooks.ping(self.row(), actor=request.user, now=self.now)
        return self.answer({"event_uuid": event.uuid.hex})

    @command(RotateSecretInput, WebHookOutput, input_optional=True)
    def rotate_secret(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give the hook another secret, which is shown once; the former one signs for a while."""
        hook, data = self.row(), self.data(RotateSecretInput)
        secret = hooks.rotate_secret(hook, **data, actor=request.user, now=self.now)
        return self.answer({**self.rendered(hook), "secret": secret})

    @listing(HookDeliveryOutput, filterset=HookDeliveryFilter, order=("-sequence",))
    def deliveries(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List what the hook was or is to be told, the latest first, with every attempt."""
        return self.page(HookDelivery.objects.filter(hook=self.row()))

    @command(ReplayInput, WebHookReplayed)
    def replay(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Have the hook told again: of one event, a stretch of the log, or what was given up."""
        hook, data = self.row(), self.data(ReplayInput)
        told = hook_replay.replay(hook, **data, actor=request.user, now=self.now)
        return self.answer({"replayed": told.replayed, "next": told.next})


class EmailHookViewSet(ManagedHookViewSet):
    """Hooks that are told by mail."""

    model = EmailHook
    output = EmailHookOutput
    filterset_class = EmailHookFilter
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "create": ForOneself() | OF_CUSTOMER,
        "update": MANAGED,
        "destroy": MANAGED,
    }

    @creates(NewEmailHookInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create an e-mail hook for the caller, or for an organisation they own."""
        data = self.data(NewEmailHookInput)
        return self.created(hooks.create_email(**data, actor=request.user, now=self.now))

    @updates(EmailHookInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change where the mails go, of what they tell, or whether they do."""
        hook, changes = self.row(), self.data(EmailHookInput)
        hooks.change(hook, changes=changes, actor=request.user, now=self.now)
        return self.reply(hook)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Send no more mails, also not about what waits."""
        hooks.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()
