"""What agents send, without the secrets in it: configurations, lines of logs, errors. Pure.

Others than who wrote it read it, and with an agent's token they could do all that the agent may.
What is hidden goes by what things are called (`password`, `api_key`, `Authorization`), where they
stand (`amqp://user:here@host`) and what they look like (private keys, JSON Web Tokens). Structures
are read with their brackets and quotation marks (`structures`), lines by how far they are to
the right (`lines`), and behind a name all of its value is taken (`assignments`). The
expressions here have bounded repetitions, so that the time goes with the length of the text.

Where a text does not tell a secret from something else, it is hidden: a line of a log can be asked
for at the site, a secret that others have read is lost.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import Any

from common.redaction.assignments import without_assigned
from common.redaction.lines import without_secrets_below
from common.redaction.names import (
    NAME,
    STRONG,
    asks_for_a_secret,
    is_a_name,
    is_nothing,
    names_a_secret,
)
from common.redaction.structures import NAMING, VALUED, hidden, secrets_of

HIDDEN = "***"

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
    ( [?&;] [\w.-]{{0,40}} (?: {NAME} | sig | signature | code ) = )
    [^&\s"'<>\#]{{1,4000}}
    """
)
_ENCODED_NAMED = re.compile(
    rf"""(?ix)
    ( (?: {NAME} | (?<=%[0-9a-f][0-9a-f])(?:pass|creds?) ) (?:%(?:25)?2[27])?
      %(?:25)?3[AD] (?:%(?:25)?20|\+)? (?:%(?:25)?2[27])? )
    ( (?: [^\s"'<>&%] | %(?!(?:25)?2[267]) ){{1,4000}} )
    """
)
_ENCODED_USER = re.compile(
    r"""(?ix)
    ( (?<!mailto)(?<!acct)(?<!\d\d) %3A (?!%2F|%40) )
    (?: [^\s"'<>&%?/\#] | %(?!2F|3F|26|23|40) ){1,300} (?= %40 )
    """
)
_HEADER = re.compile(
    r"""(?imx)
    ( ^[ \t>*<]{0,8} (?: [\w-]{0,20}authorization | cookie | set-cookie | x-[\w-]{1,40} )
      [ \t]{0,4} : [ \t]{0,8} (?: (?:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,4} )? )
    ( [^\s"'][^\n"']{0,4000} )
    """
)
_SECRET_HEADER = re.compile(rf"(?ix) authorization | cookie | {STRONG}")
_SCHEME = re.compile(
    r"(?i)\b((?:bearer|basic|token|negotiate|apikey)[ \t]{1,4})([\w.~+/=:-]{8,4000})"
)
_OPTION = re.compile(
    rf"""(?ix)
    (
      (?<![\w-]) --? [\w-]{{0,40}} {NAME} [ \t]{{1,8}}
      | (?<!\S) (?: -u[ \t]{{0,8}} | --(?:proxy-)?user (?:[ \t]{{1,8}}|=) )
        (?=["']?[^\s:]{{1,255}}:)
    )
    ( {_QUOTED} | (?!\*\*\*)[^\s-]\S{{0,4000}} )
    """
)
_NETRC = re.compile(
    r"""(?ix)
    ( \b (?: machine \s{1,40} \S{1,255} | default | login \s{1,40} \S{0,255}[^\s:]
      | account \s{1,40} \S{1,255} )
      \s{1,40} password \s{1,40} )
    ( \S{1,4000} )
    """
)
_NAMED_VALUE = re.compile(
    rf"""(?ix)
    ( \b (?:name|key|variable) ["']? \s{{0,8}} [:=] \s{{0,8}} ["']?
      [\w.-]{{0,60}} {NAME} ["']? [ \t]{{0,8}} ,? \s{{0,40}}
      ["']? (?:value|val) ["']? [ \t]{{0,8}} [:=] [ \t]{{0,8}} )
    ( {_QUOTED} | (?!\*\*\*)[^\s,}}\]"'][^\s,}}\]]{{0,4000}} )
    """
)
_VALUE_NAMED = re.compile(
    rf"""(?ix)
    ( \b (?:value|val) [ \t]{{0,8}} = [ \t]{{0,8}} )
    (?: "[^"\n]{{0,4000}}" | '[^'\n]{{0,4000}}' | (?!\*\*\*)[^\s"',]{{1,4000}} )
    (?= ,?[ \t]{{1,8}} (?:name|key|variable) [ \t]{{0,8}} = [ \t]{{0,8}}
      ["']? [\w.-]{{0,60}} {NAME} ["'\s/>] )
    """
)
_STATED = re.compile(
    rf"""(?imx)
    ( (?: ^[ \t]{{0,80}} | \b(?:ENV|ARG|setx|set(?:[ \t]+-\w{{1,3}})?)[ \t]{{1,8}} )
      (?: [\w.-]{{0,60}}_[a-z]{{0,12}}{NAME} | requirepass | masterauth
      | (?<=[ \t])[\w.-]{{0,40}}{NAME} ) [ \t]{{1,8}} )
    ( (?!\*\*\*)[^\s=:]\S{{0,4000}} ) (?= [ \t\r]{{0,80}}$ )
    """
)
_TAG = re.compile(r"<[\w:.-]{1,80}\s[^<>]{1,4000}>")
_NAME_OF_TAG = re.compile(rf"""(?ix) \s (?:name|key|id) = ["']? [\w.-]{{0,60}} {NAME} ["'\s/>]""")
_VALUE_OF_TAG = re.compile(
    r"""(?ix) ( \s value = ) (?: "[^"]*" | '[^']*' | (?!\*\*\*)[^\s"'>]+ )"""
)
_ELEMENT = re.compile(r"<([\w:.-]{1,80})(?:\s[^<>]{0,1000})?(?<!/)>")
_ELEMENT_END = re.compile(r"</([\w:.-]{1,80})\s{0,8}>")


def without_secrets(text: str) -> str:
    """Return a text with what it calls or shows to be tokens, passwords or keys hidden.

    Doing it again changes nothing.
    """
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _IN_URL.sub(_without_userinfo, text)
    for pattern in (_ENCODED_NAMED, _ENCODED_USER, _PARAMETER):
        text = pattern.sub(_keeping_the_name, text)
    text = _HEADER.sub(_without_header, text)
    text = _TAG.sub(_without_value, text)
    text = _without_elements(text)
    text = hidden(text, secrets_of(text), HIDDEN)
    text = without_assigned(text, HIDDEN)
    text = without_secrets_below(text, HIDDEN)
    for pattern in (_NAMED_VALUE, _VALUE_NAMED, _OPTION, _NETRC, _STATED):
        text = pattern.sub(_keeping_the_name, text)
    text = _SCHEME.sub(_if_it_looks_drawn, text)
    return _LOOKS.sub(HIDDEN, text)


def _keeping_the_name(found: re.Match[str]) -> str:
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


def _without_value(found: re.Match[str]) -> str:
    """Hide the value of an XML element that is named as a secret by an attribute."""
    tag = found[0]
    return _VALUE_OF_TAG.sub(_keeping_the_name, tag) if _NAME_OF_TAG.search(tag) else tag


def _without_elements(text: str) -> str:
    """Hide what stands in XML elements, from the name of a secret to its end.

    `usage: login <token>` has no end, and stays.
    """
    ends: dict[str, list[int]] = {}
    for end in _ELEMENT_END.finditer(text):
        ends.setdefault(end[1], []).append(end.start())
    parts, at = [], 0
    for begun in _ELEMENT.finditer(text) if ends else ():
        after = ends.get(begun[1], [])
        if begun.start() < at or not after or after[-1] < begun.end():
            continue
        if names_a_secret(begun[1]):
            ended = after[bisect_left(after, begun.end())]
            inside = text[begun.end() : ended].strip()
            parts += [text[at : begun.end()], HIDDEN if inside else ""]
            at = ended
    return "".join([*parts, text[at:]])


def without_secrets_in(value: Any) -> Any:
    """Return a JSON value without secrets: all that stands under the name of one, or beside it."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        is_pair = len(value) == 2 and isinstance(value[0], str) and is_a_name(value[0])
        return [value[0], _hidden(value[1])] if is_pair else _without_options([*value])
    if isinstance(value, dict):
        is_named = any(
            str(key).lower() in NAMING and isinstance(one, str) and is_a_name(one)
            for key, one in value.items()
        )
        return {
            key: _hidden(one)
            if (is_named and str(key).lower() in VALUED) or names_a_secret(str(key), one)
            else without_secrets_in(one)
            for key, one in value.items()
        }
    return value


def _without_options(words: list[Any]) -> list[Any]:
    """Return a list without secrets, as if it were the words of a command, too."""
    redacted = [without_secrets_in(one) for one in words]
    for at, (option, value) in enumerate(pairwise(words), 1):
        if isinstance(option, str) and asks_for_a_secret(option, str(value)):
            redacted[at] = _hidden(value)
    return redacted


def _hidden(value: Any) -> Any:
    return value if is_nothing(value) else HIDDEN
