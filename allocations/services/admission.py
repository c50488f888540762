"""Whether a person may have an account at an offering: the conditions beside roles.

An offering asks for consent to its terms of service by its plugin option `ASKS`, or the platform
does for all offerings; where it has no terms there is nothing to agree to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef

from allocations.lifecycle import Condition
from common.errors import Invalid
from identity.models import User
from marketplace.models import Offering
from marketplace.querysets.rights import agreed

if TYPE_CHECKING:
    from typing import Any

ASKS = "enforce_user_consent"
"""The plugin option of an offering that gives accounts only to those who agreed to its terms."""

SAID = {Condition.CONSENT: "The person has not agreed to the offering's terms of service."}


class NotAdmitted(Invalid):
    """The person may not have an account at the offering yet."""

    code = "not_admitted"


def asks_for_consent(offering: Offering) -> bool:
    """Tell whether accounts wait for consent: the offering's word, else the platform's."""
    own = offering.plugin_options.get(ASKS)
    enforced: bool = settings.ENFORCE_USER_CONSENT_FOR_OFFERINGS
    return own if isinstance(own, bool) else enforced


def agreed_to(offering: Offering, users: Any) -> set[int]:
    """Return the keys of those of some people who agreed to an offering's terms, if it has any."""
    of_offering = Offering.objects.filter(pk=offering.pk)
    consenting = users.filter(
        Exists(of_offering.filter(agreed(offering="pk", user=OuterRef("pk"))))
    )
    return set(consenting.values_list("pk", flat=True))


def unmet(user: User, offering: Offering) -> Condition | None:
    """Return the condition that a person does not meet for an account; None is all met."""
    person = User.objects.filter(pk=user.pk)
    if asks_for_consent(offering) and not agreed_to(offering, person):
        return Condition.CONSENT
    return None


def check(user: User, offering: Offering) -> None:
    """Refuse an account for somebody who does not meet a condition.

    :raises NotAdmitted: there is one.
    """
    if condition := unmet(user, offering):
        raise NotAdmitted({"user": [SAID[condition]]})
