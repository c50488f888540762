"""What people are to have at the AAI, and how far that has got."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from allocations.lifecycle import UNSETTLED_ENTITLEMENTS, EntitlementState
from allocations.querysets import EntitledPersonQuerySet
from common.json_column import JsonColumn
from common.leased_rows import IS_OPEN, Attempted, Delivery
from common.leases import Backoff, Lease
from common.models import choices, one_of, text
from identity.models import EventSubject, User


class EntitledPerson(EventSubject, Delivery):
    """Somebody at the AAI under a CUID, whose entitlements one worker at a time sees to.

    Open until what is there is what is wanted; then delivered, until something changes. It never is
    given up. The CUID stands here because people change and lose theirs, and what was put under the
    old one is taken under it. `rests_until` is how long the AAI as a whole is left alone since it
    failed over this person. Whoever asks for the person's attributes is `asked_by`.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("entitled_person",)

    lease = Lease(
        lasts=timedelta(minutes=3),
        backoff=Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=30)),
    )

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="entitled_persons")
    cuid = models.CharField(max_length=255)
    is_unknown = models.BooleanField(default=False)  # to the AAI, when it was last asked
    rests_until = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    attributes_read_at = models.DateTimeField(null=True, blank=True)

    objects = EntitledPersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entitled people"
        constraints = (
            models.UniqueConstraint(fields=["user", "cuid"], name="an_entitled_person_once"),
        )
        indexes = (
            models.Index(fields=["next_attempt_at"], name="entitled_person_due", condition=IS_OPEN),
            models.Index(
                fields=["rests_until"],
                name="entitled_person_rests",
                condition=Q(rests_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.cuid


class Entitlement(EventSubject):
    """A value that a person is to have at the AAI, has there, or is to have no more.

    One that is taken is no row any more: its event says so.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("entitlement",)

    person = models.ForeignKey(
        EntitledPerson, on_delete=models.CASCADE, related_name="entitlements"
    )
    value = models.CharField(max_length=700)
    state = models.CharField(max_length=15, choices=choices(EntitlementState))
    since = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = text(long=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "value"], name="an_entitlement_once"),
            one_of("state", EntitlementState, "entitlement_state"),
        )
        indexes = (
            models.Index(
                fields=["since"],
                name="entitlement_open",
                condition=Q(state__in=sorted(UNSETTLED_ENTITLEMENTS)),
            ),
        )

    def __str__(self) -> str:
        return self.value


class AccessComparison(EventSubject, Attempted):
    """A comparison of everybody's entitlements with what the AAI has, and what differed.

    It goes on piece by piece, after `last_person`, until it is `finished`. Of what differs the
    first cases are kept, all are counted. `failed` are people whom the AAI could not be asked for.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("access_comparison",)

    lease = Lease(
        lasts=timedelta(minutes=4),
        backoff=Backoff(first=timedelta(seconds=30), longest=timedelta(minutes=15)),
    )

    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    begun = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)
    last_person = models.BigIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    unexpected = models.PositiveIntegerField(default=0)
    differences = JsonColumn(default=list, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(finished__isnull=True), name="one_comparison_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"comparison of {self.begun:%Y-%m-%d %H:%M}"
