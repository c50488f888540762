"""Query parameters of the lists of fields of science."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Contains, Exact, OneUuid, Ordering
from identity.models import ScienceDomain, ScienceSubDomain


class ScienceDomainFilter(ApiFilterSet):
    """Fields of science by name."""

    class Meta:
        model = ScienceDomain

    name = Contains("name")
    name_exact = Exact("name")
    o = Ordering({"code": "code", "name": "name"})


class ScienceSubDomainFilter(ApiFilterSet):
    """Parts of fields of science by name and field."""

    class Meta:
        model = ScienceSubDomain

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
