"""`/api/science-domains/` and `/api/science-sub-domains/`: read by everybody, kept by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api import paging
from common.api.access import AUTHENTICATED, KEPT_BY_STAFF, STAFF, Rule
from common.api.actions import command, listing
from common.api.filters import ApiFilterSet, Contains, Exact, OneUuid, Ordering
from common.api.inputs import Input, RelatedUrl
from common.api.operation_texts import Noun
from common.api.reads.outputs import Output, UrlField, UuidField
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.api.inputs import Columns
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services import science

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class ScienceDomainOutput(Output):
    """A field of science."""

    class Meta:
        model = ScienceDomain
        always = ("created", "modified", "name", "subdomains_count", "url", "uuid")
        fields = (*always, "code")

    url = UrlField("sciencedomain-detail")
    subdomains_count = serializers.IntegerField()


class ScienceSubDomainOutput(Output):
    """A part of a field of science."""

    class Meta:
        model = ScienceSubDomain
        always = (
            "created",
            "domain",
            "domain_code",
            "domain_name",
            "domain_uuid",
            "modified",
            "name",
            "projects_count",
            "url",
            "uuid",
        )
        fields = (*always, "code")

    url = UrlField("sciencesubdomain-detail")
    domain = UrlField("sciencedomain-detail", source="domain.uuid")
    domain_uuid = UuidField(source="domain.uuid")
    domain_code = serializers.CharField(source="domain.code")
    domain_name = serializers.CharField(source="domain.name")
    projects_count = serializers.IntegerField()


class ScienceDomainInput(Columns):
    """A field of science."""

    class Meta:
        model = ScienceDomain
        fields: ClassVar[tuple[str, ...]] = ("code", "name")


class ScienceSubDomainInput(Columns):
    """A part of a field of science."""

    class Meta:
        model = ScienceSubDomain
        fields: ClassVar[tuple[str, ...]] = ("code", "domain", "name")

    domain = RelatedUrl("sciencedomain-detail", ScienceDomain)


class LoadScienceDomainPresetInput(Input):
    """The preset list of science domains to load; `cscs` is not available."""

    preset = serializers.ChoiceField(choices=("cscs", science.OECD))


class LoadScienceDomainPresetResponse(serializers.Serializer[Any]):
    """How much of the list was new."""

    created_domains = serializers.IntegerField()
    created_subdomains = serializers.IntegerField()
    skipped_domains = serializers.IntegerField()
    skipped_subdomains = serializers.IntegerField()


class ScienceDomainPreset(serializers.Serializer[Any]):
    """A list of science domains that can be loaded."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()


class ScienceDomainFilter(ApiFilterSet):
    """Fields of science by name."""

    name = Contains("name")
    name_exact = Exact("name")
    o = Ordering({"code": "code", "name": "name"})


class ScienceSubDomainFilter(ApiFilterSet):
    """Parts of fields of science by name and field."""

    domain_name = Contains("domain__name")
    domain_uuid = OneUuid("domain__uuid")
    name = Contains("name")
    name_exact = Exact("name")
    o = Ordering(
        {
            "code": "code",
            "domain_name": "domain__name",
            "name": "name",
            "projects_count": "projects_count",
        }
    )


PRESETS = (
    {
        "name": science.OECD,
        "label": "OECD FOS 2007",
        "description": "Fields of science and technology of the OECD, as revised in 2007.",
    },
)


class ScienceDomainViewSet(Listed, Retrieved, ApiViewSet):
    """A field of science, with its parts (sub-domains), by which projects are classified."""

    model = ScienceDomain
    noun = Noun("a science domain", "science domains")
    output = ScienceDomainOutput
    filterset_class = ScienceDomainFilter
    default_order = ("code", "name")
    access: ClassVar[dict[str, Rule]] = {
        **KEPT_BY_STAFF,
        "presets": AUTHENTICATED,
        "load_preset": STAFF,
    }

    create = creating(
        ScienceDomainInput,
        science.domains.create,
        "Create {one}.\n\nIts name and its code are unique.",
    )
    update = updating(ScienceDomainInput, science.domains.change)
    destroy = deleting(
        science.remove_domain,
        "Delete {one}.\n\nWith its sub-domains. Answers 409 where a project is of one of them.",
    )

    @command(LoadScienceDomainPresetInput, LoadScienceDomainPresetResponse, detail=False)
    def load_preset(self, request: AuthenticatedRequest) -> Response:
        """Add the science domains of a preset list.

        Domains and sub-domains whose codes are there already are left as they are; the answer
        counts both. Repeating it adds nothing.
        """
        data = self.data(LoadScienceDomainPresetInput)
        loaded = science.load(**data, actor=request.user, now=self.now)
        return self.answer(LoadScienceDomainPresetResponse(loaded).data)

    @listing(ScienceDomainPreset, filterset=ScienceDomainFilter, detail=False)
    def presets(self, request: AuthenticatedRequest) -> Response:
        """List the preset lists of science domains.

        They can be loaded with `POST /api/science-domains/load_preset/`.
        """
        return paging.few(PRESETS, request)


class ScienceSubDomainViewSet(Listed, Retrieved, ApiViewSet):
    """A part of a field of science, by which projects are classified."""

    model = ScienceSubDomain
    noun = Noun("a science sub-domain", "science sub-domains")
    output = ScienceSubDomainOutput
    filterset_class = ScienceSubDomainFilter
    default_order = ("code", "name")
    access = KEPT_BY_STAFF

    def rows(self) -> Any:
        """Return the parts with their number of projects, which the list can be ordered by."""
        return super().rows().for_api(self.request.user)

    create = creating(
        ScienceSubDomainInput,
        science.sub_domains.create,
        "Create {one}.\n\nIts name is unique within its domain, its code everywhere.",
    )
    update = updating(
        ScienceSubDomainInput,
        science.sub_domains.change,
        "Update {one}.\n\nIt may be moved to another domain.",
    )
    destroy = deleting(
        science.sub_domains.remove, "Delete {one}.\n\nAnswers 409 where a project is of it."
    )
