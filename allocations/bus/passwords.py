"""Passwords as RabbitMQ keeps them, so that the service need not keep them itself. Pure.

`base64(salt + SHA-256(salt + password))` with a salt of four bytes: RabbitMQ's
`rabbit_password_hashing_sha256`, which its management API takes instead of a password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

SALT_LENGTH = 4


def hashed(password: str, salt: bytes = b"") -> str:
    """Return a password's salted digest, under a new salt unless one is given."""
    salt = salt or os.urandom(SALT_LENGTH)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def is_hash_of(stored: str, password: str) -> bool:
    """Tell whether a digest is a password's."""
    try:
        salt = base64.b64decode(stored, validate=True)[:SALT_LENGTH]
    except binascii.Error:
        return False
    return len(salt) == SALT_LENGTH and hmac.compare_digest(stored, hashed(password, salt))
