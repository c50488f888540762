"""Sessions in the database, as Django keeps them, for browsers that send anything as their key."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A session, which nobody has under a key that is not spelt like one.

    A quoted cookie can hold any character, and the database fails for some (a NUL).
    """

    def _validate_session_key(self, key: Any) -> bool:
        spelt = isinstance(key, str) and key.isascii() and key.isalnum()
        return spelt and bool(super()._validate_session_key(key))  # type: ignore[misc]
