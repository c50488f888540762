"""Codes of a second factor, by time (RFC 6238), and codes for when the phone is lost. Pure.

A step of time has one code. One of the step before or after is taken too, since clocks differ; a
code of a step that was used, or of one before it, is not.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from hmac import compare_digest
from typing import TYPE_CHECKING

import pyotp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

STEP_SECONDS = 30
DRIFT = 1
DIGITS = 6
RECOVERY_CODES = 10
LONGEST_CODE = 100
LONGEST_LABEL = 60


def new_secret() -> str:
    """Return a secret of 160 bits, as people type it into an authenticator where they must."""
    return pyotp.random_base32()


def uri_of(secret: str, *, name: str, issuer: str) -> str:
    """Return what an authenticator reads out of the picture: the secret, and whose and for what.

    The names are labels: so much of each as any picture holds, in whatever script.
    """
    label, maker = name[:LONGEST_LABEL], issuer[:LONGEST_LABEL]
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=maker)


def step_of(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """Return the step of time whose code it is, later than the last one that was used; or None."""
    written = plain(code)
    if len(written) != DIGITS or not (written.isascii() and written.isdigit()):
        return None
    at, clock = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = range(max(at - DRIFT, after + 1), at + DRIFT + 1)
    return next((one for one in steps if compare_digest(clock.generate_otp(one), written)), None)


def new_recovery_codes() -> list[str]:
    """Return codes of 80 bits each, in groups of four letters and figures."""
    texts = (base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES))
    return ["-".join(text[at : at + 4] for at in range(0, len(text), 4)) for text in texts]


def digest_of(code: str) -> str:
    """Return what is stored of a recovery code, however its groups were typed in."""
    return hashlib.sha256(plain(code).encode()).hexdigest()


def without(digests: Sequence[str], code: str) -> list[str] | None:
    """Return the digests that are left when a recovery code is used; None if it is none of them."""
    digest = digest_of(code)
    return [one for one in digests if one != digest] if digest in digests else None


def plain(code: str) -> str:
    """Return a code without the blanks and dashes between its groups."""
    return "".join(code[:LONGEST_CODE].split()).replace("-", "").upper()
