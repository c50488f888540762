"""Pages of what people prove themselves with; the secrets themselves are never shown."""

from __future__ import annotations

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.models import (
    EmailConfirmation,
    InstitutionLogin,
    LinkedIdentity,
    LoginFailures,
    SpentLogoutToken,
    SshKey,
    Token,
    TokenBinding,
)
from identity.services import credentials, keys, logins

TOKENS = RelatedTable(
    "Tokens",
    Token,
    ("name", "prefix", "created", "last_used", "last_used_from", "lifetime", "expires_at"),
    by="user",
    empty="None.",
)
BOUND_TO = RelatedTable(
    "Bound to",
    TokenBinding,
    ("scope_type", "scope_name", "scope_uuid"),
    by="token",
    empty="Nothing: it counts wherever its holder has a role.",
)
KEYS = RelatedTable(
    "SSH keys", SshKey, ("name", "type", "fingerprint_sha256", "created"), by="user", empty="None."
)

IDENTITIES = RelatedTable(
    "Linked identities",
    LinkedIdentity,
    ("provider", "subject", "cuid", "last_login", "acr"),
    by="user",
    empty="None: they never logged in by an institution.",
)


@admin.register(LinkedIdentity)
class LinkedIdentityAdmin(RecordAdmin):
    """By which providers people log in, and what those claim of them."""

    list_display = ("user", "provider", "subject", "cuid", "last_login", "acr")
    list_filter = ("provider", AgeFilter)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "subject", "cuid")
    search_help_text = "Person, e-mail, subject or CUID; or the UUID of the identity or the person"
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "last_login"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "provider", "issuer", "subject", "cuid", "last_login", "uuid"),
        section("At the latest login", "acr", "amr", "claims"),
        section("Times", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(logins.unlink),)


@admin.register(TokenBinding)
class TokenBindingAdmin(RecordAdmin):
    """What personal access tokens are bound to."""

    list_display = ("token", "scope_type", "scope_name", "scope_uuid")
    list_filter = ("scope_type",)
    list_select_related = ("token",)
    search_fields = ("token__user__username", "token__name", "scope_name")
    search_help_text = "Person, token or name; or the UUID of the token or of what it is bound to"
    uuids = ("uuid", "token__uuid", "scope_uuid")
    ordering = ("-id",)
    fieldsets = (
        section(None, "token", "scope_type", "scope_name", "scope_uuid"),
        section("Where it counts", "customer", "project"),
    )


@admin.register(Token)
class TokenAdmin(RecordAdmin):
    """Tokens: whose, what for and when last used. One is issued on its user's page.

    Personal access tokens have a beginning by which they are found, scopes and an end.
    """

    list_display = ("user", "name", "prefix", "created", "last_used", "lifetime", "expires_at")
    list_filter = (
        ("scopes", admin.EmptyFieldListFilter),
        AgeFilter,
        ("lifetime", admin.EmptyFieldListFilter),
    )
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "name", "prefix")
    search_help_text = "Person, e-mail, name or how it begins; or the UUID of token or person"
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "last_used"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "name", "created", "lifetime", "uuid"),
        section("Use", "last_used", "last_used_from", "use_count"),
        section("Personal access token", "prefix", "scopes", "networks", "expires_at"),
    )
    related_tables = (BOUND_TO, ABOUT_THIS)
    staff_actions = (StaffAction("revoke", "Revoke", "Revoked", explained(credentials.revoke)),)

    def title_of(self, row: Token) -> str:
        """Return what it is and whose."""
        return f"{row.name or 'token'} of {row.user}"


@admin.register(SshKey)
class SshKeyAdmin(RecordAdmin):
    """Public keys, as their owners gave them."""

    list_display = ("name", "user", "type", "fingerprint_sha256", "created")
    list_filter = ("type", AgeFilter)
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "user__email", "fingerprint_sha256")
    search_help_text = "Name, person, e-mail or fingerprint; or the UUID of the key or the person"
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "name", "type", "public_key", "is_shared", "created", "uuid"),
        section("Fingerprints", "fingerprint_md5", "fingerprint_sha256", "fingerprint_sha512"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(keys.remove),)

    def title_of(self, row: SshKey) -> str:
        """Return which key it is and whose."""
        return f"{row.name or row.type} of {row.user}"


@admin.register(InstitutionLogin)
class InstitutionLoginAdmin(RecordAdmin):
    """Logins by institution that still count; whoever has the key of a session has the session."""

    list_display = ("identity", "acr", "created")
    list_select_related = ("identity",)
    search_fields = ("identity__subject", "identity__cuid", "identity__user__username")
    uuids = ()
    date_hierarchy = "created"
    ordering = ("-created", "-id")
    fieldsets = (section(None, "identity", "acr", "created"),)


@admin.register(SpentLogoutToken)
class SpentLogoutTokenAdmin(RecordAdmin):
    """Logouts that providers have told of, each of which is taken once."""

    list_display = ("digest", "expires")
    search_fields = ("digest",)
    uuids = ()
    date_hierarchy = "expires"
    ordering = ("-expires", "-id")
    fieldsets = (section(None, "digest", "expires"),)


@admin.register(LoginFailures)
class LoginFailuresAdmin(RecordAdmin):
    """Wrong passwords in a row: who is being guessed at, and from where."""

    list_display = ("username", "address", "count", "last_failed_at")
    search_fields = ("username", "address")
    uuids = ()
    date_hierarchy = "last_failed_at"
    ordering = ("-last_failed_at", "-id")
    fieldsets = (section(None, "username", "address", "count", "last_failed_at"),)


@admin.register(EmailConfirmation)
class EmailConfirmationAdmin(RecordAdmin):
    """New e-mail addresses, and whether whoever reads them has confirmed them."""

    list_display = ("email", "user", "subject_uuid", "created", "expires", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("email", "user__username")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (section(None, "email", "user", "subject_uuid", "created", "expires", "ended_at"),)
    related_tables = (ABOUT_THIS,)
