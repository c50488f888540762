"""What a personal access token leaves of its holder's rights. Pure: asks no database.

Such a token acts as a smaller person would: one whose only roles are those of the holder, each cut
down to the scopes of the token and to what it is bound to, and who owns nothing and has no flag.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from identity.access import SEEING, SEPARATOR, Held
from identity.permissions import Permission
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

NOTHING: frozenset[str] = frozenset()


class Binding(NamedTuple):
    """An organization, a project or an offering, and the organization that it belongs to."""

    scope_type: str
    scope_id: int
    scope_uuid: UUID
    customer_id: int

    def contains(self, grant: Held) -> bool:
        """Tell whether a grant is in it: it is the grant's scope, or the organization of that."""
        if (grant.scope_type, grant.scope_id) == (self.scope_type, self.scope_id):
            return True
        return self.scope_type == ScopeType.CUSTOMER and grant.customer_id == self.scope_id

    def lies_in(self, grant: Held) -> bool:
        """Tell whether a grant is in the organization that it belongs to, and so holds in it."""
        return (grant.scope_type, grant.scope_id) == (ScopeType.CUSTOMER, self.customer_id)


@dataclass(frozen=True)
class Limits:
    """The permissions that a token has at most, and where; bound to nothing is everywhere."""

    scopes: frozenset[str]
    bindings: tuple[Binding, ...] = ()

    def everywhere(self, flagged: frozenset[str]) -> frozenset[str]:
        """Return what the token may everywhere; `flagged` is what its holder may by a flag."""
        return NOTHING if self.bindings else flagged & self.scopes

    def narrowed(self, grants: Iterable[Held], flagged: frozenset[str]) -> frozenset[Held]:
        """Return what is left of the holder's grants, and of what they may by a flag."""
        return frozenset(grant for grant in self._within(grants, flagged) if grant.permissions)

    def _within(self, grants: Iterable[Held], flagged: frozenset[str]) -> Iterator[Held]:
        for binding in self.bindings:
            yield _held(binding, flagged & self.scopes)
        for grant in grants:
            allowed = grant.permissions & self.scopes
            if not self.bindings or any(binding.contains(grant) for binding in self.bindings):
                yield grant._replace(role="", custom=_joined(allowed))
            else:
                for binding in self.bindings:
                    if binding.lies_in(grant):
                        yield _held(binding, allowed)

    def shows_customer(self, customer_id: int) -> bool:
        """Tell whether an organization is in what the token is bound to, not only around it."""
        return not self.bindings or any(
            (binding.scope_type, binding.scope_id) == (ScopeType.CUSTOMER, customer_id)
            for binding in self.bindings
        )


def by_flag(*, is_staff: bool, is_support: bool) -> frozenset[str]:
    """Return what staff and support may everywhere, of what roles may allow."""
    if is_staff:
        return frozenset(Permission)
    return frozenset(SEEING) if is_support else NOTHING


def _held(binding: Binding, allowed: frozenset[str]) -> Held:
    return Held("", _joined(allowed), binding.scope_type, binding.scope_id, binding.customer_id)


def _joined(permissions: frozenset[str]) -> str:
    return SEPARATOR.join(sorted(permissions))
