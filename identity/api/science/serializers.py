"""What fields of science look like, and what is said of them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.inputs import Input, RelatedUrl
from common.api.reads.outputs import Output, UrlField, UuidField
from identity.api.inputs import Columns
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services.science import OECD


class ScienceDomainOutput(Output):
    """A field of science."""

    class Meta:
        model = ScienceDomain
        always = ("created", "modified", "name", "subdomains_count", "url", "uuid")
        fields = (*always, "code")

    url = UrlField("sciencedomain-detail")
    uuid = UuidField()
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
    uuid = UuidField()
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
        required: ClassVar[tuple[str, ...]] = ("name",)


class ScienceSubDomainInput(Columns):
    """A part of a field of science."""

    class Meta:
        model = ScienceSubDomain
        fields: ClassVar[tuple[str, ...]] = ("code", "domain", "name")
        required: ClassVar[tuple[str, ...]] = ("domain", "name")

    domain = RelatedUrl("sciencedomain-detail", ScienceDomain)


class LoadScienceDomainPresetInput(Input):
    """The preset list of science domains to load; `cscs` is not available."""

    preset = serializers.ChoiceField(choices=("cscs", OECD))


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
