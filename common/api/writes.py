r"""The three writes of most nouns, each of which hands the body to one service.

    create = creating(CategoryInput, categories.create)
    update = updating(CategoryInput, categories.change)
    destroy = deleting(categories.remove, "Delete {one}.\n\nAnswers 409 while offerings are in it.")

The text is the operation's summary and description (`common.api.operation_texts`). A write that
needs more is a method of its viewset, declared with `creates`, `updates` or `deletes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from common.api.actions import creates, deletes, updates

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from rest_framework.request import Request
    from rest_framework.response import Response

    from common.api.viewsets import ApiViewSet

    Action = Callable[..., Response]


class Remover(Protocol):
    """A service that takes a row away."""

    def __call__(self, row: Any, /, *, actor: Any, now: datetime) -> object:
        """Remove the row."""


def creating(
    input: type,  # noqa: A002 - what DRF calls it
    service: Callable[..., Any],
    text: str = "Create {one}.",
) -> Action:
    """Return a `create` that answers 201 with the row that a service makes of the fields."""

    def create(self: ApiViewSet, request: Request) -> Response:
        data = self.data(input)
        return self.created(service(**data, actor=request.user, now=self.now))

    create.__doc__ = text
    return creates(input)(create)


def updating(
    input: type,  # noqa: A002 - what DRF calls it
    service: Callable[..., Any],
    text: str = "Update {one}.",
    *,
    keeps: Collection[str] = (),
) -> Action:
    """Return an `update` that hands what was sent to a service, which returns the row.

    What it `keeps` is checked where it is sent, as clients send whole objects, and stays.
    """

    def update(self: ApiViewSet, request: Request, uuid: str) -> Response:
        row, sent = self.row(), self.data(input)
        data = {name: value for name, value in sent.items() if name not in keeps}
        return self.reply(service(row, **data, actor=request.user, now=self.now))

    update.__doc__ = text
    return updates(input)(update)


def deleting(service: Remover, text: str = "Delete {one}.") -> Action:
    """Return a `destroy` that answers 204 when a service has removed the row."""

    def destroy(self: ApiViewSet, request: Request, uuid: str) -> Response:
        service(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    destroy.__doc__ = text
    return deletes(destroy)
