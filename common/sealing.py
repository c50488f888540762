"""Secrets that are kept: sealed under a key from the environment, not readable from the database.

`ENCRYPTION_KEYS` may name several keys: the first one seals, each of them opens, so that keys can
be changed without a pause (`docs/operations.md`).
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from common.errors import Conflict


class Unreadable(Conflict):
    """A secret was sealed under a key that this process does not have, or was damaged."""

    code = "unreadable_secret"


def seal(secret: str) -> str:
    """Return a secret as it may be kept."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret that was sealed.

    :raises Unreadable: none of the keys opens it.
    """
    try:
        return _keys(tuple(settings.ENCRYPTION_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("None of the ENCRYPTION_KEYS opens a secret that is kept.") from error


def reseal(sealed: str) -> str:
    """Return a sealed secret under the newest key.

    :raises Unreadable: none of the keys opens it.
    """
    return seal(unseal(sealed))


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    """Return the keys; any text may be one, since its digest has the length that Fernet wants."""
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
