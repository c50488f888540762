"""What a name may consist of, whatever it names: people, organisations, projects, accounts. Pure.

A name is one line that people see. Control characters break the lines of logs, mails and commands;
characters that turn the direction of writing let a name look like another one; and one of blanks
and characters without width looks like none. Within documents, keys are names too, and what stands
under some of them; other texts there may have several lines.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = frozenset(
    {
        "abbreviation",
        "affiliation",
        "agreement_number",
        "apartment_nr",
        "article_code",
        "backend_id",
        "backend_type",
        "backend_version",
        "bank_account",
        "bank_name",
        "city",
        "civil_number",
        "client_id",
        "cpu_arch",
        "domain",
        "effective_id",
        "first_name",
        "gpu_arch",
        "header",
        "house_nr",
        "household",
        "identity_source",
        "job_title",
        "label",
        "last_name",
        "measured_unit",
        "middle_name",
        "mode",
        "name",
        "native_name",
        "organization",
        "organization_registry_code",
        "organization_type",
        "organization_vat_code",
        "originated_id",
        "package",
        "parish",
        "partition_name",
        "personal_title",
        "phone_number",
        "place_of_birth",
        "postal",
        "preferred_identifier",
        "project_slug_template",
        "qos",
        "registration_code",
        "slug",
        "street",
        "title",
        "type",
        "username",
        "vat_code",
        "version",
    }
)
"""The columns and keys that are names of something, or of a place."""

WITHIN = frozenset({"choices", "display_name", "label", "name", "order", "slug", "title"})
"""Under these keys of a document stand names, however deep; elsewhere, texts."""

SLUG = "slug"

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows (Unicode's Bidi_Control)."""

INVISIBLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""What is no blank by its category, and is seen as one."""

STRANGE = "Control characters and those that turn the writing round are not allowed in names."
STRANGE_TEXT = "Control characters and those that turn the writing round are not allowed here."
EMPTY = "This field may not be blank."
NO_SLUG = "A slug begins with a letter or a digit."

_TURNING = "".join(sorted(TURNING))
_NOT_IN_NAMES = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029{_TURNING}]")
_NOT_IN_TEXTS = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_TURNING}]")


def fault(name: str) -> str | None:
    """Return what is wrong with a name, or None; an empty one is none, and nothing is wrong."""
    if _NOT_IN_NAMES.search(name):
        return STRANGE
    return EMPTY if name and not any(map(_is_seen, name)) else None


def fault_of_slug(slug: str) -> str | None:
    """Return what is wrong with how a slug begins: after a hyphen it is an option of a command."""
    begins_well = not slug or (slug[0].isascii() and slug[0].isalnum())
    return None if begins_well else NO_SLUG


def fault_in(column: str, value: Any) -> str | None:
    """Return what is wrong with a column's value as far as it has names; None for nothing."""
    if isinstance(value, dict | list):
        return fault_within(value)
    if column not in NAMES or not isinstance(value, str):
        return None
    return fault(value) or (fault_of_slug(value) if column == SLUG else None)


def fault_within(document: Any) -> str | None:
    """Return what is wrong with the keys and texts of a JSON value, and where; None for nothing."""
    for place, text, is_name in _texts(document):
        if (_NOT_IN_NAMES if is_name else _NOT_IN_TEXTS).search(text):
            return ": ".join(filter(None, (place, STRANGE if is_name else STRANGE_TEXT)))
    return None


def _texts(part: Any, place: str = "", *, is_name: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Yield each key and each text of a document with where it stands, and whether it is a name."""
    if isinstance(part, str):
        yield place, part, is_name
    elif isinstance(part, dict):
        for key, value in part.items():
            at = f"{place}.{key}" if place else str(key)
            yield ascii(at), str(key), True
            yield from _texts(value, at, is_name=is_name or key in WITHIN)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value, place, is_name=is_name)


def _is_seen(char: str) -> bool:
    return char not in INVISIBLE and unicodedata.category(char) not in {"Cf", "Cn", "Mn", "Zs"}
