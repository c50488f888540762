"""What may be said of a robot's account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl, check_name
from identity.models import Grant, User
from marketplace.models import Resource

if TYPE_CHECKING:
    from uuid import UUID

MOST_PEOPLE = 50
MOST_KEYS = 50


class RobotAccountUser(RelatedUrl):
    """A person whom the caller sees, or who works with what the caller helps to provide."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__("user-detail", User, **kwargs)

    def found(self, uuid: UUID) -> User:
        """Return the person among these.

        :raises ObjectDoesNotExist: there is none.
        """
        user = self.context["request"].user
        provided = Resource.objects.all().provided_by(user)
        teams = Grant.objects.in_force().filter(project__resources__in=provided.values("pk"))
        seen = Q(pk__in=User.objects.visible_to(user).values("pk")) | Q(pk__in=teams.values("user"))
        person: User = User.objects.filter(seen, is_active=True).get(uuid=uuid)
        return person


class RobotAccountUsers(serializers.ListField):
    """A few people, by their URLs."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound the list."""
        super().__init__(child=RobotAccountUser(), max_length=MOST_PEOPLE, **kwargs)


class RobotAccountInput(Input):
    """What a robot's account is for, who acts as it, and what it shall be called."""

    class Meta:
        lists_of_texts: ClassVar[tuple[str, ...]] = ("keys", "users")

    resource = RelatedUrl("marketplace-resource-detail", Resource)
    type = serializers.CharField(max_length=50)
    username = serializers.CharField(max_length=32, required=False, allow_blank=True)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    users = RobotAccountUsers(required=False)
    responsible_user = RobotAccountUser(required=False, allow_null=True)
    keys = serializers.ListField(
        child=serializers.CharField(max_length=20_000, validators=[check_name]),
        max_length=MOST_KEYS,
        required=False,
    )


class RobotAccountErrorInput(Input):
    """What went wrong, as the site says it."""

    error_message = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
