"""Where a value in a text ends: strings, brackets, words. Pure, and in one pass.

What has no end goes on to the end of the text. So whoever hides what was read never reads it again,
and the time goes with the length.
"""

from __future__ import annotations

import re

QUOTE = re.compile(r"""(\\{0,16})("{3}|'{3}|["'`])""")
"""A quotation mark, with the backslashes of a text within texts."""

CLOSED_BY = {"(": ")", "[": "]", "{": "}"}

OPENED_BY = {closed: opened for opened, closed in CLOSED_BY.items()}

_BODY = {
    '"': re.compile(r'(?s)[^"\\]*+(?:\\.[^"\\]*+)*+"'),
    "'": re.compile(r"(?s)(?:[^'\\]|\\.|'')*+'"),
    "`": re.compile(r"[^`]*+`"),
}
_SIGN = re.compile(r"""\\{0,16}(?:"{3}|'{3}|["'`])|[][(){}]""")
_GOES_ON = re.compile(
    r"""[ \t]{0,40}(?:\+[ \t]{0,40})?[bruf]{0,2}(?=\\{0,16}["'])""", re.IGNORECASE
)
_COMMAND = re.compile(r"""(["'])\[["'][\w./-]""")
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,8}")
_NEXT_NAME = re.compile(r"""\s|$|\\{0,4}["']?[\w.-]{1,80}\\{0,4}["']?[ \t]{0,8}[:=]""")
_STOP = re.compile(r"""\\{0,16}["'`]|[][(){},;\s]""")


def opens_string(text: str, at: int) -> bool:
    """Tell whether a quotation mark begins a string, and is no apostrophe.

    Nor the one around a list of words, as `subprocess` tells of a command: `'['curl', …]'`.
    """
    if _COMMAND.match(text, at):
        return False
    before = text[at - 1 : at]
    return not (before.isalnum() or before == "_") or bool(
        re.search(r"(?i)(?<![\w])[bruf]{1,2}$", text[max(0, at - 3) : at])
    )


def string_end(text: str, mark: re.Match[str]) -> int:
    """Return where a string ends that a quotation mark opens; -1 where nothing closes it."""
    depth, sign, at = len(mark[1]), mark[2], mark.end()
    if len(sign) == 3:
        end = text.find(mark[0], at)
        return end if end < 0 else end + len(mark[0])
    if not depth:
        body = _BODY[sign].match(text, at)
        return body.end() if body else -1
    return _escaped_end(text, sign, at, depth)


def _escaped_end(text: str, sign: str, begun: int, depth: int) -> int:
    """Return where a string ends whose quotation marks stand behind so many backslashes."""
    end = text.find(sign, begun)
    while end >= 0:
        slashes = end
        while slashes > begun and text[slashes - 1] == "\\":
            slashes -= 1
        if end - slashes <= depth:  # with fewer of them, the text around ends first
            return end + 1 if end - slashes == depth else slashes
        end = text.find(sign, end + 1)
    return -1


def bracket_end(text: str, at: int) -> int:
    """Return where a bracket is closed, whatever stands in between."""
    stack: list[str] = []
    while sign := _SIGN.search(text, at):
        at, found = sign.end(), sign[0]
        if found in CLOSED_BY:
            stack.append(CLOSED_BY[found])
        elif found in ")]}":
            while stack and stack.pop() != found:
                pass
            if not stack:
                return at
        elif (mark := QUOTE.match(text, sign.start())) and opens_string(text, sign.start()):
            at = string_end(text, mark)
            if at < 0:
                return len(text)
    return len(text)


def quoted_end(text: str, at: int) -> int:
    """Return where strings end that stand beside each other, with what is glued to them."""
    while mark := QUOTE.match(text, at):
        begun, at = at, string_end(text, mark)
        if at < 0:
            return len(text)
        if len(mark[2]) == 1 and text.find("\n", begun, at) >= 0:
            return line_end(text, at)  # perhaps it was cut off, and this mark opens another one
        if more := _GOES_ON.match(text, at):
            at = more.end()
        elif not mark[1]:
            at = words_end(text, at, around="", is_tight=True)
    return at


def line_end(text: str, at: int) -> int:
    """Return where a line ends, without a carriage return."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def words_end(text: str, at: int, *, around: str, is_tight: bool) -> int:
    """Return where words end that nothing quotes: before the next name, bracket or line.

    :param around: the quotation mark that the words stand in, which ends them.
    :param is_tight: they end at the first space (`a=1 b=2`).
    """
    if scheme := _SCHEME.match(text, at):
        at = scheme.end()
    opened = 0
    while sign := _STOP.search(text, at):
        found, start, at = sign[0], sign.start(), sign.end()
        opened += (found in OPENED_BY.values()) - (found in OPENED_BY)
        is_end = (
            found in ("\n", "\r", around)
            or (is_tight and found.isspace())
            or opened < 0
            or (found in (",", ";") and _NEXT_NAME.match(text, at))
        )
        if is_end:
            return start
    return len(text)
