"""`/api/hooks-web/`, `/api/hooks-email/` and `/api/hooks/`: who is sent which events, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, Needs, Own, Rule
from common.api.actions import command, creates, listing, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.events.row_events import RowEvents
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
    """A hook tells a receiver of events: by HTTP (webhook) or by mail.

    A person manages their own hooks, the owners of an organization (customer) the organization's.
    """

    model = Hook
    noun = Noun("a hook", "hooks of either type")
    output = HookOutput
    filterset_class = HookFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED}


class ManagedHookViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """A hook tells a receiver of events: by HTTP (webhook) or by mail.

    A person manages their own hooks, the owners of an organization (customer) the organization's.
    """

    default_order = ("created",)
    related = ("author", "customer")

    def lock(self, row: Any) -> None:
        """Lock the planner's position before a hook, as the services do."""
        hook_planning.locked_position(now=self.now)
        super().lock(row)


class WebHookViewSet(ManagedHookViewSet):
    """A webhook tells a receiver of events by signed HTTP requests.

    The events of one object come in order, and what was not accepted is tried again. A person
    manages their own hooks, the owners of an organization (customer) the organization's.
    """

    model = WebHook
    noun = Noun("a webhook", "webhooks")
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
        """Create a webhook.

        It is yours, or with `customer` the organization's. It is told of events from now on.
        `secret` in the answer signs what is sent to it and is shown only here.
        """
        data = self.data(NewWebHookInput)
        hook, secret = hooks.create_web(**data, actor=request.user, now=self.now)
        return self.answer({**self.rendered(hook), "secret": secret})

    @updates(WebHookInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a webhook.

        Where it leads, of which events it is told, and whether it is active. One that is switched
        on again is told of what waits and of what happens from then on.
        """
        hook, changes = self.row(), self.data(WebHookInput)
        hooks.change(hook, wanted=changes, actor=request.user, now=self.now)
        return self.reply(hook)

    destroy = deleting(hooks.remove, "Delete {one}.\n\nDeliveries that wait are dropped.")

    @command(output=WebHookPing, status=202)
    def ping(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Send a test event to a webhook.

        The event is delivered in its turn, to this webhook alone; see its deliveries for how that
        went. The webhook has to be active.
        """
        event = hooks.ping(self.row(), actor=request.user, now=self.now)
        return self.answer({"event_uuid": event.uuid.hex})

    @command(RotateSecretInput, WebHookOutput, input_optional=True)
    def rotate_secret(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace the secret of a webhook.

        The new secret is in the answer and is shown only there. The former one signs as well for
        `overlap_hours`, so that the receiver can be changed in between.
        """
        hook, data = self.row(), self.data(RotateSecretInput)
        secret = hooks.rotate_secret(hook, **data, actor=request.user, now=self.now)
        return self.answer({**self.rendered(hook), "secret": secret})

    @listing(HookDeliveryOutput, filterset=HookDeliveryFilter, order=("-sequence",))
    def deliveries(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the deliveries of a webhook.

        The latest event first, each with every attempt: the status, the answer and how long it
        took.
        """
        return self.page(HookDelivery.objects.filter(hook=self.row()))

    @command(ReplayInput, WebHookReplayed)
    def replay(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Deliver events to a webhook again.

        Send one of three: `event_uuid` for one event, `after` and `before` for a stretch of the
        log, or `state` as `dead` for all that was given up. The webhook has to be active. At most
        10,000 at once: where `next` is not null there is more beyond it.
        """
        hook, data = self.row(), self.data(ReplayInput)
        replayed = hook_replay.replay(hook, **data, actor=request.user, now=self.now)
        return self.answer({"replayed": replayed.replayed, "next": replayed.next})


class EmailHookViewSet(ManagedHookViewSet):
    """An e-mail hook tells people of events by mail, once the address is confirmed.

    A person manages their own hooks, the owners of an organization (customer) the organization's.
    """

    model = EmailHook
    noun = Noun("an e-mail hook", "e-mail hooks")
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

    create = creating(
        NewEmailHookInput,
        hooks.create_email,
        "Create {one}.\n\n"
        "It is yours, or with `customer` the organization's. The address has to be your own, "
        "or one of the organization or its members. A link is mailed to one that is not "
        "confirmed yet; nothing else is sent there before somebody opens it.",
    )

    @updates(EmailHookInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update an e-mail hook.

        Where the mails go, of which events they tell, and whether they are sent.
        """
        hook, changes = self.row(), self.data(EmailHookInput)
        hooks.change(hook, wanted=changes, actor=request.user, now=self.now)
        return self.reply(hook)

    destroy = deleting(hooks.remove, "Delete {one}.\n\nMails that wait are dropped.")
