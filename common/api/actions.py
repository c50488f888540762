"""What an action takes and answers, declared on the method: the schema and the routes read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from rest_framework.decorators import action

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declared:
    """An action's input, output and success status; `output` None is the view's own output.

    `empty` says that the answer has no body; `also` are further success statuses with their output;
    `takes_many` that the body is a list of inputs.
    """

    input: type | None = None
    output: Any = None
    status: int = 200
    empty: bool = False
    many: bool = False
    paged: bool = True
    filterset: type | None = None
    order: tuple[str, ...] = ()
    also: tuple[tuple[int, Any], ...] = ()
    input_optional: bool = False
    takes_many: bool = False


def _declare(declared: Declared) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        method.api = declared  # type: ignore[attr-defined]
        return method

    return mark


def creates(input: type, output: Any = None) -> Callable[[Method], Method]:  # noqa: A002
    """Declare `create`: 201 with the new object."""
    return _declare(Declared(input=input, output=output, status=201))


def creates_several(input: type, output: Any) -> Callable[[Method], Method]:  # noqa: A002
    """Declare `create` for a body that is a list: 201 with the new objects."""
    return _declare(
        Declared(input=input, output=output, status=201, many=True, paged=False, takes_many=True)
    )


def updates(input: type, output: Any = None) -> Callable[[Method], Method]:  # noqa: A002
    """Declare `update`: PUT with all that is required, PATCH with any part; 200 with the object."""
    return _declare(Declared(input=input, output=output))


def deletes(method: Method) -> Method:
    """Declare `destroy`: 204."""
    return _declare(Declared(status=204, empty=True))(method)


def asks_to_delete(output: Any) -> Callable[[Method], Method]:
    """Declare `destroy` that somebody else has to carry out: 202 with what was asked."""
    return _declare(Declared(output=output, status=202))


def command(  # noqa: PLR0913 - an action has that many sides
    input: type | None = None,  # noqa: A002
    output: Any = None,
    *,
    status: int = 200,
    detail: bool = True,
    url_path: str | None = None,
    also: tuple[tuple[int, Any], ...] = (),
    input_optional: bool = False,
    methods: tuple[Literal["post", "put", "patch", "delete"], ...] = ("post",),
) -> Callable[[Method], Method]:
    """Declare a POST action, or one of other `methods`; without an output its answer is empty."""

    def mark(method: Method) -> Method:
        routed: Any = action(detail=detail, methods=list(methods), url_path=url_path)(method)
        marked: Method = _declare(
            Declared(
                input=input,
                output=output,
                status=status,
                empty=output is None,
                also=also,
                input_optional=input_optional,
            )
        )(routed)
        return marked

    return mark


ANSWERED = {True: 201, False: 200}
"""The status of what `registers`, by whether what was registered is new."""


def registers(input: type, output: Any) -> Callable[[Method], Method]:  # noqa: A002
    """Declare a POST action that makes something unless it is there: 201 when new, 200 when not."""
    return command(input, output, status=201, also=((200, output),))


def listing(
    output: Any,
    *,
    filterset: type | None = None,
    order: tuple[str, ...] = (),
    detail: bool = True,
    url_path: str | None = None,
    paged: bool = True,
) -> Callable[[Method], Method]:
    """Declare a GET action that answers a page of rows, or all of them if it is not `paged`."""

    def mark(method: Method) -> Method:
        routed: Any = action(detail=detail, methods=["get"], url_path=url_path)(method)
        declared = Declared(output=output, many=True, paged=paged, filterset=filterset, order=order)
        marked: Method = _declare(declared)(routed)
        return marked

    return mark


def reading(
    output: Any,
    *,
    detail: bool = True,
    url_path: str | None = None,
    status: int = 200,
    filterset: type | None = None,
    also: tuple[tuple[int, Any], ...] = (),
) -> Callable[[Method], Method]:
    """Declare a GET action that answers one thing, of which a filter set has the parameters."""

    def mark(method: Method) -> Method:
        routed: Any = action(detail=detail, methods=["get"], url_path=url_path)(method)
        declared = Declared(output=output, status=status, filterset=filterset, also=also)
        marked: Method = _declare(declared)(routed)
        return marked

    return mark
