"""Signatures of webhooks, by the Standard Webhooks scheme. Pure: importable without Django.

What is signed is `<id>.<timestamp>.<body>`; the header holds one `v1,<base64>` for each secret that
is valid at the time, so that a receiver may change over from one to the next at its leisure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "whsec_"
VERSION = "v1"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
"""How far a receiver's clock may be from ours, and how old what it is sent may be."""


class NotASecret(ValueError):
    """The text is not `whsec_` and base64."""


class NotSigned(Exception):
    """What was received does not carry a signature by any of the secrets."""


class TooOld(NotSigned):
    """What was received was signed longer ago than is tolerated, or in the future."""


def new_secret() -> str:
    """Return a new secret, as its receiver writes it down."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(keys: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature`: a signature by each secret, separated by spaces.

    :raises NotASecret: one of the secrets is none.
    """
    return " ".join(f"{VERSION},{_signature(key, message_id, timestamp, body)}" for key in keys)


def verify(
    key: str,
    *,
    message_id: str,
    timestamp: str,
    signatures: str,
    body: bytes,
    now: float,
    tolerance: int = TOLERANCE_SECONDS,
) -> None:
    """Return when one of the signatures in the header is by the secret, and fresh.

    :raises NotASecret: the secret is none.
    :raises TooOld: it was signed too long ago, or in the future.
    :raises NotSigned: none of the signatures fits.
    """
    if not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > 15:
        raise NotSigned("The timestamp is not a number of seconds.")
    if abs(now - int(timestamp)) > tolerance:
        raise TooOld("It was signed too long ago, or in the future.")
    expected = _signature(key, message_id, int(timestamp), body).encode()
    for one in signatures.split(" "):
        version, _, signature = one.partition(",")
        if version == VERSION and hmac.compare_digest(signature.encode(), expected):
            return
    raise NotSigned("None of the signatures is by the secret.")


def _signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(key), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _key(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotASecret("A secret is whsec_ and base64.") from error
