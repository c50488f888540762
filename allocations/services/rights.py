"""Who may have an account opened by a provider: people in projects with an allocation of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from common.errors import Invalid
from identity.models import User
from marketplace.querysets.rights import by_right

if TYPE_CHECKING:
    from marketplace.models import Offering

NO_RIGHT = "Nobody of that name is in a project with a resource of the offering."


class NoRight(Invalid):
    """The person is in no project that holds an allocation of the offering."""

    code = "no_right"


def check(user: User, offering: Offering, *, actor: User) -> None:
    """Refuse an account that a provider opens for somebody whom it need not be told of.

    It may for people in projects that hold an allocation, for who has an account already, and for
    the provider's operator themself.

    :raises NoRight: the person is none of these.
    """
    right = by_right(offering=offering.pk, user=OuterRef("pk"))
    live = OfferingUser.objects.filter(user=user, offering=offering)
    if not (
        user == actor
        or User.objects.get_queryset().filter(right, pk=user.pk).exists()
        or live.exclude(state=AccountState.DELETED).exists()
    ):
        raise NoRight({"user": [NO_RIGHT]})
