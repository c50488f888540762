"""What requests about invitations carry."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from common.api.inputs import AddressField, Input, check_name, uuid_in_url
from identity import scopes
from identity.api.members.serializers import RoleField

MOST_CHECKED = 100


class ScopeUrl(serializers.CharField):
    """The URL of an organization, a project or an offering that the caller sees."""

    default_error_messages = {
        "no_match": "Invalid hyperlink - No URL match.",
        "incorrect_match": "Invalid hyperlink - Incorrect URL match.",
        "does_not_exist": "Invalid hyperlink - Object does not exist.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return what roles are held in."""
        text = super().to_internal_value(data)
        uuid = uuid_in_url(text)
        if uuid is None:
            self.fail("no_match")
        kinds = scopes.kinds().values()
        kind = next((one for one in kinds if any(_at(route, text) for route in one.routes)), None)
        if kind is None:
            self.fail("incorrect_match")
        user = self.context["request"].user
        found = kind.model.objects.all().visible_to(user).filter(uuid=uuid).first()
        if found is None or getattr(found, "is_removed", False):
            self.fail("does_not_exist")
        return found


def _at(route: str, url: str) -> bool:
    collection = reverse(route, kwargs={"uuid": "0" * 32}).rsplit("/", 2)[0] + "/"
    return collection in url


def said(length: int) -> serializers.CharField:
    """Return the field of what may be said of a person, in one line."""
    return serializers.CharField(
        max_length=length, required=False, allow_blank=True, validators=[check_name]
    )


class InvitationInput(Input):
    """Whom to invite to which role, and what is known of them; the rest is for the record."""

    email = AddressField(max_length=254)
    role = RoleField()
    scope = ScopeUrl()
    civil_number = said(50)
    extra_invitation_text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    full_name = said(100)
    job_title = said(120)
    native_name = said(100)
    organization = said(255)
    phone_number = said(255)


class InvitationUpdateInput(Input):
    """Another address, or another role in the same scope."""

    email = AddressField(max_length=254)
    role = RoleField(required=False)


class InvitationDuplicateCheckItem(Input):
    """An address and a role that somebody is about to invite it to."""

    email = AddressField(max_length=254)
    role = RoleField()


class InvitationDuplicateCheckInput(Input):
    """Whom somebody is about to invite to a scope, at most a hundred at once."""

    scope = ScopeUrl()
    invitations = InvitationDuplicateCheckItem(many=True, max_length=MOST_CHECKED)  # type: ignore[call-arg]


class TokenInput(Input):
    """The token out of a mail."""

    token = serializers.CharField(max_length=64)
