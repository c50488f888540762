"""Whether a person may have an account at an offering: the conditions beside roles.

An offering asks for consent to its terms of service by its plugin option `ASKS`, or the platform
does for all offerings; where it has no terms there is nothing to agree to. Likewise it asks for
what institutions assure of people (`ASSURANCE`), for how they logged in last (`ACR`), and that it
was looked at who they are (`ASKS_VETTING`). Who was refused has an account nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef

from allocations.lifecycle import Condition
from common.errors import Invalid
from identity.models import LinkedIdentity, User
from identity.services import vetting
from identity.standing import VettingOutcome
from marketplace.models import Offering
from marketplace.querysets.rights import agreed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ASKS = "enforce_user_consent"
"""The plugin option of an offering that gives accounts only to those who agreed to its terms."""

ASKS_VETTING = "require_vetting"
"""The plugin option of an offering that gives accounts only to those who are vetted."""

ASSURANCE = "required_assurance"
"""The plugin option that names values of `eduperson_assurance` of which people have each."""

ACR = "required_acr"
"""The plugin option that names ways of logging in of which people used one the last time."""

SAID = {
    Condition.CONSENT: "The person has not agreed to the offering's terms of service.",
    Condition.VETTING: "It was not looked at yet who the person is, or they were refused.",
    Condition.ASSURANCE: "The person's institution does not assure as much of them as is asked.",
    Condition.AUTHENTICATION: "The person did not log in as is asked, with a second factor, say.",
}


class NotAdmitted(Invalid):
    """The person may not have an account at the offering yet."""

    code = "not_admitted"


def asks_for_consent(offering: Offering) -> bool:
    """Tell whether accounts wait for consent: the offering's word, else the platform's."""
    own = offering.plugin_options.get(ASKS)
    enforced: bool = settings.ENFORCE_USER_CONSENT_FOR_OFFERINGS
    return own if isinstance(own, bool) else enforced


def asks_for_vetting(offering: Offering) -> bool:
    """Tell whether accounts wait for vetting: the offering asks for it, or the platform does."""
    by_platform: bool = settings.REGISTRATION.needs_vetting
    return by_platform or offering.plugin_options.get(ASKS_VETTING) is True


def agreed_to(offering: Offering, users: Any) -> set[int]:
    """Return the keys of those of some people who agreed to an offering's terms, if it has any."""
    of_offering = Offering.objects.filter(pk=offering.pk)
    consenting = users.filter(
        Exists(of_offering.filter(agreed(offering="pk", user=OuterRef("pk"))))
    )
    return set(consenting.values_list("pk", flat=True))


def asks_for_anything(offering: Offering) -> bool:
    """Tell whether accounts wait for anything beside a role."""
    return (
        asks_for_consent(offering)
        or asks_for_vetting(offering)
        or bool(
            asked(offering, ASSURANCE, settings.REQUIRED_ASSURANCE)
            or asked(offering, ACR, settings.REQUIRED_ACR)
        )
    )


def asked(offering: Offering, option: str, platform: Sequence[str]) -> Sequence[str]:
    """Return what is asked for: the offering's word, also none, else the platform's."""
    own = offering.plugin_options.get(option)
    return [str(value) for value in own] if isinstance(own, list) else platform


def unmet(user: User, offering: Offering) -> Condition | None:
    """Return the condition that a person does not meet for an account; None is all met."""
    return next((one for one, is_met in CONDITIONS.items() if not is_met(user, offering)), None)


def _is_vetted(user: User, offering: Offering) -> bool:
    outcome = vetting.outcome_of(user)
    if outcome is VettingOutcome.REFUSED:
        return False
    return outcome is VettingOutcome.VETTED or not asks_for_vetting(offering)


def _has_consented(user: User, offering: Offering) -> bool:
    person = User.objects.filter(pk=user.pk)
    return not asks_for_consent(offering) or bool(agreed_to(offering, person))


def _is_assured(user: User, offering: Offering) -> bool:
    assurance = asked(offering, ASSURANCE, settings.REQUIRED_ASSURANCE)
    if not assurance:
        return True
    person = User.objects.filter(pk=user.pk)
    assured = person.values_list("eduperson_assurance", flat=True).first() or []
    return set(assurance) <= set(assured)


def _logged_in_so(user: User, offering: Offering) -> bool:
    """Tell whether the last login counts: by whom the person has their CUID, else by any.

    Sites know people by the CUID, so a login elsewhere neither opens nor closes anything there.
    """
    acr = asked(offering, ACR, settings.REQUIRED_ACR)
    if not acr:
        return True
    known = LinkedIdentity.objects.filter(user=user, last_login__isnull=False)
    logins = list(known.order_by("-last_login"))
    named = [login for login in logins if login.cuid.lower() == user.username.lower()]
    return any(login.acr in acr for login in (named or logins)[:1])


CONDITIONS = {
    Condition.VETTING: _is_vetted,
    Condition.CONSENT: _has_consented,
    Condition.ASSURANCE: _is_assured,
    Condition.AUTHENTICATION: _logged_in_so,
}
"""What has to be met, and how that is told; the first that is not is said."""


def check(user: User, offering: Offering) -> None:
    """Refuse an account for somebody who does not meet a condition.

    :raises NotAdmitted: there is one.
    """
    if condition := unmet(user, offering):
        raise NotAdmitted({"user": [SAID[condition]]})
