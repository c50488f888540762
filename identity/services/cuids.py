"""Whom a CUID means here: the federation compares its identifiers without case."""

from __future__ import annotations

from identity.models import User


def people_with(cuid: str) -> list[User]:
    """Return the person whose user name the CUID is to the letter, or up to two who differ in case.

    Of two nobody can tell who is meant.
    """
    exactly = list(User.objects.filter(username=cuid)[:1])
    return exactly or list(User.objects.filter(username__iexact=cuid)[:2])
