"""What was recorded of agents."""

from __future__ import annotations

from identity.models import Event


def told():
    """Return what was recorded, but for the tokens that the clients came with."""
    return Event.objects.exclude(subject_type="token").order_by("pk")


def kinds():
    return list(told().values_list("kind", flat=True))
