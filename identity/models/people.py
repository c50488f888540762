"""People and machine accounts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from common.address_column import AddressColumn
from common.checked_columns import CheckedNumber
from common.errors import Forbidden
from common.json_column import JsonColumn
from common.models import text
from common.sorting import sort_key
from identity import access
from identity.audiences import OF_USER, PERSONAL
from identity.models.event_subject import EventSubject
from identity.principals import Principal
from identity.querysets import UserQuerySet
from identity.standing import PersonalStanding, refuse_newcomer, standing_of
from identity.system_ids import site_gid, site_uid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from common.audience import Audiences
    from identity.permissions import Permission


class UserManager(BaseUserManager["User"]):
    """Makes users for `createsuperuser` and reads them for everyone."""

    def get_queryset(self) -> UserQuerySet:
        """Return the queryset that knows who may see whom."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: Any) -> UserQuerySet:
        """Return the people that `user` may see."""
        return self.get_queryset().visible_to(user)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password they can come in by token or single sign-on only."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make a member of staff."""
        return self.create_user(username, password, is_staff=True, **fields)


class User(EventSubject, AbstractBaseUser):
    """Somebody who acts: a researcher, a provider's operator, a member of staff, a portal.

    The profile columns carry the names that Waldur's API gives them. `username` is the CUID where
    the person came through MyAccessID.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("user",)

    audiences: ClassVar[Audiences] = OF_USER

    personal: ClassVar[frozenset[str]] = PERSONAL

    username = models.CharField(max_length=255, unique=True)
    email = AddressColumn(max_length=320, blank=True, default="")
    requested_email = text(length=320)
    slug = models.SlugField(max_length=80, unique=True)
    first_name = text(length=100)
    middle_name = text(length=100)
    last_name = text(length=100)
    username_key = sort_key("username")
    first_name_key = sort_key("first_name")
    last_name_key = sort_key("last_name")
    native_name = text(length=200)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_support = models.BooleanField(default=False)
    is_identity_manager = models.BooleanField(default=False)
    is_machine = models.BooleanField(
        default=False,
        verbose_name="account of a program",
        help_text="A portal or an agent: it is not asked for terms, a profile, vetting or a "
        "second factor.",
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    modified = models.DateTimeField(auto_now=True)
    agreement_date = models.DateTimeField(null=True, blank=True)
    export_control_date = models.DateTimeField(null=True, blank=True)
    can_use_personal_access_tokens = models.BooleanField(
        default=True, help_text="Without it, those that the person has do not work."
    )
    token_lifetime = models.PositiveIntegerField(
        null=True, blank=True, default=3600, help_text="Seconds of inactivity; empty is for ever."
    )
    deactivation_reason = text(long=True)
    description = text(long=True)
    phone_number = text()
    job_title = text()
    personal_title = text(length=50)
    civil_number = models.CharField(max_length=50, null=True, blank=True, unique=True)
    birth_date = models.DateField(null=True, blank=True)
    place_of_birth = text()
    gender = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001 - null on the wire
    nationality = text(length=2)
    nationalities = JsonColumn(default=list, of=str, blank=True)
    country_of_residence = text(length=2)
    address = text(long=True)
    organization = text()
    organization_country = text(length=2)
    organization_type = text()
    organization_registry_code = text()
    organization_address = text(long=True)
    organization_vat_code = text(length=50)
    affiliations = JsonColumn(default=list, of=str, blank=True)
    eduperson_assurance = JsonColumn(default=list, of=str, blank=True)
    active_isds = JsonColumn(default=list, of=str, blank=True)
    managed_isds = JsonColumn(default=list, of=str, blank=True)
    attribute_sources = JsonColumn(default=dict, of=dict, blank=True)
    details = JsonColumn(default=dict, blank=True)
    identity_source = text()
    registration_method = models.CharField(max_length=50, default="default")
    preferred_language = text(length=10)
    notifications_enabled = models.BooleanField(default=True)
    uid_number = CheckedNumber(null=True, blank=True, validators=[site_uid])
    primary_gid = CheckedNumber(null=True, blank=True, validators=[site_gid])
    is_removed = models.BooleanField(default=False, editable=False)
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["email"]

    objects = UserManager()

    class Meta:
        indexes = (
            models.Index(fields=["email"], name="user_email"),
            models.Index(Upper("email"), name="user_email_any_case"),
            models.Index(Upper("username"), name="user_username_any_case"),
            models.Index(fields=["username_key", "id"], name="user_by_username"),
        )

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the user, with a slug of the UUID when none was chosen.

        :raises RuntimeError: the user acts by a token that takes their flags from them meanwhile.
        """
        if self.is_limited:
            raise RuntimeError("Whoever acts by a limited token is not stored: read them anew.")
        if not self.slug:
            self.slug = self.uuid.hex
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must carry: of the password, and of how often all were ended."""
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return (
            f"{of_password}.{self.session_generation}" if self.session_generation else of_password
        )

    @cached_property
    def standing(self) -> PersonalStanding:
        """What decides whether the person may use the service yet."""
        return standing_of(type(self).objects.get_queryset(), self)

    def check_standing(self, *, only_reads: bool, for_newcomers: bool) -> None:
        """Refuse a person who has something to do before they may use the service.

        :raises Forbidden: what that is.
        """
        refuse_newcomer(self, self.standing, only_reads=only_reads, for_newcomers=for_newcomers)

    @property
    def may_read(self) -> bool:
        """Whether the person may read what their roles let them see, by the API or otherwise."""
        try:
            self.check_standing(only_reads=True, for_newcomers=False)
        except Forbidden:
            return False
        return self.is_active

    @property
    def full_name(self) -> str:
        """The name as people write it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_superuser(self) -> bool:
        """Staff may do everything in the admin."""
        return self.is_active and self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer the admin: staff may."""
        return self.is_superuser

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Answer the admin: staff may."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Answer the admin: staff may."""
        return self.is_superuser

    @cached_property
    def principal(self) -> Principal:
        """The user as somebody who acts; outside of requests, their grants are never cached."""
        return Principal(self)

    @property
    def is_limited(self) -> bool:
        """Tell whether they act by a personal access token, and so may less than they do else."""
        return self.principal.limits is not None

    @property
    def is_of_staff(self) -> bool:
        """Tell whether the person is one of the staff, also where a token takes that from them."""
        return bool(self.is_staff or (self.is_limited and self.principal.is_of_staff))

    def may(self, permission: Permission, *scopes: Any) -> bool:
        """Tell whether the user may do something in any of the scopes (model instances)."""
        return access.can(self, permission, [(scope.scope_type, scope.pk) for scope in scopes])
