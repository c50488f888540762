"""`/api/science-domains/` and `/api/science-sub-domains/`: read by everybody, kept by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, STAFF, Rule
from common.api.actions import command, creates, deletes, listing, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.science.filters import ScienceDomainFilter, ScienceSubDomainFilter
from identity.api.science.serializers import (
    LoadScienceDomainPresetInput,
    LoadScienceDomainPresetResponse,
    ScienceDomainInput,
    ScienceDomainOutput,
    ScienceDomainPreset,
    ScienceSubDomainInput,
    ScienceSubDomainOutput,
)
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services import science

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

PRESETS = (
    {
        "name": science.OECD,
        "label": "OECD FOS 2007",
        "description": "Fields of science and technology of the OECD, as revised in 2007.",
    },
)


class ScienceDomainViewSet(Listed, Retrieved, ApiViewSet):
    """Fields of science."""

    model = ScienceDomain
    output = ScienceDomainOutput
    filterset_class = ScienceDomainFilter
    default_order = ("code", "name")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "presets": SCOPED,
        "create": STAFF,
        "update": STAFF,
        "destroy": STAFF,
        "load_preset": STAFF,
    }

    @creates(ScienceDomainInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Add a field."""
        data = self.data(ScienceDomainInput)
        return self.created(science.create_domain(**data, actor=request.user, now=self.now))

    @updates(ScienceDomainInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Call a field otherwise."""
        row, data = self.row(), self.data(ScienceDomainInput)
        return self.reply(science.change_domain(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a field away, with its parts."""
        science.remove_domain(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(LoadScienceDomainPresetInput, LoadScienceDomainPresetResponse, detail=False)
    def load_preset(self, request: AuthenticatedRequest) -> Response:
        """Take over a list of fields that comes with the service."""
        data = self.data(LoadScienceDomainPresetInput)
        loaded = science.load(**data, actor=request.user, now=self.now)
        return self.answer(LoadScienceDomainPresetResponse(loaded).data)

    @listing(ScienceDomainPreset, filterset=ScienceDomainFilter, detail=False)
    def presets(self, request: AuthenticatedRequest) -> Response:
        """Return the lists that come with the service: they fit on a page."""
        return self.answer(PRESETS, headers={"X-Result-Count": str(len(PRESETS))})


class ScienceSubDomainViewSet(Listed, Retrieved, ApiViewSet):
    """Parts of fields of science."""

    model = ScienceSubDomain
    output = ScienceSubDomainOutput
    filterset_class = ScienceSubDomainFilter
    default_order = ("code", "name")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": STAFF,
        "update": STAFF,
        "destroy": STAFF,
    }

    def rows(self) -> Any:
        """Return the parts with their number of projects, which the list can be ordered by."""
        return super().rows().for_api(self.request.user)

    @creates(ScienceSubDomainInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Add a part."""
        data = self.data(ScienceSubDomainInput)
        return self.created(science.create_sub_domain(**data, actor=request.user, now=self.now))

    @updates(ScienceSubDomainInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Call a part otherwise, or move it."""
        row, data = self.row(), self.data(ScienceSubDomainInput)
        return self.reply(science.change_sub_domain(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a part away."""
        science.remove_sub_domain(self.row(), actor=request.user, now=self.now)
        return self.no_content()
