"""Names of allocations at a site: whether one can still be had. It asks and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common import patterns
from marketplace.models import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketplace.models import Offering


@dataclass(frozen=True)
class Availability:
    """Whether a name is taken, whether it is formed as the offering asks, and what is wrong.

    `is_valid_format` is None where nothing is asked of its form.
    """

    is_unique: bool
    is_valid_format: bool | None
    errors: tuple[str, ...]


def check(
    offering: Offering, backend_id: str, *, in_all_offerings: bool, by_rules: bool
) -> Availability:
    """Say whether a name can be had in the offering, or in all of its provider's.

    Names are compared without case, as sites do. Those of terminated allocations stay taken: sites
    keep their records.
    """
    named = Resource.objects.filter(backend_id__iexact=backend_id)
    named = (
        named.filter(offering__customer=offering.customer_id)
        if in_all_offerings
        else named.filter(offering=offering)
    )
    is_unique = not named.exists()
    is_valid = _fits(backend_id, offering.backend_id_rules) if by_rules else None
    errors = []
    if not is_unique:
        errors.append(f"Backend ID {backend_id} is already in use.")
    if is_valid is False:
        errors.append(f"Backend ID {backend_id} does not match the required format.")
    return Availability(is_unique, is_valid, tuple(errors))


def _fits(backend_id: str, rules: Mapping[str, Any]) -> bool | None:
    """Hold a name to `{"format": {"regex": ...}}`; a pattern that is none asks nothing."""
    form = rules.get("format")
    pattern = form.get("regex") if isinstance(form, dict) else None
    if not isinstance(pattern, str):
        return None
    try:
        return patterns.fits(pattern, backend_id)
    except patterns.Unusable:
        return None
