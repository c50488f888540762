"""Accounts of people at sites."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from allocations.lifecycle import AccountState, Condition
from allocations.querysets import OfferingUserQuerySet
from common.checked_columns import link
from common.json_column import JsonColumn
from common.links import web_link
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import Offering


class OfferingUser(EventSubject, Timestamped):
    """A person's account for an offering; `username` is what the site calls them, if it has said.

    Names are compared without case, as sites do. `keeps_old_name` is of accounts that had a name
    that differs from another one's in case alone when that was still possible: they keep it until
    it is changed. `state` is written by `allocations.services.accounts` only.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("account",)

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="offering_users")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="offering_users")
    username = text(length=100)
    keeps_old_name = models.BooleanField(default=False, editable=False)
    state = models.CharField(
        max_length=40, choices=choices(AccountState), default=AccountState.REQUESTED
    )
    is_restricted = models.BooleanField(default=False)  # what sites go by: either of the next two
    kept_out = models.BooleanField(default=False)  # by the provider or staff
    withheld_for = models.CharField(
        max_length=20, choices=choices(Condition), blank=True, default=""
    )
    is_granted = models.BooleanField(default=False)  # by staff, to who is in no project there
    propagation_date = models.DateTimeField(null=True, blank=True)
    service_provider_comment = text(long=True)
    service_provider_comment_url = link(web_link)
    backend_metadata = JsonColumn(default=dict, blank=True)

    objects = OfferingUserQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", AccountState, "account_state"),
            models.CheckConstraint(
                condition=Q(is_restricted=True) | Q(kept_out=False, withheld_for=""),
                name="kept_out_is_restricted",
            ),
            models.UniqueConstraint(
                fields=["offering", "user"],
                condition=~Q(state=AccountState.DELETED.value),
                name="one_account_per_offering",
            ),
            models.UniqueConstraint(
                fields=["offering", "username"],
                condition=~Q(username="") & ~Q(state=AccountState.DELETED.value),
                name="a_username_once_per_offering",
            ),
            models.UniqueConstraint(
                "offering",
                Lower("username"),
                condition=~Q(username="")
                & ~Q(state=AccountState.DELETED.value)
                & Q(keeps_old_name=False),
                name="a_username_once_in_any_case",
            ),
        )
        indexes = (models.Index(fields=["offering", "username"], name="account_username"),)

    def __str__(self) -> str:
        return self.username or f"account {self.uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()


class UserAttributeConfig(EventSubject, Timestamped):
    """Which of a person's attributes an offering's site gets to see."""

    event_nouns: ClassVar[tuple[str, ...]] = ("attribute_config",)

    offering = models.OneToOneField(
        Offering, on_delete=models.CASCADE, related_name="user_attribute_config"
    )
    exposed_fields = ArrayField(models.CharField(max_length=60), default=list)

    def __str__(self) -> str:
        return f"attributes for {self.offering_id}"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
