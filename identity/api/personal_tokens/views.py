"""`/api/personal-access-tokens/`: secrets for programs, which allow a part of what one may."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api import paging
from common.api.access import AUTHENTICATED, SCOPED, STAFF, Own, Rule
from common.api.actions import command, creates, listing
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.api.personal_tokens.filters import PersonalAccessTokenFilter
from identity.api.personal_tokens.inputs import NetworksInput, PersonalAccessTokenInput
from identity.api.personal_tokens.serializers import (
    AvailableBindingTarget,
    AvailableScope,
    PersonalAccessTokenCreated,
    PersonalAccessTokenOutput,
)
from identity.models import Token
from identity.permission_meanings import PERMISSION_MEANINGS
from identity.services import personal_tokens

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

HOLDER = Own("user")


class PersonalAccessTokenViewSet(Listed, Retrieved, ApiViewSet):
    """A personal access token: a secret by which a program does a part of what its holder may.

    You see your own; staff see everybody's. Such a token sees none, and neither makes nor changes
    any. After its end it is shown for thirty days.
    """

    model = Token
    noun = Noun("a personal access token", "personal access tokens")
    output = PersonalAccessTokenOutput
    filterset_class = PersonalAccessTokenFilter
    default_order = ("-created",)
    related = ("user",)
    never_replayed = frozenset({"create", "rotate"})  # a secret that is shown once
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": AUTHENTICATED,
        "destroy": STAFF | HOLDER,
        "rotate": HOLDER,
        "set_network_acl": STAFF | HOLDER,
        "available_scopes": SCOPED,
        "available_binding_targets": SCOPED,
    }

    @creates(PersonalAccessTokenInput, PersonalAccessTokenCreated)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create {one}.

        The secret, `token`, is in the answer and is shown only there. The token allows what
        `scopes` names and its holder may, and if `allowed_scopes` names something, only there. What
        the caller may not do themselves is 400. It is 409 where they have fifty tokens already.
        """
        data = self.data(PersonalAccessTokenInput)
        return self._with_secret(personal_tokens.create(**data, actor=request.user, now=self.now))

    destroy = deleting(personal_tokens.revoke, "Revoke {one}.\n\nIt stops working at once.")

    @command(output=PersonalAccessTokenCreated, status=201)
    def rotate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace {one} by a new one of the same scopes, bindings and networks.

        The former ends at once; the new one lives for as long as the former was made for. Its
        secret, `token`, is in the answer and is shown only there. Answers 409 where the former has
        expired, or was replaced or revoked meanwhile.
        """
        return self._with_secret(
            personal_tokens.rotate(self.row(), actor=request.user, now=self.now)
        )

    @command(NetworksInput, PersonalAccessTokenOutput)
    def set_network_acl(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set from which networks {one} may be used.

        Networks in the notation of CIDR, or addresses; an empty list is from everywhere. From
        elsewhere requests with it are answered 403.
        """
        row, data = self.row(), self.data(NetworksInput)
        changed = personal_tokens.set_networks(row, **data, actor=request.user, now=self.now)
        return self.reply(changed)

    @listing(AvailableScope, detail=False)
    def available_scopes(self, request: AuthenticatedRequest) -> Response:
        """List what a token of the caller's can allow.

        The permissions that the caller has anywhere.
        """
        allowed = personal_tokens.delegable(request.user)
        return paging.few(
            [
                {"permission": one.value, "description": PERMISSION_MEANINGS[one]}
                for one in PERMISSION_MEANINGS
                if one in allowed
            ],
            request,
        )

    @listing(AvailableBindingTarget, detail=False)
    def available_binding_targets(self, request: AuthenticatedRequest) -> Response:
        """List to what a token of the caller's can be bound.

        For each permission that the caller has, the kinds of things in which a role gives it to
        them. What belongs to an organization in which they have it can be named, too.
        """
        found = personal_tokens.bindable(request.user)
        rows = [{"permission": one, "types": types} for one, types in found.items()]
        return paging.few(rows, request)

    def _with_secret(self, made: tuple[Token, str]) -> Response:
        token, plaintext = made
        body = self.rendered(token, PersonalAccessTokenCreated)
        return self.answer({**body, "token": plaintext}, status=201)
