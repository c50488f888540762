"""Who may log in at an offering's site, as its sshd asks: plain text that a site can keep."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from rest_framework.exceptions import ValidationError

from allocations.access_plane import lists, signing
from allocations.api.site_access.filters import PrincipalsFilter
from allocations.models import OfferingUser
from allocations.services import site_access
from allocations.usernames import is_site_name
from common.api.access import PUBLIC, SCOPED, Rule
from common.api.actions import reading
from common.api.operation_texts import Noun
from common.api.renderers import PlainTextRenderer
from common.api.viewsets import ApiViewSet
from marketplace.models import Offering

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

TEXT = {"type": "string"}
FOR_A_MOMENT = "private, max-age=30, stale-if-error=86400"
FOR_A_DAY = "public, max-age=86400"


class SiteAccessViewSet(ApiViewSet):
    """The lists of an offering's site. `X-Signature` is over the body: see the signing keys."""

    model = Offering
    noun = Noun("an offering", "offerings")
    visible = "provided_by"
    related = ("customer",)
    renderer_classes = (PlainTextRenderer,)
    access: ClassVar[dict[str, Rule]] = {
        "authorized_principals": SCOPED,
        "revoked_principals": SCOPED,
        "site_access_keys": PUBLIC,
    }

    @reading(TEXT, url_path="authorized-principals", filterset=PrincipalsFilter)
    def authorized_principals(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get who may log in at {one} under a username.

        For sshd's `AuthorizedPrincipalsCommand`: the CUIDs that a certificate may name, a line
        each; none is nobody. Lines that begin with `#` say what the list is about and until when a
        site may believe it while this service is away.
        """
        offering = self.row()
        asked = PrincipalsFilter(data=request.query_params, queryset=OfferingUser.objects.none())
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        username = asked.form.cleaned_data["username"]
        if not is_site_name(username):
            raise ValidationError({"username": ["This can be no name of an account."]})
        about = {"offering": offering.uuid.hex, "username": username}
        found = site_access.principals(offering, username)
        return self._signed(lists.text_of("principals", about, found, now=self.now), FOR_A_MOMENT)

    @reading(TEXT, url_path="revoked-principals")
    def revoked_principals(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get who could log in at {one} and may no more.

        The CUIDs of the last 90 days, a line each, to end sessions and to revoke certificates by
        them. Lines that begin with `#` say what the list is about.
        """
        offering = self.row()
        found = site_access.revoked(offering, now=self.now)
        about = {"offering": offering.uuid.hex}
        return self._signed(lists.text_of("revoked", about, found, now=self.now), FOR_A_MOMENT)

    @reading(TEXT, url_path="site-access-keys", detail=False)
    def site_access_keys(self, request: Request) -> Response:
        """Get the keys that sign the lists of sites.

        A file of allowed signers for `ssh-keygen -Y verify`, in the namespace `efp-site-access`. A
        site fetches it once, and again when the operator has changed the keys.
        """
        return self._answered(signing.allowed_signers(), FOR_A_DAY)

    def _signed(self, text: str, kept: str) -> Response:
        answer = self._answered(text, kept)
        answer["X-Signature"] = signing.sign(text.encode())
        return answer

    def _answered(self, text: str, kept: str) -> Response:
        tag = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        answer = self.answer(text, headers={"Cache-Control": kept, "ETag": f'"{tag}"'})
        answer.content_type = f"{PlainTextRenderer.media_type}; charset=utf-8"
        return answer
