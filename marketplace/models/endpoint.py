"""Endpoints of offerings: the addresses at which an offering is used, login nodes among them."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from common.audience import OPEN, Audiences
from common.checked_columns import CheckedText
from common.links import access_link
from common.models import Timestamped
from identity.event_scope import EventScope
from identity.models import EventSubject
from marketplace.login_nodes import fault_of_endpoint
from marketplace.models.offering import Offering


def endpoint_url(url: str) -> None:
    """Refuse what leads nowhere that is used or logged in to, and a host of SSH that is none.

    :raises ValidationError: it is one of these.
    """
    access_link(url)
    if why := fault_of_endpoint(url):
        raise ValidationError(why, code="endpoint")


class OfferingEndpoint(EventSubject, Timestamped):
    """An address at which an offering is used; `ssh://host` is a login node."""

    event_nouns: ClassVar[tuple[str, ...]] = ("endpoint",)

    audiences: ClassVar[Audiences] = OPEN

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=255)
    url: Any = CheckedText(max_length=500, validators=[endpoint_url])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["offering", "url"], name="an_endpoint_once"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.url}"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
