"""What providers set for people's accounts, below the paths of the marketplace's providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allocations.api.provider_accounts.inputs import (
    OfferingUserAttributeConfigInput,
    SetOfferingsUsernameInput,
)
from allocations.api.provider_accounts.serializers import (
    OfferingUserAttributeConfigOutput,
    config_row,
)
from allocations.models import UserAttributeConfig
from allocations.services import attributes, membership
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from identity.permissions import P
from marketplace.api.providers.serializers import ServiceProviderOutput
from marketplace.models import Offering, ServiceProvider

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

UPDATE = Needs(P.UPDATE_OFFERING, on=("", "customer"))


class ProviderUsernameViewSet(ApiViewSet):
    """Names that a provider gives to people."""

    model = ServiceProvider
    noun = Noun("a service provider", "service providers")
    output = ServiceProviderOutput
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "set_offerings_username": Needs(P.MANAGE_OFFERING_USER, on=("customer",))
    }

    @command(SetOfferingsUsernameInput, status=201)
    def set_offerings_username(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set a person's username at a service provider.

        At all its offerings of which the person's projects hold allocations. Where another account
        has the name at one of them, none is changed (400).
        """
        provider, data = self.row(), self.data(SetOfferingsUsernameInput)
        membership.name_everywhere(
            provider=provider.customer,
            user=data["user_uuid"],
            username=data["username"],
            actor=request.user,
            now=self.now,
        )
        return self.answer()


class AttributeConfigViewSet(ApiViewSet):
    """What a site gets to see of people."""

    model = Offering
    noun = Noun("an offering", "offerings")
    visible = "provided_by"
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "user_attribute_config": SCOPED,
        "update_user_attribute_config": UPDATE,
        "delete_user_attribute_config": UPDATE,
    }

    @reading(OfferingUserAttributeConfigOutput, url_path="user-attribute-config")
    def user_attribute_config(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get what an offering shows of people.

        The attributes of people that the provider's site gets to see, or the default where nothing
        was chosen.
        """
        return self.answer(self.representation(self.row()))

    @command(
        OfferingUserAttributeConfigInput,
        OfferingUserAttributeConfigOutput,
        url_path="update-user-attribute-config",
        methods=("post", "put", "patch"),
    )
    def update_user_attribute_config(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Choose what an offering shows of people.

        Attributes that are not named stay as they are. Who has not agreed to the terms of service
        is shown with less.
        """
        offering, data = self.row(), self.data(OfferingUserAttributeConfigInput)
        config = attributes.choose(offering, **data, actor=request.user, now=self.now)
        return self._shown(offering, config)

    @command(
        url_path="delete-user-attribute-config",
        methods=("delete",),
        status=204,
        input_optional=True,
    )
    def delete_user_attribute_config(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Reset what an offering shows of people.

        The default holds again. Answers 404 where nothing was chosen.
        """
        attributes.forget(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    def representation(self, row: Offering) -> dict[str, Any]:
        """Return the choice, which is what a version is of here."""
        config = UserAttributeConfig.objects.filter(offering=row).first()
        return dict(OfferingUserAttributeConfigOutput(config_row(row, config)).data)

    def _shown(self, offering: Offering, config: UserAttributeConfig | None) -> Response:
        shown = OfferingUserAttributeConfigOutput(config_row(offering, config))
        return self.answer(shown.data)
