"""What may be said of an account at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from allocations.services.accounts import RUNTIME_STATES
from allocations.services.rights import NO_RIGHT
from common.api.inputs import Input, RelatedUrl, RelatedUuid
from common.links import web_link
from identity.models import User
from marketplace.models import Offering

if TYPE_CHECKING:
    from uuid import UUID


class AnyoneByUrl(RelatedUrl):
    """A person whom the provider need not share anything with; who it is, the URL must say."""

    default_error_messages = {"does_not_exist": NO_RIGHT}

    def __init__(self, **kwargs: Any) -> None:
        """Expect a user's URL."""
        super().__init__("user-detail", User, **kwargs)

    def found(self, uuid: UUID) -> User:
        """Return the person, unless they are shut out."""
        return User.objects.get(uuid=uuid, is_active=True)


class AnyoneByUuid(RelatedUuid):
    """The same by UUID."""

    default_error_messages = {"does_not_exist": NO_RIGHT}

    def __init__(self, **kwargs: Any) -> None:
        """Expect a user's UUID."""
        super().__init__(User, **kwargs)

    def found(self, uuid: UUID) -> User:
        """Return the person, unless they are shut out."""
        return User.objects.get(uuid=uuid, is_active=True)


class UsernameInput(Input):
    """A name at a site; null and empty are none."""

    username = serializers.CharField(
        max_length=100, required=False, allow_blank=True, allow_null=True
    )


class OfferingUserInput(UsernameInput):
    """A new account: whose and where, each by URL or by UUID."""

    offering = RelatedUrl("marketplace-provider-offering-detail", Offering, required=False)
    offering_uuid = RelatedUuid(Offering, required=False)
    user = AnyoneByUrl(required=False)
    user_uuid = AnyoneByUuid(required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Name who is not there as the service names who has no right to an account.

        :raises ValidationError: with what is wrong.
        """
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail: Any = error.detail
            if any(one.code == "does_not_exist" for one in detail.get("user_uuid", ())):
                detail["user"] = detail.pop("user_uuid")
            raise

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take either way of naming; both keys are asked for when neither way is used."""
        user = attrs.get("user") or attrs.get("user_uuid")
        offering = attrs.get("offering") or attrs.get("offering_uuid")
        missing = {
            key: ["This field is required."]
            for key, value in (("user", user), ("offering", offering))
            if value is None
        }
        if missing:
            raise serializers.ValidationError(missing)
        return {"user": user, "offering": offering, "username": attrs.get("username") or ""}


class OfferingUserUpdateInput(UsernameInput):
    """The username of an account; whose and where it is stays."""

    offering = serializers.CharField(required=False)
    offering_uuid = serializers.UUIDField(required=False)
    user = serializers.CharField(required=False)
    user_uuid = serializers.UUIDField(required=False)


class OfferingUserStateTransitionInput(Input):
    """A comment for the user on what they have to do."""

    comment = serializers.CharField(required=False, allow_blank=True)
    comment_url = serializers.URLField(
        max_length=255, required=False, allow_blank=True, allow_null=True, validators=[web_link]
    )


class OfferingUserServiceProviderCommentInput(Input):
    """What the person is told about the account."""

    service_provider_comment = serializers.CharField(required=False, allow_blank=True)
    service_provider_comment_url = serializers.URLField(
        max_length=255, required=False, allow_blank=True, validators=[web_link]
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name the parts as the service does."""
        said = {
            "comment": attrs.pop("service_provider_comment", None),
            "comment_url": attrs.pop("service_provider_comment_url", None),
        }
        return attrs | said


class OfferingUserUpdateRuntimeStateInput(OfferingUserServiceProviderCommentInput):
    """The runtime state of the account, and a comment for the user."""

    runtime_state = serializers.ChoiceField(choices=tuple(RUNTIME_STATES))


class OfferingUserUpdateRestrictionInput(Input):
    """Whether the person is kept out of the site."""

    is_restricted = serializers.BooleanField()
