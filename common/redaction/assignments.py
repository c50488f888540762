"""Secrets behind their names, anywhere in texts: `password: …`, `environ['DB_PASS'] = …`. Pure.

A scanner finds a name, then the sign behind it, then all of the value. It goes on behind what it
has hidden, so that it reads each sign about once.
"""

from __future__ import annotations

import re

from common.redaction.names import STRONG, WEAK, is_nothing, names_a_secret
from common.redaction.spans import (
    CLOSED_BY,
    QUOTE,
    bracket_end,
    line_end,
    opens_string,
    quoted_end,
    words_end,
)

BEFORE = 200
"""Signs before a name that are looked at, to know whether it begins its line."""

_NAME = re.compile(rf"(?ix) (?: {STRONG} [\w.-]* | (?P<weak> {WEAK} ) )")
_THEN = re.compile(
    r"""(?x) (?: \[ [^\]\[\n]{0,40} \] ){0,3} (?P<closed> \\{0,16} ["'`\u2019\u201d] )?
    (?: \]{1,3} )?
    (?: [ \t]{0,200} (?P<sign> [-=]> | := | ={1,3} | \??: | \uff1a ) (?P<space> [ \t]* )
      | (?(closed) (?!) ) [ \t]{1,40} (?= \\{0,16} ["'] ) )"""
)
_OPENS_LINE = re.compile(
    r"""(?ix) [ \t>*]* (?: -[ \t]+ ){0,8} (?: (?:export|set|env)[ \t]+ )? \\{0,4}["']? [\w.-]* """
)
_BEGUN = re.compile(r"[\w.-]*\Z")
_PREFIX = re.compile(r"""(?i)[bruf$@]{0,2}(?=\\{0,16}["'`])""")
_BLOCK = re.compile(r"(?m)[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$")


class Scanner:
    """Where a text has been read to, and which quotation mark is open there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.around = ""

    def read_to(self, end: int) -> str:
        """Read on, and return the quotation mark that what stands there is within."""
        while (mark := QUOTE.search(self.text, self.at, end)) is not None:
            self._pass_lines(self.at, mark.start())
            if not self.around and opens_string(self.text, mark.start()):
                self.around = mark[0]
            elif self.around == mark[0]:
                self.around = ""
            self.at = mark.end()
        self._pass_lines(self.at, end)
        self.at = max(self.at, end)
        return self.around

    def _pass_lines(self, start: int, end: int) -> None:
        if self.around and self.text.find("\n", start, end) >= 0:
            self.around = ""

    def leave_string(self, end: int) -> str:
        """Go on behind the quotation mark that closes a name."""
        self.at, self.around = end, ""
        return self.around

    def skip_to(self, end: int) -> None:
        """Go on behind a value."""
        self.at = max(self.at, end)


def without_assigned(text: str, by: str) -> str:
    """Hide the values that stand behind names of secrets."""
    scanner, parts, kept_to, at = Scanner(text), [], 0, 0
    while name := _NAME.search(text, at):
        at = name.end()
        then = _THEN.match(text, at)
        if then is None:
            continue
        around = scanner.read_to(name.start())
        start = then.end()
        if around and then["closed"] == around:
            around = scanner.leave_string(then.end("closed"))
        if text.startswith(by, start) and not text[start + len(by) :][:1].isalnum():
            at = start + len(by)
            continue
        end = _end(text, name, then, around)
        value = text[start:end].rstrip()
        whole = _BEGUN.search(text[max(0, name.start() - 80) : name.start()])
        called = f"{whole[0] if whole else ''}{name[0]}"
        if not value or _BLOCK.fullmatch(value) or not names_a_secret(called, value):
            continue
        if is_nothing(value.rstrip("\"'\\,;"), weak=name["weak"] is not None):
            continue
        parts += [text[kept_to:start], by]
        kept_to = at = start + len(value)
        scanner.skip_to(at)
    return "".join([*parts, text[kept_to:]])


def _end(text: str, name: re.Match[str], then: re.Match[str], around: str) -> int:
    """Return where the value ends that begins behind a name and its sign."""
    start = then.end()
    if around and text.startswith(around, start):
        return start
    if prefix := _PREFIX.match(text, start):
        return quoted_end(text, prefix.end())
    is_apart = bool(then["space"]) or text[start : start + 1] in ("\n", "\r")
    if text[start : start + 1] in CLOSED_BY:
        start = bracket_end(text, start)
    elif not around and (is_apart or "=" in (then["sign"] or "")) and _opens_line(text, name):
        return line_end(text, start)
    return words_end(text, start, around=around, is_tight=not is_apart)


def _opens_line(text: str, name: re.Match[str]) -> bool:
    """Tell whether a line begins with a name, which then has all of it."""
    line = text.rfind("\n", max(0, name.start() - BEFORE), name.start()) + 1
    is_near = line > 0 or name.start() <= BEFORE
    return is_near and _OPENS_LINE.fullmatch(text, line, name.start()) is not None
