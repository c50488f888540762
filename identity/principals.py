"""Principals: who acts, and whether their grants, once read, count for what follows.

Grants are asked for each time, so that a change counts at once. While a request only reads nothing
can change them, and each of them would be asked for by every check and every list: they are cached.
Each user instance has one principal, and each request an instance of its own, which authentication
gives a new principal; so nothing is shared between requests.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from identity import access
from identity.token_limits import by_flag

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from identity.token_limits import Limits

FLAGS = ("is_staff", "is_support", "is_identity_manager")


class Principal:
    """A user who acts, with the grants that they hold, or what a token leaves of those."""

    def __init__(
        self,
        user: Any,
        *,
        only_reads: bool = False,
        grants: frozenset[access.Held] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Take whether grants may be cached from now on, those that are known, and the limits."""
        self._user = user
        self.limits = limits
        self.is_of_staff = bool(user.is_staff)
        self._flagged = by_flag(is_staff=user.is_staff, is_support=user.is_support)
        self._only_reads = only_reads
        self._cached = self._narrowed(grants) if only_reads and grants is not None else None

    @property
    def everywhere(self) -> frozenset[str]:
        """What a token that is bound to nothing may everywhere, since its holder may by a flag."""
        return self.limits.everywhere(self._flagged) if self.limits else frozenset()

    def _narrowed(self, grants: frozenset[access.Held]) -> frozenset[access.Held]:
        return self.limits.narrowed(grants, self._flagged) if self.limits else grants

    def _asked(self) -> frozenset[access.Held]:
        return self._narrowed(access.grants_in_force(self._user))

    @property
    def grants(self) -> frozenset[access.Held]:
        """The grants in force: as they are, or while only reading as they were the first time."""
        if not self._only_reads:
            return self._asked()
        if self._cached is None:
            self._cached = self._asked()
        return self._cached

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Cache the grants within the context, in which nothing is changed; forget them after it.

        In a request that only reads they stay.
        """
        if self._only_reads:
            yield
            return
        self._only_reads = True
        try:
            yield
        finally:
            self._only_reads, self._cached = False, None

    @property
    def fingerprint(self) -> Hashable | None:
        """All that reading may ask of the user, as a key; None when it may change meanwhile."""
        if not self._only_reads:
            return None
        user = self._user
        return user.pk, user.is_staff, user.is_support, self.everywhere, self.limits, self.grants

    @property
    def visibility(self) -> Hashable | None:
        """All that `visible_to` may ask of the user, as a key; None when it may change meanwhile.

        Staff see every row, whatever grants they have: those are not asked for.
        """
        if not self._only_reads:
            return None
        user = self._user
        flags = user.is_active, user.is_staff, user.is_support, user.is_identity_manager
        grants = None if user.is_staff else self.grants
        return user.pk, flags, tuple(user.managed_isds), self.everywhere, self.limits, grants


def begin_request(
    user: Any,
    *,
    only_reads: bool,
    grants: frozenset[access.Held] | None = None,
    limits: Limits | None = None,
) -> None:
    """Give a user the principal of a new request; `grants` are those that came with the token.

    With `limits` the user loses their flags for the request: such a user is never stored.
    """
    user.principal = Principal(user, only_reads=only_reads, grants=grants, limits=limits)
    if limits is not None:
        for flag in FLAGS:
            setattr(user, flag, False)
