"""Secrets in structures that stand in a text: JSON, Python, the short forms of YAML. Pure.

Brackets are read as they come, strings skipped, and each entry is judged by the name it stands
under, or by the name beside it (`{"name": "password", "value": …}`, `["password", …]`). The text
around and between stays as it was, which no parsing and writing of it again would promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from common.redaction.names import asks_for_a_secret, is_a_name, names_a_secret, plain
from common.redaction.spans import CLOSED_BY, OPENED_BY, QUOTE, opens_string, string_end

NAMING = frozenset(
    {"name", "key", "variable", "var", "field", "option", "parameter", "header", "label"}
)
VALUED = frozenset({"value", "val", "content", "data", "default", "current", "values"})
DEEPEST_TEXT = 3
"""Texts within texts that are read."""
DEEPEST_MISTAKE = 8
"""Brackets that may be open within one that is closed."""
LONGEST_NAME = 400

Span = tuple[int, int]
_SIGN = re.compile(r"""\\{0,16}(?:"{3}|'{3}|["'`])|[][(){},:=]""")


@dataclass
class _Open:
    """A bracket that is not closed yet."""

    sign: str
    is_call: bool
    begin: int
    name: str | None = None
    entries: list[tuple[str | None, Span]] = field(default_factory=list)


class _Reader:
    """A text that is read sign by sign, with the brackets that are open."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.found: list[Span] = []
        self.stack: list[_Open] = []
        self.unclosed: set[str] = set()

    def read(self) -> list[Span]:
        """Read all of the text; brackets that nothing closes end with it."""
        at = 0
        while sign := _SIGN.search(self.text, at):
            said, (start, at) = sign[0], sign.span()
            if said in CLOSED_BY:
                is_call = said == "(" and self.text[start - 1 : start].isidentifier()
                self.stack.append(_Open(said, is_call, at))
            elif said in OPENED_BY:
                self._close(said, start)
            elif said not in (",", ":", "="):
                at = self._string(said, start, at)
            elif self.stack:
                self._part(said, start, at)
        while self.stack:
            self.found += _closed(self.text, self.stack.pop(), len(self.text))
        return self.found

    def _close(self, said: str, start: int) -> None:
        """Close what a bracket fits, and what is open within; one that fits nothing is a sign."""
        opened = (one.sign for one in self.stack[: -DEEPEST_MISTAKE - 1 : -1])
        fits = next((n for n, sign in enumerate(opened, 1) if sign == OPENED_BY[said]), 0)
        for _ in range(fits):
            self.found += _closed(self.text, self.stack.pop(), start)

    def _part(self, said: str, start: int, at: int) -> None:
        within = self.stack[-1]
        if said == ",":
            self.found += _ended(self.text, within, start)
            within.begin = at
        elif within.name is None:
            within.name = plain(self.text[within.begin : min(start, within.begin + LONGEST_NAME)])
            within.begin = at + 1 if self.text[at : at + 1] in (">", "=") else at

    def _string(self, said: str, start: int, at: int) -> int:
        """Pass a string, and read what is in it where that is a structure; return where it ends."""
        mark = QUOTE.match(self.text, start)
        if mark is None or said in self.unclosed or not opens_string(self.text, start):
            return at
        end = string_end(self.text, mark)
        if end < 0:
            self.unclosed.add(said)
            return at
        if self.depth < DEEPEST_TEXT and re.search(r"[{\[(]", self.text[at:end]):
            inner = secrets_of(self.text[at : end - len(said)], self.depth + 1)
            self.found += [(at + one, at + other) for one, other in inner]
        return max(end, at)


def secrets_of(text: str, depth: int = 0) -> list[Span]:
    """Return where secrets stand in the structures of a text."""
    return _Reader(text, depth).read()


def hidden(text: str, spans: list[Span], by: str) -> str:
    """Return a text with something else at the places given; of two, the outer one counts."""
    parts, at = [], 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [text[at:start], by]
            at = end
    return "".join([*parts, text[at:]])


def _ended(text: str, within: _Open, end: int) -> list[Span]:
    start = within.begin
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    name, within.name = within.name, None
    if start == end:
        return []
    within.entries.append((name, (start, end)))
    is_secret = name is not None and names_a_secret(
        name, text[start : min(end, start + LONGEST_NAME)]
    )
    return [(start, end)] if is_secret else []


def _closed(text: str, within: _Open, end: int) -> list[Span]:
    found = _ended(text, within, end)
    named = {name.lower() for name, _ in within.entries if name is not None}
    if named & NAMING and named & VALUED:
        if any(
            name is not None and name.lower() in NAMING and is_a_name(_said(text, span))
            for name, span in within.entries
        ):
            found += [span for name, span in within.entries if name and name.lower() in VALUED]
        return found
    for (_, option), (_, value) in pairwise(within.entries):
        if asks_for_a_secret(_said(text, option), _said(text, value)):
            found.append(value)
    pair = within.entries[-2:]
    is_pair = len(within.entries) == 2 or (within.is_call and len(within.entries) == 3)
    if is_pair and within.sign != "{" and all(name is None for name, _ in pair):
        first, second = pair[0][1], pair[1][1]
        if QUOTE.match(text, first[0]) and is_a_name(_said(text, first)):
            found.append(second)
    return found


def _said(text: str, span: Span) -> str:
    return plain(text[span[0] : min(span[1], span[0] + LONGEST_NAME)])
