"""`/api/marketplace-offering-terms-of-service/` and `/api/marketplace-user-offering-consents/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, Needs, Own, Rule
from common.api.actions import command, creates, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting, updating
from identity.permissions import Permission
from marketplace.api.terms.filters import ConsentFilter, TermsOfServiceFilter
from marketplace.api.terms.serializers import (
    OfferingTermsOfServiceCreateInput,
    OfferingTermsOfServiceCreateOutput,
    OfferingTermsOfServiceInput,
    OfferingTermsOfServiceOutput,
    UserOfferingConsentCreateInput,
    UserOfferingConsentCreateOutput,
    UserOfferingConsentInput,
    UserOfferingConsentOutput,
)
from marketplace.models import Consent, TermsOfService
from marketplace.services import consents, terms

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

WRITES = Needs(Permission.UPDATE_OFFERING, on=("offering", "offering.customer"))
THE_PERSON = Own("user")


class TermsOfServiceViewSet(Listed, Retrieved, ApiViewSet):
    """Terms of service of an offering, in versions of which one at most is in force.

    You see those of the offerings that you find in the catalogue, have an allocation of, or help to
    provide.
    """

    model = TermsOfService
    noun = Noun("terms of service", "terms of service")
    output = OfferingTermsOfServiceOutput
    filterset_class = TermsOfServiceFilter
    default_order = ("-created",)
    locks_first = ("offering",)
    related = ("offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": AUTHENTICATED,
        "retrieve": AUTHENTICATED,
        "create": WRITES,
        "update": WRITES,
        "destroy": WRITES,
    }

    @creates(OfferingTermsOfServiceCreateInput, OfferingTermsOfServiceCreateOutput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create {one}.

        A draft, unless `is_active` is true: then they are in force at once, in place of the former,
        which stay as history. A version is there once.
        """
        data = self.data(OfferingTermsOfServiceCreateInput)
        return self.created(terms.create(**data, actor=request.user, now=self.now))

    update = updating(
        OfferingTermsOfServiceInput,
        terms.change,
        "Update {one}.\n\n"
        "`is_active` puts them into force in place of those that are, or takes them out of it. "
        "Answers 409 for another text or link once somebody has agreed to them: that takes a new "
        "version.",
    )
    destroy = deleting(
        terms.remove,
        "Delete {one}.\n\nAnswers 409 once somebody has agreed to them: withdraw them instead.",
    )


class ConsentViewSet(Listed, Retrieved, ApiViewSet):
    """That a person agreed to the terms of service of an offering, until they take it back.

    You see your own, and those to the terms of what you help to provide.
    """

    model = Consent
    noun = Noun("a consent", "consents")
    output = UserOfferingConsentOutput
    filterset_class = ConsentFilter
    default_order = ("-agreement_date",)
    locks_first = ("offering",)
    related = ("offering", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": SCOPED,
        "update": THE_PERSON,
        "destroy": THE_PERSON,
        "revoke": THE_PERSON,
    }

    @creates(UserOfferingConsentCreateInput, UserOfferingConsentCreateOutput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Agree to the terms of service of an offering.

        To the version in force, for yourself. A consent to an older version ends; agreeing twice
        is one consent. Answers 400 where the offering has no terms.
        """
        offering = self.data(UserOfferingConsentCreateInput)["offering"]
        consent = consents.accept(offering, user=request.user, actor=request.user, now=self.now)
        return self.created(consent)

    @updates(UserOfferingConsentInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Agree again, to the version that is in force.

        `version` is the version that you have read. The answer is the consent that holds now; an
        older one stays as history. Answers 400 where another version is in force.
        """
        consent, data = self.row(), self.data(UserOfferingConsentInput)
        return self.reply(consents.renew(consent, **data, actor=request.user, now=self.now))

    destroy = deleting(
        consents.revoke,
        "Delete {one}.\n\nTakes it back, as `revoke` does: it stays as history, with the date.",
    )

    @command(output=UserOfferingConsentOutput)
    def revoke(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a consent back.

        It stays as history, with the date; a second time changes nothing.
        """
        consent = self.row()
        consents.revoke(consent, actor=request.user, now=self.now)
        return self.reply(consent)
