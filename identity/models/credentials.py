"""What people prove themselves with: tokens for this API, keys for the machines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from common.models import Timestamped, text
from identity.models.event_subject import EventSubject
from identity.models.people import User
from identity.querysets import SshKeyQuerySet, TokenQuerySet
from identity.token_limits import Binding, Limits

if TYPE_CHECKING:
    from datetime import datetime

    from identity.access import Held


class Token(EventSubject):
    """A secret that lets a client act as its user; only its SHA-256 is kept.

    Several live side by side: each login issues one. A token dies when it was not used for its
    lifetime (seconds; null is for ever). A personal access token has scopes, and an end instead;
    it allows them at most, in what it is bound to, from its networks. `prefix` is how its secret
    begins. `use_count` is in how many minutes it was used.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("token",)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = text(length=100)
    created = models.DateTimeField(editable=False)
    last_used = models.DateTimeField(editable=False)
    lifetime = models.PositiveIntegerField(null=True, blank=True)
    prefix = text(length=20)
    scopes = ArrayField(models.CharField(max_length=50), null=True, blank=True)
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_from = text(length=64)
    use_count = models.PositiveIntegerField(default=0, editable=False)
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenQuerySet.as_manager()

    user_grants: frozenset[Held] | None = None
    """The grants of its user that were in force when it was found `with_grants`."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(scopes__isnull=True, expires_at__isnull=True)
                | Q(scopes__isnull=False, expires_at__isnull=False),
                name="a_token_with_scopes_ends",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="personal_token_expiry",
                condition=Q(scopes__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name or 'token'} of {self.user_id}"

    @property
    def is_personal(self) -> bool:
        """Tell whether it is a personal access token, which limits whoever acts by it."""
        return self.scopes is not None

    def limits(self) -> Limits | None:
        """Return what it leaves of its holder's rights; None when that is all of them."""
        if self.scopes is None:
            return None
        bound = self.bindings.annotate(
            owner=Coalesce("project__customer", "customer", Value(0))  # 0: what was deleted
        )
        rows = bound.values_list("scope_type", "scope_id", "scope_uuid", "owner")
        return Limits(frozenset(self.scopes), tuple(Binding(*row) for row in rows.order_by("pk")))

    def is_alive(self, now: datetime) -> bool:
        """Tell whether it was used within its lifetime, and has not come to its end."""
        if self.expires_at is not None and self.expires_at <= now:
            return False
        return self.lifetime is None or self.last_used + timedelta(seconds=self.lifetime) > now


class SshKey(EventSubject, Timestamped):
    """A public key that a person wants on the machines."""

    event_nouns: ClassVar[tuple[str, ...]] = ("key",)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ssh_keys")
    name = text(length=150)
    public_key = models.TextField()
    type = text(length=50)
    fingerprint_md5 = models.CharField(max_length=47)
    fingerprint_sha256 = models.CharField(max_length=64)
    fingerprint_sha512 = models.CharField(max_length=120)
    is_shared = models.BooleanField(default=False)

    objects = SshKeyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "fingerprint_sha256"], name="one_key_once_per_user"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint_sha256})"


class LoginFailures(models.Model):
    """Wrong passwords in a row for one user name from one address; forgotten after a success.

    Of wrong codes of a second factor the address is `second factor`, wherever they come from.
    """

    username = models.CharField(max_length=255)
    address = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["username", "address"], name="failures_once_each"),
        )
        indexes = (models.Index(fields=["last_failed_at"], name="login_failures_age"),)
        verbose_name_plural = "login failures"

    def __str__(self) -> str:
        return f"{self.count} for {self.username} from {self.address}"
