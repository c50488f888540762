"""Bodies of the requests and answers about members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from rest_framework import serializers

from common.api.exceptions import Hinted
from common.api.inputs import Input, RelatedUuid
from common.api.reads.outputs import Computed, Omitted, Output, UrlField, UuidField
from common.api.times import MomentField
from identity.models import Grant, Role, User
from identity.names import full_name


class RoleField(serializers.CharField):
    """A role named by its name or its UUID."""

    default_error_messages = {"not_found": "Role is not found."}

    def __init__(self, *, also_disabled: bool = False, **kwargs: Any) -> None:
        """Take whether roles count that give nothing any more."""
        super().__init__(**kwargs)
        self.also_disabled = also_disabled

    def to_internal_value(self, data: Any) -> Any:
        """Return the role."""
        text = super().to_internal_value(data)
        try:
            condition = Q(name=text) | Q(uuid=UUID(text))
        except ValueError:
            condition = Q(name=text)
        roles = Role.objects.all() if self.also_disabled else Role.objects.filter(is_active=True)
        role = roles.filter(condition).first()
        if role is None:
            known = Role.objects.filter(is_active=True).order_by("name")
            there_are = f"There are {', '.join(known.values_list('name', flat=True))}."
            raise serializers.ValidationError(
                self.error_messages["not_found"], code=Hinted("not_found", there_are)
            )
        return role


class AnybodyField(RelatedUuid):
    """A person, also one whom the caller does not see yet: an allocator adds who it was told of."""

    default_error_messages = {"does_not_exist": "User is not found."}

    def __init__(self, *, also_inactive: bool = False, **kwargs: Any) -> None:
        """Take whether deactivated people count."""
        super().__init__(User, **kwargs)
        self.also_inactive = also_inactive

    def found(self, uuid: UUID) -> Any:
        """Return the person."""
        people = User.objects.all() if self.also_inactive else User.objects.filter(is_active=True)
        return people.get(uuid=uuid)


class UserRoleCreateInput(Input):
    """Whom to give which role, until when."""

    role = RoleField()
    user = AnybodyField()
    expiration_time = MomentField(required=False, allow_null=True, default=None)


class UserRoleUpdateInput(UserRoleCreateInput):
    """Whose role is to end at another time; without a time it does not end."""

    user = AnybodyField(also_inactive=True)


class UserRoleDeleteInput(UserRoleUpdateInput):
    """Whose role to take away; the body with which it was given is accepted."""

    role = RoleField(also_disabled=True)
    expiration_time = MomentField(required=False, allow_null=True, write_only=True)


class UserRoleExpirationTime(serializers.Serializer[Any]):
    """Until when the role is held; null is for good."""

    expiration_time = serializers.DateTimeField(allow_null=True)


class HeldRoleOutput(Output):
    """Who holds a role, since when and until when, and who gave it."""

    class Meta:
        model = Grant
        fields: tuple[str, ...] = (
            "created",
            "created_by",
            "expiration_time",
            "role_name",
            "user",
            "user_full_name",
            "user_username",
            "user_uuid",
        )

    created_by = UrlField("user-detail", source="created_by.uuid", allow_null=True)
    role_name = serializers.CharField(source="role.name")
    user = UrlField("user-detail", source="user.uuid")
    user_full_name = Computed(
        "user.first_name", "user.last_name", fn=full_name, output=serializers.CharField()
    )
    user_username = serializers.CharField(source="user.username")
    user_uuid = UuidField(source="user.uuid")


class UserRoleDetailsOutput(Output):
    """One member: a person with one role."""

    class Meta:
        model = Grant
        fields = (
            "uuid",
            "created",
            "created_by_full_name",
            "created_by_uuid",
            "expiration_time",
            "role_name",
            "role_uuid",
            "source",
            "user_email",
            "user_full_name",
            "user_image",
            "user_username",
            "user_uuid",
        )

    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(),
    )
    created_by_uuid = UuidField(source="created_by.uuid")
    role_name = serializers.CharField(source="role.name")
    role_uuid = UuidField(source="role.uuid")
    source = Omitted(  # type: ignore[assignment]
        serializers.CharField(), reason="every role is given by a person"
    )
    user_email = serializers.CharField(source="user.email")
    user_full_name = Computed(
        "user.first_name", "user.last_name", fn=full_name, output=serializers.CharField()
    )
    user_image = Omitted(serializers.CharField(), reason="images are not stored")
    user_username = serializers.CharField(source="user.username")
    user_uuid = UuidField(source="user.uuid")
