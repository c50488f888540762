"""Secrets in lines that stand below each other: YAML. Pure.

Lines are read as they come rather than parsed: what an agent sends is often half YAML, half
something else, or cut off, and its remarks and its layout have to stay.
"""

from __future__ import annotations

import re

from common.redaction.names import is_a_name, names_a_secret, plain
from common.redaction.structures import NAMING, VALUED

LONGEST_NAMED = 400
"""Characters of a name and what stands before it."""

Group = tuple[bool, list[tuple[int, int]]]
"""Whether lines of one map name a secret, and where their values are (line and column)."""

_NAMED = re.compile(
    r"""(?x) ((?:[ \t]{0,200}) (?:-[ \t]{1,8}){0,8}) (?:export[ \t]{1,4})?
    ( \\{0,4}["']? [\w.\[\]/-][\w.\[\]/ -]{0,119} \\{0,4}["']? )
    [ \t]{0,8} (?: : (?=[ \t\r]|$) | = ) (.*)"""
)
_BEGUN = re.compile(r"[ \t]*(?:-[ \t]+)?")


def without_secrets_below(text: str, by: str) -> str:
    """Hide what stands below the name of a secret, further to the right or as its list."""
    lines = text.split("\n")
    margin, is_text = -1, False
    for at, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" \t"))
        if margin >= 0 and line.strip():
            is_item = indent == margin and line[indent : indent + 2].rstrip() == "-"
            if indent > margin or (is_item and not is_text):
                lines[at] = _with_its_dash(line, by)
                continue
            margin = -1
        if named := _NAMED.match(line[: LONGEST_NAMED * 2]):
            value = named[3].strip()
            if names_a_secret(plain(named[2]), value or {"?": 1}):
                margin, is_text = len(named[1]), value[:1] in ("|", ">")
    return "\n".join(_without_values_beside(lines, by))


def _without_values_beside(lines: list[str], by: str) -> list[str]:
    """Hide values beside their names, whichever comes first: `value: …`, `name: DB_PASSWORD`."""
    columns: dict[int, Group] = {}
    hide: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        named = _NAMED.match(line[: LONGEST_NAMED * 2])
        indent = len(line) - len(line.lstrip(" \t"))
        column = len(named[1]) if named else indent
        is_item = line[indent : indent + 1] == "-"
        for other in [one for one in columns if one > (indent if is_item else column)]:
            _close(columns.pop(other), hide)
        if named:
            columns[column] = _with_line(columns.get(column, (False, [])), named, (at, column))
    for left in columns.values():
        _close(left, hide)
    for at, column in hide:
        _hide_value(lines, at, column, by)
    return lines


def _with_line(group: Group, named: re.Match[str], place: tuple[int, int]) -> Group:
    """Return what is known of the lines of one map, with one line more."""
    is_secret, values = group
    name = plain(named[2]).lower()
    if name in NAMING:
        return is_secret or is_a_name(plain(named[3].partition(" #")[0])), values
    return is_secret, [*values, place][-4:] if name in VALUED else values


def _close(group: Group, hide: list[tuple[int, int]]) -> None:
    if group[0]:
        hide += group[1]


def _hide_value(lines: list[str], at: int, column: int, by: str) -> None:
    """Hide a value on its line, and what of it stands on the next ones."""
    line = lines[at]
    named = _NAMED.match(line[: LONGEST_NAMED * 2])
    if named and named[3].strip():
        lines[at] = f"{line[: named.start(3)]} {by}"
    for below in range(at + 1, len(lines)):
        indent = len(lines[below]) - len(lines[below].lstrip(" \t"))
        is_item = indent == column and lines[below][indent : indent + 2].rstrip() == "-"
        if lines[below].strip() and indent <= column and not is_item:
            return
        if lines[below].strip():
            lines[below] = _with_its_dash(lines[below], by)


def _with_its_dash(line: str, by: str) -> str:
    """Return a line with all of it hidden but where it begins, and that it is one of a list."""
    begun = _BEGUN.match(line)
    return f"{begun[0] if begun else ''}{by}"
