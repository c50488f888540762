"""What secrets are called, and what under such a name is none. Pure."""

from __future__ import annotations

import re

STRONG = r"""
    (?: (?: api | access | private | secret | encryption | signing | master | account | shared
          | auth | client | host | hmac | ssl | tls | munge )[ _-]?(?:access[ _-]?)?key (?!e[dr])
      | pass[ _-]?(?:phrase|word|code|wd) | passw | token(?!iz) | secret(?!ar) | pwd | credential
      | (?<![a-z])creds?(?![a-z]) | authorization | cookie | bearer | session_?id | jwt | authtok )
"""
"""Names of secrets, also as a part of longer names."""

WEAK = r"""
    (?: (?: (?<![a-z]) | (?:user|db|ldap|smtp|mail|imap|ftp|sql|root|admin|my|key|store|bind
          |auth|proxy|redis|rabbit|mq|ssh) ) pass
      | (?-i: (?<=[a-z0-9])Pass ) | pw ) \d{0,3} (?![\w-])
"""
"""Names of secrets only where nothing follows: `DB_PASS`, `bindpw`; not `pass_rate`, `bypass`."""

NAME = rf"(?: {STRONG} [\w.-]{{0,60}} | {WEAK} )"
"""A name from its telling part on, for expressions with `(?ix)`."""

_TELLING = re.compile(rf"(?ix) {STRONG} | (?P<weak> {WEAK} )")
_ABOUT = re.compile(
    r"""(?x) (?: [_.\ -] | (?<=[a-z])(?=[A-Z]) | (?<=key)(?=file) )
    (?i: polic(?:y|ies) | file(?:name)? | path | dir | ur[li] | endpoint | ttl | lifetime | timeout
      | expir(?:y|es|ed|ation)(?:[_-]?(?:in|at|date))? | (?:min|max)?_?length | type | count | age
      | py | fingerprint | algorithm | required | enabled | attempts ) $"""
)
_NOTHING = re.compile(
    r"""(?ix) \s* (?: (["']?) (?: true | false | null | none | ~ | ) \1
      | \[ \s* \] | \{ \s* \} ) \s* """
)
_RESULT = re.compile(
    r"""(?ix) \s* (?: \d{1,3} | yes | no | ok
      | \d{1,6} [ /] (?: \d | of | out | tests? | checks? | cases? | steps? | jobs? | runs? | nodes?
          | passed | failed | skipped ) .* ) \s* """
)
_SHAPE = re.compile(r"[\w.:/@\[\] -]{1,200}")
_ESCAPED = re.compile(r"\\+u00([2-7][0-9a-fA-F])")


def plain(text: str) -> str:
    """Return a name without its quotes and escapes, as it stands in a text."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text[:400])
    return text.strip(" \t\r\n\\\"'`")


def names_a_secret(name: str, value: object = "?") -> bool:
    """Tell whether a value under a name is a secret.

    `password_policy` and `token_url` tell about one, and hold none, unless a whole structure stands
    there. Nor does `pass: 12 tests`.
    """
    found = _TELLING.search(name)
    if found is None:
        return False
    if _ABOUT.search(name) and not _is_structure(value):
        return False
    return not is_nothing(value, weak=found["weak"] is not None)


def is_a_name(text: str) -> bool:
    """Tell whether a text is the name of a secret and nothing more, as first of a pair."""
    return _SHAPE.fullmatch(text) is not None and names_a_secret(text)


def asks_for_a_secret(option: str, value: str) -> bool:
    """Tell whether a word of a command is an option whose value, the next word, is a secret."""
    if option in ("-u", "--user", "--proxy-user"):
        return ":" in value
    return option.startswith("-") and not value.startswith("-") and is_a_name(option)


def is_nothing(value: object, *, weak: bool = False) -> bool:
    """Tell whether a value cannot be a secret: empty, a truth, or a count of what passed."""
    if value is None or isinstance(value, bool) or value in ("", [], {}):
        return True
    if weak and isinstance(value, int):
        return value < 1000
    if not isinstance(value, str):
        return False
    return bool(_NOTHING.fullmatch(value) or (weak and _RESULT.fullmatch(value)))


def _is_structure(value: object) -> bool:
    return isinstance(value, dict | list) or (isinstance(value, str) and value[:1] in ("{", "["))
