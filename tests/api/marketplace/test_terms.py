"""`/api/marketplace-offering-terms-of-service/` and `/api/marketplace-user-offering-consents/`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models.offering_terms_of_service import OfferingTermsOfService
from waldur_api_client.models.offering_terms_of_service_create import OfferingTermsOfServiceCreate
from waldur_api_client.models.user_offering_consent import UserOfferingConsent
from waldur_api_client.models.user_offering_consent_create import UserOfferingConsentCreate

from allocations.models import UserAttributeConfig
from marketplace.models import Consent, TermsOfService
from marketplace.services import consents
from tests.factories.identity import UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

TERMS = "marketplace-offering-terms-of-service/"
CONSENTS = "marketplace-user-offering-consents/"
HOST = "http://testserver/api"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = "2026-03-01T12:00:00Z"


@pytest.fixture
def terms(offering: Offering) -> TermsOfService:
    return TermsOfServiceFactory(offering=offering, version="2", created=AT)


@pytest.fixture
def consent(offering: Offering, bob: User) -> Consent:
    return ConsentFactory(offering=offering, user=bob, version="1", agreement_date=AT, created=AT)


def said(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def whole_terms(terms: TermsOfService, **differs: Any) -> dict[str, Any]:
    body = {
        "created": SAID,
        "grace_period_days": 0,
        "has_user_consent": False,
        "is_active": True,
        "modified": said(terms.modified),
        "offering_name": terms.offering.name,
        "offering_uuid": terms.offering.uuid.hex,
        "requires_reconsent": False,
        "terms_of_service": "Be kind to the machine.",
        "terms_of_service_link": "",
        "user_consent": None,
        "uuid": terms.uuid.hex,
        "version": "2",
    }
    return body | differs


def whole_consent(consent: Consent, **differs: Any) -> dict[str, Any]:
    user, offering = consent.user, consent.offering
    body = {
        "agreement_date": SAID,
        "collected_attributes": ["email", "full_name", "username"],
        "created": SAID,
        "has_consent": True,
        "modified": said(consent.modified),
        "offering_name": offering.name,
        "offering_slug": offering.slug,
        "offering_url": f"{HOST}/marketplace-public-offerings/{offering.uuid.hex}/",
        "offering_uuid": offering.uuid.hex,
        "requires_reconsent": False,
        "revocation_date": None,
        "user_email": user.email,
        "user_full_name": user.full_name,
        "user_username": user.username,
        "user_uuid": user.uuid.hex,
        "uuid": consent.uuid.hex,
        "version": "1",
    }
    return body | differs


def test_terms_say_what_the_reader_has_said_to_them(
    terms: TermsOfService, consent: Consent, bob: User, mallory: User, ask: Callable[..., Any]
) -> None:
    assert ask(mallory, "get", TERMS) == (200, [whole_terms(terms)])
    mine = {
        "uuid": consent.uuid.hex,
        "version": "1",
        "agreement_date": SAID,
        "is_revoked": False,
    }
    shown = whole_terms(terms, has_user_consent=True, user_consent=mine)
    assert ask(bob, "get", f"{TERMS}{terms.uuid.hex}/") == (200, shown)
    parsed = OfferingTermsOfService.from_dict(shown).user_consent
    assert parsed is not None
    assert parsed.uuid == consent.uuid

    Consent.objects.update(revocation_date=AT)
    shown = whole_terms(terms, user_consent=mine | {"is_revoked": True})
    assert ask(bob, "get", f"{TERMS}{terms.uuid.hex}/") == (200, shown)


def test_terms_of_what_is_not_in_the_catalogue_are_read_by_those_who_have_some_of_it(
    project: Project, bob: User, mallory: User, carol: User, ask: Callable[..., Any]
) -> None:
    archived = OfferingFactory(state="Archived")
    ResourceFactory(project=project, offering=archived)
    terms = TermsOfServiceFactory(offering=archived)
    assert ask(bob, "get", f"{TERMS}{terms.uuid.hex}/")[0] == 200
    assert ask(bob, "post", CONSENTS, {"offering": archived.uuid.hex})[0] == 201
    for outsider in (mallory, carol):
        assert ask(outsider, "get", f"{TERMS}{terms.uuid.hex}/")[0] == 404
        assert ask(outsider, "post", CONSENTS, {"offering": archived.uuid.hex}) == (
            400,
            {"offering": ["Object does not exist."]},
        )


def test_terms_are_drafted_put_into_force_and_withdrawn(
    terms: TermsOfService, carol: User, ask: Callable[..., Any]
) -> None:
    offering = f"{HOST}/marketplace-provider-offerings/{terms.offering.uuid.hex}/"
    sent = {"offering": offering, "version": "3", "terms_of_service_link": "https://lumi.eu/3"}
    status, draft = ask(carol, "post", TERMS, sent | {"requires_reconsent": True})
    assert (status, draft["offering"], draft["is_active"]) == (201, offering, False)
    assert (draft["grace_period_days"], draft["requires_reconsent"]) == (60, True)
    assert OfferingTermsOfServiceCreate.from_dict(draft).offering == offering

    at = f"{TERMS}{draft['uuid']}/"
    status, body = ask(carol, "patch", at, {"is_active": True, "grace_period_days": 7})
    assert (status, body["is_active"], body["grace_period_days"]) == (200, True, 7)
    active = [row["version"] for row in ask(carol, "get", f"{TERMS}?is_active=true")[1]]
    assert active == ["3"]
    assert ask(carol, "patch", at, {"is_active": False})[1]["is_active"] is False
    assert ask(carol, "get", f"{TERMS}?is_active=true") == (200, [])


REFUSED = (
    ({"version": "2"}, {"version": ["The offering has terms of this version already."]}),
    ({"version": "v" * 51}, {"version": ["Ensure this field has no more than 50 characters."]}),
    (
        {"grace_period_days": -1},
        {"grace_period_days": ["Ensure this value is greater than or equal to 0."]},
    ),
    (
        {"grace_period_days": 3651},
        {"grace_period_days": ["Ensure this value is less than or equal to 3650."]},
    ),
    (
        {"terms_of_service_link": "javascript:alert(1)"},
        {"terms_of_service_link": ["A link begins with http:, https: or no scheme."]},
    ),
    ({"offering": "nothing"}, {"offering": ["Invalid hyperlink - No URL match."]}),
)


@pytest.mark.parametrize(("sent", "why"), REFUSED)
def test_terms_that_cannot_be_are_refused_by_name(
    sent: dict[str, Any],
    why: dict[str, Any],
    terms: TermsOfService,
    carol: User,
    ask: Callable[..., Any],
) -> None:
    offering = f"{HOST}/marketplace-provider-offerings/{terms.offering.uuid.hex}/"
    body = {"offering": offering, "version": "3"} | sent
    assert ask(carol, "post", TERMS, body) == (400, why)


def test_terms_that_somebody_agreed_to_are_neither_rewritten_nor_deleted(
    terms: TermsOfService, bob: User, carol: User, now: datetime, ask: Callable[..., Any]
) -> None:
    consents.accept(terms.offering, user=bob, actor=bob, now=now)
    at = f"{TERMS}{terms.uuid.hex}/"
    assert ask(carol, "patch", at, {"terms_of_service": "Be quick."}) == (
        409,
        {"detail": "People agreed to these terms: publish a new version instead."},
    )
    assert ask(carol, "delete", at) == (
        409,
        {"detail": "People agreed to these terms: withdraw them instead."},
    )


def test_a_person_agrees_once_and_again_to_a_new_version(
    terms: TermsOfService, consent: Consent, bob: User, ask: Callable[..., Any]
) -> None:
    TermsOfService.objects.update(requires_reconsent=True)
    shown = whole_consent(consent, requires_reconsent=True)
    assert ask(bob, "get", f"{CONSENTS}{consent.uuid.hex}/") == (200, shown)
    assert UserOfferingConsent.from_dict(shown).requires_reconsent

    named = {"offering": terms.offering.uuid.hex}
    status, body = ask(bob, "post", CONSENTS, named)
    assert (status, body["version"], body["requires_reconsent"]) == (201, "2", False)
    assert UserOfferingConsentCreate.from_dict(body).offering == terms.offering.uuid
    assert ask(bob, "post", CONSENTS, named) == (201, body)
    states = {row["version"]: row["has_consent"] for row in ask(bob, "get", CONSENTS)[1]}
    assert states == {"1": False, "2": True}


def test_consent_is_renewed_to_the_version_that_was_read(
    terms: TermsOfService, consent: Consent, bob: User, ask: Callable[..., Any]
) -> None:
    at = f"{CONSENTS}{consent.uuid.hex}/"
    assert ask(bob, "patch", at, {}) == (200, whole_consent(consent))
    assert ask(bob, "patch", at, {"version": "1"}) == (
        400,
        {"version": ["The version in force is '2'."]},
    )
    status, body = ask(bob, "put", at, {"version": "2"})
    assert (status, body["version"], body["has_consent"]) == (200, "2", True)
    assert ask(bob, "get", f"{at}?field=has_consent") == (200, {"has_consent": False})


def test_a_consent_is_taken_back_and_stays_on_record(
    consent: Consent, bob: User, carol: User, ask: Callable[..., Any]
) -> None:
    """Whose terms they were does not see the person any more; the person themselves does."""
    at = f"{CONSENTS}{consent.uuid.hex}/"
    assert ask(carol, "get", at) == (200, whole_consent(consent))
    status, body = ask(bob, "post", f"{at}revoke/")
    ended = {"has_consent": False, "revocation_date": body["revocation_date"]}
    ended |= {"modified": body["modified"]}
    assert body["revocation_date"] is not None
    assert (status, body) == (200, whole_consent(consent, **ended))
    assert ask(bob, "post", f"{at}revoke/") == (200, body)
    assert ask(bob, "delete", at) == (204, None)
    assert ask(bob, "get", at) == (200, body)
    nobody = dict.fromkeys(("user_email", "user_full_name", "user_username"), "")
    assert ask(carol, "get", at) == (200, body | nobody)


def test_a_provider_sees_of_who_agreed_what_it_chose(
    consent: Consent, offering: Offering, carol: User, ask: Callable[..., Any]
) -> None:
    UserAttributeConfig.objects.create(
        offering=offering, exposed_fields=["username", "organization"]
    )
    hidden = {
        "user_email": "",
        "user_full_name": "",
        "collected_attributes": ["organization", "username"],
    }
    shown = whole_consent(consent, **hidden)
    assert ask(carol, "get", f"{CONSENTS}{consent.uuid.hex}/") == (200, shown)


def test_nothing_can_be_agreed_to_where_there_are_no_terms(
    offering: Offering, bob: User, ask: Callable[..., Any]
) -> None:
    assert ask(bob, "post", CONSENTS, {"offering": offering.uuid.hex}) == (
        400,
        {"offering": ["Offering has no active terms of service."]},
    )


def test_consents_are_found_by_offering_person_version_and_force(
    terms: TermsOfService, consent: Consent, carol: User, carols: APIClient
) -> None:
    TermsOfService.objects.update(requires_reconsent=True)
    taken_back = ConsentFactory(
        offering=terms.offering, version="0", revocation_date=AT, agreement_date=AT - timedelta(1)
    )
    newest = ConsentFactory(offering=terms.offering, version="2", agreement_date=AT + timedelta(1))
    elsewhere = ConsentFactory(user=UserFactory())

    def found(query: str) -> list[str]:
        return [row["uuid"] for row in carols.get(f"/api/{CONSENTS}?{query}").json()]

    first, second, third = newest.uuid.hex, consent.uuid.hex, taken_back.uuid.hex
    everything = {
        "": [first, second, third],
        "has_consent=false": [third],
        "has_consent=true": [first, second],
        "o=agreement_date": [third, second, first],
        f"offering={HOST}/marketplace-public-offerings/{terms.offering.uuid.hex}/": [
            first,
            second,
            third,
        ],
        f"offering_uuid={elsewhere.offering.uuid.hex}": [],
        "requires_reconsent=false": [first, third],
        "requires_reconsent=true": [second],
        f"user={HOST}/users/{consent.user.uuid.hex}/": [second],
        f"user_uuid={newest.user.uuid.hex}": [first],
        "version=2": [first],
    }
    assert {query: found(query) for query in everything} == everything
