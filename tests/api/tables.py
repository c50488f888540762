"""Tables of role by endpoint: how they are read, asked, and known to be complete.

A line is a method, a path, the status of success, and a mark for each of the people; or, where
more than one success is possible, a status for each. A test file keeps its people, the rows that
the paths name in braces, the bodies and the table itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from config.documents.routes import all_routes
from tests.cases import undone

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from rest_framework.test import APIClient

    from tests.cases import Case

MARKS = {"-": 401, "x": 403, "?": 404, "!": 400}
"""Not logged in; may not; does not see it; names what is out of sight. `+` is success."""

DENIED = {"detail": "You do not have permission to perform this action."}

BOTH_SIDES = (
    "anonymous",
    "mallory",
    "reader",
    "bob",
    "admin",
    "pi",
    "alice",
    "olga",
    "carol",
    "sam",
    "dave",
)
"""The outsider; reader, member, administrator, manager and owner on the project's side; a manager
of the offering and the provider's owner; support and staff."""


CONSUMER_SIDE = ("anonymous", "mallory", "carol", "bob", "pi", "reader", "alice", "sam", "dave")
"""The outsider and a provider's owner; member and manager of the project; reader and owner of its
organization; support and staff."""

WITHOUT_ROLE = frozenset({"anonymous", "mallory", "sam", "dave"})
"""Of these, who has no role: what roles are called changes nothing for them."""


class Line(NamedTuple):
    """What each of the people is answered at one endpoint."""

    method: str
    path: str
    expected: list[int]


def read(table: str, *, below: str = "/api/", marks: Mapping[str, int] = MARKS) -> list[Line]:
    """Read a table; its paths continue `below`, and may be empty."""
    lines = []
    for text in table.strip("\n").splitlines():
        parts = re.fullmatch(r"(\w+) +(\S*) +(\d{3}) (\S+|[\d ]+)", text)
        assert parts is not None, text
        method, path, success, rest = parts.groups()
        if rest[:3].isdigit():
            expected = [int(status) for status in (success, *rest.split())]
        else:
            expected = [marks.get(mark, int(success)) for mark in rest]
        lines.append(Line(method, below + path, expected))
    return lines


def body_by_end(bodies: Mapping[str, Any], path: str, *, of_several: int = 0) -> Any:
    """Return the body of the end that a path has, the first (or `of_several`) if there are more."""
    found = [body for end, body in bodies.items() if path.endswith(end)]
    return found[of_several] if found else None


def asker(
    clients: Mapping[str, APIClient],
    named: Mapping[str, str],
    body_for: Callable[[str], Any],
) -> Callable[[str, str, str], Any]:
    """Return a function that sends a request as somebody; what is no GET has the path's body."""

    def send(person: str, method: str, path: str) -> Any:
        body = None if method == "GET" else body_for(path)
        call = getattr(clients[person], method.lower())
        return call(path.format(**named), body, format="json")

    return send


def check(
    line: Line,
    people: Sequence[str],
    send: Callable[[str, str, str], Any],
    *,
    denied_in_own_words: bool = False,
    without: Container[str] = (),
) -> None:
    """Assert that everybody is answered what the line says, and each refusal in its words."""
    expected = dict(zip(people, line.expected, strict=True))
    answers = {}
    for person in people:
        if person not in without:
            with undone():
                answers[person] = send(person, line.method, line.path)

    got = {person: answer.status_code for person, answer in answers.items()}
    assert got == {person: expected[person] for person in answers}
    for answer in answers.values():
        if answer.status_code == 401:
            assert answer["WWW-Authenticate"] == "Token"
        if answer.status_code == 403 and not denied_in_own_words:
            assert answer.json() == DENIED


def check_all(
    lines: Sequence[Line],
    people: Sequence[str],
    send: Callable[[str, str, str], Any],
    case: Case,
    *,
    in_own_words: str = "none",
    without: Container[str] = (),
) -> None:
    """Check every line of a table, for all but those who are left out (`without`).

    A path with a segment of those `in_own_words` says why not.
    """
    assert lines
    for line in lines:
        with case(method=line.method, path=line.path):
            own_words = bool({*in_own_words.split()} & {*line.path.split("/")})
            check(line, people, send, denied_in_own_words=own_words, without=without)


def without_names(path: str) -> str:
    """Return a path whose braces are empty, whatever they name."""
    return re.sub(r"{\w+}", "{}", path)


def untested(lines: Sequence[Line], *viewsets: Any) -> set[tuple[str, str]]:
    """Return the method and path of each route of these viewsets that no line has."""
    routes = [route for route in all_routes() if route.viewset in viewsets]
    assert {route.viewset for route in routes} == set(viewsets), "a viewset has no route"
    for viewset in viewsets:
        served = {route.action for route in routes if route.viewset is viewset}
        assert set(viewset.access) <= served, "an action has no route"
    tested = {(line.method, without_names(line.path)) for line in lines}
    return {(route.method.upper(), without_names(route.path)) for route in routes} - tested
