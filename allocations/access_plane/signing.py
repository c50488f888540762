"""Signatures of what sites keep: whoever has the published key can tell it from what others wrote.

They are signatures of SSH (`PROTOCOL.sshsig`), which `ssh-keygen -Y verify` checks on every machine
that has an sshd. The keys are Ed25519, derived from the `ENCRYPTION_KEYS`: the first one signs, all
are published, so that they are changed without a pause.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from struct import pack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

NAMESPACE = "efp-site-access"
SIGNER = "efp-allocations"
"""What signatures are for, and who makes them: both are given to `ssh-keygen -Y verify`."""

KIND = b"ssh-ed25519"
DIGEST = b"sha512"
MAGIC = b"SSHSIG"


def sign(message: bytes) -> str:
    """Return the signature of a message, in one line of base64."""
    key = _keys(tuple(settings.ENCRYPTION_KEYS))[0]
    digest = hashlib.sha512(message).digest()
    what = _text(NAMESPACE.encode()) + _text(b"") + _text(DIGEST)
    signature = key.sign(MAGIC + what + _text(digest))
    blob = (
        MAGIC + pack(">I", 1) + _text(_public(key)) + what + _text(_text(KIND) + _text(signature))
    )
    return base64.b64encode(blob).decode()


def allowed_signers() -> str:
    """Return the keys by which signatures are checked, as a file of `ssh-keygen -Y verify`."""
    lines = (
        f'{SIGNER} namespaces="{NAMESPACE}" {KIND.decode()}'
        f" {base64.b64encode(_public(key)).decode()}\n"
        for key in _keys(tuple(settings.ENCRYPTION_KEYS))
    )
    return "".join(lines)


def _text(value: bytes) -> bytes:
    return pack(">I", len(value)) + value


def _public(key: Ed25519PrivateKey) -> bytes:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _text(KIND) + _text(raw)


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> list[Ed25519PrivateKey]:
    return [
        Ed25519PrivateKey.from_private_bytes(
            HKDF(SHA256(), 32, salt=None, info=b"efp site access 1").derive(text.encode())
        )
        for text in texts
    ]
