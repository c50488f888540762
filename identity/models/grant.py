"""Roles, and who holds which role where until when."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from common.models import text
from identity.event_scope import EventScope
from identity.models.event_subject import EventSubject
from identity.models.organisation import Customer
from identity.models.people import User
from identity.models.project import Project
from identity.querysets import GrantQuerySet, RoleQuerySet
from identity.roles import ScopeType


class Role(EventSubject):
    """A name for a set of permissions.

    Which ones a system role allows, `identity.permissions.MATRIX` says; of a role that staff made,
    its `permissions`. One that is not active gives nothing to those who hold it.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("role",)

    audiences: ClassVar[Audiences] = OPEN

    name = models.CharField(max_length=100, unique=True)
    description = text()
    translations = JsonColumn(default=dict, blank=True, help_text="The description by language.")
    content_type = models.CharField(max_length=30, choices=[(s.value, s.value) for s in ScopeType])
    permissions = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    is_system_role = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(is_system_role=False) | Q(permissions=[]),
                name="system_roles_are_written_in_the_code",
            ),
            models.UniqueConstraint(Lower("name"), name="role_name_in_any_case"),
        )

    def __str__(self) -> str:
        return self.name


class Grant(EventSubject):
    """A user holds a role in a scope (an organization, a project, an offering) until it ends.

    The scope is named by type and primary key, since scopes also live in apps above this one;
    the organization (always) and the project (if any) that it belongs to are real references.
    An ended grant stays as history with `is_active` false.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("grant",)

    audiences: ClassVar[Audiences] = OPEN

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    scope_type = models.CharField(max_length=30, choices=[(s.value, s.value) for s in ScopeType])
    scope_id = models.BigIntegerField()
    scope_uuid = models.UUIDField()
    scope_name = models.CharField(max_length=500)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="grants")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="grants"
    )
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    expiration_time = models.DateTimeField(null=True, blank=True)
    told_of_end = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The end that was told of beforehand."
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoke_reason = text()
    modified = models.DateTimeField(auto_now=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role", "scope_type", "scope_id"],
                condition=Q(is_active=True),
                name="a_role_once_per_scope",
            ),
        )
        indexes = (
            models.Index(
                fields=["user", "scope_type", "scope_id"],
                name="grant_by_user",
                condition=Q(is_active=True),
            ),
            models.Index(
                fields=["scope_type", "scope_id"],
                name="grant_by_scope",
                condition=Q(is_active=True),
            ),
            models.Index(
                fields=["expiration_time"], name="grant_expiry", condition=Q(is_active=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id} {self.scope_type} {self.scope_uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return the provider's side for a role at an offering, and else the consumer's."""
        if self.scope_type == ScopeType.OFFERING:
            return EventScope(provider_id=self.customer_id, offering_uuid=self.scope_uuid)
        return EventScope(customer_id=self.customer_id, project_id=self.project_id)
