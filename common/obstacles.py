"""What keeps somebody from using something: reasons that are declared, and who is told which. Pure.

A reason is one literal in a table of the app that knows of it: when it holds of some facts, what it
says, who can lift it and how. Whoever may not know a reason hears that there is one, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

Facts = TypeVar("Facts")
Case = Mapping[str, Any]
"""What a reason says of one occasion, by the names in its sentence."""


class Party(StrEnum):
    """Who asks, or who can do something about it."""

    PERSON = "person"
    PROJECT = "project"
    PROVIDER = "provider"
    STAFF = "staff"
    INSTITUTION = "institution"
    SERVICE = "service"


WHO: Mapping[Party, str] = {
    Party.PERSON: "the person themselves",
    Party.PROJECT: "whoever manages the project's members",
    Party.PROVIDER: "the Hosting Entity",
    Party.STAFF: "staff of this platform",
    Party.INSTITUTION: "the person's institution",
    Party.SERVICE: "time (it passes by itself)",
}
"""What the parties are called in sentences."""

ASKERS = frozenset({Party.PERSON, Party.PROJECT, Party.PROVIDER, Party.STAFF})
"""Who may ask at all; a reason that says nothing else is told to each of them."""

THEMSELVES = frozenset({Party.PERSON, Party.STAFF})
"""Who is told what concerns nobody but the person."""

AT_THE_SITE = frozenset({Party.PERSON, Party.PROVIDER, Party.STAFF})
"""Who is told what passes between the person and the site."""


@dataclass(frozen=True, kw_only=True)
class Reason(Generic[Facts]):
    """Why somebody cannot use something.

    `when` returns the cases in which it holds; `sentence`, `how` and `remark` name what is in them.
    `question` is what was looked at, whatever came of it. One that does not `stop` anybody is worth
    knowing all the same. The `remark` is added for those in `remarked_to`. `at` are the operations
    and pages that lift it, `on` is what staff look at: both by names of what the answer is about.
    """

    code: str
    question: str
    sentence: str
    how: str
    lifted_by: tuple[Party, ...]
    when: Callable[[Facts], Iterable[Case]]
    stops: bool = True
    told: frozenset[Party] = ASKERS
    remark: str = ""
    remarked_to: frozenset[Party] = AT_THE_SITE
    at: tuple[str, ...] = ()
    on: str = "user"


@dataclass(frozen=True)
class Obstacle:
    """A reason that holds, in one of its cases."""

    reason: Reason[Any]
    case: Case


@dataclass(frozen=True)
class Told:
    """An obstacle as somebody is told of it."""

    code: str
    sentence: str
    how: str
    lifted_by: tuple[Party, ...]
    stops: bool
    at: tuple[str, ...] = ()
    on: str = ""


PERSONAL = "something_personal"
WITHHELD = (
    "Something is missing that concerns the person alone.",
    "They see what it is when they ask for themselves, and staff see it too.",
)
"""What those hear who may not know a reason, however many of them there are."""


def once(condition: object, **values: Any) -> tuple[Case, ...]:
    """Return the one case of a reason that holds or does not."""
    return (values,) if condition else ()


def found(reasons: Iterable[Reason[Facts]], facts: Facts) -> list[Obstacle]:
    """Return what holds of some facts, in the order of the reasons."""
    return [Obstacle(reason, case) for reason in reasons for case in reason.when(facts)]


def told_to(parties: Collection[Party], obstacles: Iterable[Obstacle]) -> list[Told]:
    """Return obstacles as somebody is told of them who is these parties at once.

    Those that they may not know are one, in the place of the first.
    """
    answer: list[Told] = []
    withheld: int | None = None
    for obstacle in obstacles:
        reason = obstacle.reason
        if reason.told & set(parties):
            answer.append(_in_words(obstacle, parties))
        elif withheld is None:
            withheld = len(answer)
            answer.append(_general(stops=reason.stops))
        elif reason.stops:
            answer[withheld] = _general(stops=True)
    return answer


def who(parties: Iterable[Party]) -> str:
    """Return some parties in words."""
    *first, last = [WHO[party] for party in parties]
    return f"{', '.join(first)} or {last}" if first else last


def questions(reasons: Iterable[Reason[Any]]) -> list[str]:
    """Return what is looked at, each question once; it says nothing of what came of it."""
    return list(dict.fromkeys(reason.question for reason in reasons))


def words(value: Any) -> str:
    """Return a value as a sentence has it: moments in UTC to the minute, amounts without zeros."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _in_words(obstacle: Obstacle, parties: Collection[Party]) -> Told:
    reason = obstacle.reason
    values = {name: words(value) for name, value in obstacle.case.items()}
    sentence = reason.sentence.format(**values)
    if reason.remark and reason.remarked_to & set(parties):
        named = _names_in(reason.remark)
        if all(values.get(name) for name in named):
            sentence = f"{sentence} {reason.remark.format(**values)}"
    return Told(
        code=reason.code,
        sentence=sentence,
        how=reason.how.format(**values),
        lifted_by=reason.lifted_by,
        stops=reason.stops,
        at=reason.at,
        on=reason.on,
    )


def _names_in(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def _general(*, stops: bool) -> Told:
    sentence, how = WITHHELD
    return Told(PERSONAL, sentence, how, (Party.PERSON, Party.STAFF), stops)
