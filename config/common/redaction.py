"""What agents send, without the secrets in it: configurations, lines of logs, errors. Pure.

Others than who wrote it read it, and with an agent's token they could do all that the agent may.
What is hidden goes by what things are called (`password`, `api_key`, `Authorization`), where they
stand (`amqp://user:here@host`) and what they look like (private keys, JSON Web Tokens). Each
expression has bounded repetitions, so that the time goes with the length of the text.
"""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "***"
LONGEST_NAMED = 400
"""Characters of a line that opens a block: a name, and perhaps a remark."""

_CALLED = r"""
    (?: token | secret | passw | passphrase | pwd | credential | authorization | cookie | bearer
      | session_?id | jwt
      | (?: api | access | private | secret | encryption | signing | master | account | shared
          | auth | client | host | hmac | ssl | tls )[_-]?(?:access[_-]?)?key )
"""
"""What secrets are called, or what is part of it."""

_NAME = re.compile(rf"(?ix) {_CALLED}")
_END_OF_NAME = r"""[\w.-]{0,40} (?:\\{0,4}["'])?"""
_QUOTED = r"""
      "(?:[^"\\]|\\.){0,4000}"
    | '(?:[^'\\]|\\.|''){0,4000}'
    | \\{1,4}"[^"\\]{0,4000}\\{1,4}"
    | \\{1,4}'[^'\\]{0,4000}\\{1,4}'
"""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----.*?"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|\Z)",
    re.DOTALL,
)
_LOOKS = re.compile(
    r"""(?x)
      \beyJ[\w-]{8,4000}\.[\w-]{4,4000}(?:\.[\w-]{0,4000}){0,3}
    | \bgh[a-z]_\w{20,255}
    | \bgithub_pat_\w{20,255}
    | \bglpat-[\w-]{15,255}
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \bxox[a-z]-[\w-]{10,255}
    | \bsk-[\w-]{20,255}
    """
)
_IN_URL = re.compile(
    r"""(?ix)
    ( \b[a-z][a-z0-9+.-]{0,20}:\\{0,4}/\\{0,4}/ )
    ( [^\s"'<>]{1,300} ) @
    """
)
_PORT = re.compile(r"[^/?#@]{1,255}:\d{1,5}(?:[/?#].*)?", re.DOTALL)
_PARAMETER = re.compile(
    rf"""(?ix)
    ( [?&;] [\w.-]{{0,40}} (?: {_CALLED} | sig | signature | code ) [\w.-]{{0,40}} = )
    [^&\s"'<>\#]{{1,4000}}
    """
)
_HEADER = re.compile(
    r"""(?imx)
    ( ^[ \t>*<]{0,8} (?: [\w-]{0,20}authorization | cookie | set-cookie | x-[\w-]{1,40} )
      [ \t]{0,4} : [ \t]{0,8} (?: (?:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,4} )? )
    ( [^\s"'][^\n"']{0,4000} )
    """
)
_SECRET_HEADER = re.compile(rf"(?ix) authorization | cookie | {_CALLED}")
_SCHEME = re.compile(
    r"(?i)\b((?:bearer|basic|token|negotiate|apikey)[ \t]{1,4})([\w.~+/=:-]{8,4000})"
)
_OPTION = re.compile(
    rf"""(?ix)
    (
      (?<![\w-]) --? [\w-]{{0,40}} {_CALLED} [\w-]{{0,40}} [ \t]{{1,8}}
      | (?<!\S) -u [ \t]{{1,8}} (?=[^\s:]{{1,255}}:)
    )
    ( {_QUOTED} | [^\s-]\S{{0,4000}} )
    """
)
_NAMED_VALUE = re.compile(
    rf"""(?ix)
    ( \b (?:name|key|variable) ["']? \s{{0,8}} [:=] \s{{0,8}} ["']?
      [\w.-]{{0,60}} {_CALLED} [\w.-]{{0,40}} ["']? [ \t]{{0,8}} ,? \s{{0,40}}
      ["']? (?:value|val) ["']? [ \t]{{0,8}} [:=] [ \t]{{0,8}} )
    ( {_QUOTED} | [^\s,}}\]"'][^\s,}}\]]{{0,4000}} )
    """
)
_ASSIGNED = re.compile(
    rf"""(?ix)
    ( {_CALLED} {_END_OF_NAME} [ \t]{{0,40}} (?: => | := | [:=] ) [ \t]{{0,40}} )
    (
      [bru]{{0,2}}(?:{_QUOTED})
      | \[[^\]]{{0,2000}}\]
      | \{{(?=[^}}]{{0,2000}}\}})[^}}]{{0,2000}}\}}
      | (?:bearer|basic|token|digest|negotiate|apikey)[ \t]{{1,4}}[^\s,}}\]"']{{1,4000}}
      | [^\s,}}\]"'\[{{|>][^\s,}}\]]{{0,4000}}
    )
    """
)
_AT_LINE_START = rf"""
    ^ ([ \t]{{0,80}}) (?:-[ \t]{{1,4}})? (?:export[ \t]{{1,4}})?
    ["']? [\w.-]{{0,60}} {_CALLED} [\w.-]{{0,40}} ["']? [ \t]{{0,8}}
"""
_OPENS_BLOCK = re.compile(
    rf"(?ix) {_AT_LINE_START} : [ \t]{{0,8}} ([|>][-+0-9]{{0,2}})? [ \t]{{0,8}} (?:\#.{{0,200}})? $"
)
_WHOLE_LINE = re.compile(
    rf"(?imx) ( {_AT_LINE_START} (?: :[ \t]{{1,8}} | =[ \t]{{0,8}} ) ) ( [^\s\"'\[{{|>\#][^\n]* ) $"
)
_ITEM = re.compile(r"([ \t]*-?[ \t]*(?:[\w.\"'-]{1,80}:[ \t]+)?)(\S.*)")


def without_secrets(text: str) -> str:
    """Return a text with what it calls or shows to be tokens, passwords or keys hidden.

    Doing it again changes nothing.
    """
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _IN_URL.sub(_without_userinfo, text)
    text = _HEADER.sub(_without_header, text)
    text = _below_names(text)
    for pattern in (_WHOLE_LINE, _PARAMETER, _NAMED_VALUE, _ASSIGNED, _OPTION):
        text = pattern.sub(_keeping_the_name, text)
    text = _SCHEME.sub(_if_it_looks_drawn, text)
    return _LOOKS.sub(HIDDEN, text)


def _keeping_the_name(found: re.Match[str]) -> str:
    if found.re is _ASSIGNED and found[2].startswith(f"{HIDDEN}&"):
        return found[0]  # a parameter, which others follow
    return f"{found[1]}{HIDDEN}"


def _without_userinfo(found: re.Match[str]) -> str:
    """Hide the password in front of a URL's host, and a token that stands there alone."""
    scheme, before = found[1], found[2]
    user, colon, password = before.partition(":")
    if not colon:
        is_web = scheme.lower().startswith("http") and not re.search(r"[/?#]", before)
        return f"{scheme}{HIDDEN if is_web else before}@"
    if re.search(r"[/?#]", user) or _PORT.fullmatch(before):
        return found[0]  # the sign is in the path
    return f"{scheme}{user}:{HIDDEN}@" if password else found[0]


def _without_header(found: re.Match[str]) -> str:
    return _keeping_the_name(found) if _SECRET_HEADER.search(found[1]) else found[0]


def _if_it_looks_drawn(found: re.Match[str]) -> str:
    """Hide what follows a word like `Bearer`, unless it is a word of a sentence."""
    said = found[2]
    drawn = any(sign.isdigit() for sign in said) or len(said) > 24
    return _keeping_the_name(found) if drawn else found[0]


def _below_names(text: str) -> str:
    """Hide what is written below a name of YAML, further to the right or as its list."""
    lines, margin, is_text = text.split("\n"), -1, False
    for at, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" \t"))
        if margin >= 0 and line.strip():
            is_item = indent == margin and line.lstrip().startswith("- ")
            if indent > margin or (is_item and not is_text):
                whole = f"{line[:indent]}{HIDDEN}"
                lines[at] = whole if is_text else _ITEM.sub(_keeping_the_name, line, count=1)
                continue
            margin = -1
        if len(line) < LONGEST_NAMED and (opened := _OPENS_BLOCK.match(line)):
            margin, is_text = len(opened[1]), opened[2] is not None
    return "\n".join(lines)


def without_secrets_in(value: Any) -> Any:
    """Return a JSON value whose texts are without secrets, also by the keys they stand under."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, list):
        return [without_secrets_in(one) for one in value]
    if isinstance(value, dict):
        return {
            key: HIDDEN
            if isinstance(one, str) and one and _NAME.search(key)
            else without_secrets_in(one)
            for key, one in value.items()
        }
    return value
