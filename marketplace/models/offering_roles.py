"""Roles in offerings, as those who provide see them."""

from identity.models import Grant
from marketplace.querysets.offering_roles import OfferingRoleQuerySet


class OfferingRole(Grant):
    """A role that a person has, or had, in an offering."""

    objects = OfferingRoleQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        proxy = True
