"""Patterns that people write, matched in time that grows with the text only (RE2). Pure.

What RE2 has not (looking around, back references, counts beyond a thousand in all) cannot be
matched so, and is refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST = 1000
"""Characters of a pattern."""

MEMORY = 1 << 20
"""Bytes for one pattern and its matching."""


class Unusable(ValueError):
    """A text is no pattern, or none that can be matched in linear time."""


def check(pattern: object) -> None:
    """See that a pattern can be matched.

    :raises Unusable: it cannot; the message says why.
    """
    _compiled(pattern)


def fits(pattern: object, text: str) -> bool:
    """Tell whether a pattern describes the whole of a text.

    :raises Unusable: the pattern cannot be matched.
    """
    compiled = _compiled(pattern)
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:  # a text that nothing can store fits nothing
        return False


def _compiled(pattern: object) -> Any:
    if not isinstance(pattern, str):
        raise Unusable("a pattern is a text")
    if len(pattern) > LONGEST:
        raise Unusable(f"a pattern has at most {LONGEST} characters")
    return _of_text(pattern)


@lru_cache(maxsize=256)
def _of_text(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0] if error.args else "not a regular expression"
        message = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise Unusable(f"{message} (patterns are those of RE2)") from error
