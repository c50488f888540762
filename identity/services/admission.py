"""From where somebody may call: the networks of a token, and of an allocator's programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import networks
from common.errors import Forbidden
from identity import access
from identity.models import Customer
from identity.roles import ScopeType

if TYPE_CHECKING:
    from identity.models import Token, User


class OtherNetwork(Forbidden):
    """The request comes from a network from which it may not."""

    code = "network_not_allowed"


def check_token(token: Token, *, address: str) -> None:
    """Refuse a token that is used from elsewhere than its networks.

    :raises OtherNetwork: it is.
    """
    if token.networks and not networks.contain(token.networks, address):
        raise OtherNetwork(
            f"This token may not be used from {address or 'where this came from'}: its holder has"
            " named other networks."
        )


def check_program(user: User, *, address: str) -> None:
    """Refuse a program that calls from elsewhere than the networks of its allocators.

    :raises OtherNetwork: it does.
    """
    if not user.is_machine:
        return
    roles = user.grants.filter(access.in_force()).exclude(scope_type=ScopeType.OFFERING)
    allocators = Customer.objects.filter(pk__in=roles.values("customer"), is_allocator=True)
    for name, subnets in allocators.exclude(access_subnets="").values_list(
        "name", "access_subnets"
    ):
        if not networks.contain(networks.listed(subnets), address):
            raise OtherNetwork(
                f"Programs of {name} may not call from {address or 'where this came from'}: the"
                " networks from which they may are in the record of the allocator."
            )
