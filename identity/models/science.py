"""Fields of science, as an installation tells them apart."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.audience import OPEN, Audiences
from common.models import Timestamped, text
from identity.models.event_subject import EventSubject
from identity.querysets import ScienceDomainQuerySet, ScienceSubDomainQuerySet


class ScienceDomain(EventSubject, Timestamped):
    """A field of science, such as the natural sciences."""

    event_nouns: ClassVar[tuple[str, ...]] = ("science_domain",)

    audiences: ClassVar[Audiences] = OPEN

    name = models.CharField(max_length=255, unique=True)
    code = text(length=20)

    objects = ScienceDomainQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="science_domain_code"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class ScienceSubDomain(EventSubject, Timestamped):
    """A part of a field of science; instances that work together know it by its code."""

    event_nouns: ClassVar[tuple[str, ...]] = ("science_sub_domain",)

    audiences: ClassVar[Audiences] = OPEN

    domain = models.ForeignKey(ScienceDomain, on_delete=models.PROTECT, related_name="sub_domains")
    name = models.CharField(max_length=255)
    code = text(length=20)

    objects = ScienceSubDomainQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["domain", "name"], name="science_sub_domain_name"),
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="science_sub_domain_code"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
