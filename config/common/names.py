"""What a name may consist of, whatever it names: people, organisations, projects, accounts. Pure.

A name is one line that people see. Control characters break the lines of logs, mails and commands;
characters that turn the direction of writing let a name look like another one; and one of blanks
and characters without width looks like none.
"""

from __future__ import annotations

import unicodedata

NAMES = frozenset(
    {
        "abbreviation",
        "affiliation",
        "backend_id",
        "city",
        "client_id",
        "domain",
        "effective_id",
        "first_name",
        "header",
        "job_title",
        "label",
        "last_name",
        "measured_unit",
        "name",
        "native_name",
        "organization",
        "partition_name",
        "personal_title",
        "preferred_identifier",
        "qos",
        "slug",
        "title",
        "type",
        "username",
        "version",
    }
)
"""The columns and keys that are names of something, or of a place."""

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows (Unicode's Bidi_Control)."""

INVISIBLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""What is no blank by its category, and is seen as one."""

UNWRITTEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
STRANGE = "Control characters and those that turn the writing round are not allowed in names."
EMPTY = "This field may not be blank."


def fault(name: str) -> str | None:
    """Return what is wrong with a name, or None; an empty one is none, and nothing is wrong."""
    if any(char in TURNING or unicodedata.category(char) in UNWRITTEN for char in name):
        return STRANGE
    return EMPTY if name and not any(map(_is_seen, name)) else None


def _is_seen(char: str) -> bool:
    return char not in INVISIBLE and unicodedata.category(char) not in {"Cf", "Cn", "Mn", "Zs"}
