"""Before the platform's terms are accepted a person can but say who they are, accept, and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from identity.models import PlatformTerms, User
from identity.services import credentials, platform_terms
from tests.factories.identity import PlatformTermsFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = pytest.mark.django_db

SAID = {
    "detail": "Accept the terms of service of this platform first: /platform-terms/, or"
    " agree_with_policy with your own profile.",
    "code": "platform_terms_not_accepted",
}
PAGE = "/platform-terms/"


@pytest.fixture
def terms() -> PlatformTerms:
    return PlatformTermsFactory(version="1", is_current=True)


@pytest.fixture
def bobs(bob: User, terms: PlatformTerms, now: datetime) -> APIClient:
    """Return a client with a token of bob's, as programs have it."""
    _, secret = credentials.issue(user=bob, name="laptop", actor=bob, now=now)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


REFUSED = (
    ("get", "/api/projects/"),
    ("get", "/api/users/"),
    ("get", "/api/marketplace-orders/"),
    ("post", "/api/marketplace-orders/"),
    ("post", "/api/keys/"),
    ("get", "/api/event-feed/"),
    ("get", "/api/hooks-web/"),
)


@pytest.mark.parametrize(("method", "path"), REFUSED)
def test_who_has_not_accepted_is_refused(method: str, path: str, bobs: APIClient) -> None:
    answer = getattr(bobs, method)(path)
    assert (answer.status_code, answer.json()) == (403, SAID)


def test_problem_details_say_it_too(bobs: APIClient) -> None:
    answer = bobs.get("/api/projects/", HTTP_ACCEPT="application/problem+json")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "platform_terms_not_accepted")


def test_who_has_not_accepted_says_who_they_are_accepts_and_is_let_in(
    bobs: APIClient, bob: User
) -> None:
    own = f"/api/users/{bob.uuid.hex}/"
    assert bobs.get("/api/users/me/").status_code == 200
    assert bobs.get(f"{own}token/").status_code == 200
    assert bobs.patch(own, {}).json() == {"agree_with_policy": ["User must agree with the policy."]}
    answer = bobs.patch(own, {"agree_with_policy": True})
    assert (answer.status_code, answer.json()["agreement_date"] is not None) == (200, True)
    assert bobs.get("/api/projects/").status_code == 200
    PlatformTerms.objects.update(is_current=False)
    PlatformTermsFactory(version="2", is_current=True)
    assert bobs.get("/api/projects/").status_code == 403
    assert bobs.post("/api-auth/logout/").status_code == 204


def test_what_everybody_reads_is_read(bobs: APIClient) -> None:
    assert bobs.get("/api/marketplace-public-offerings/").status_code == 200


def test_staff_programs_and_the_anonymous_go_on(
    terms: PlatformTerms,
    bob: User,
    dave: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
) -> None:
    assert as_user(dave).get("/api/projects/").status_code == 200
    assert as_user(bob).get("/api/projects/").status_code == 403
    User.objects.filter(pk=bob.pk).update(is_machine=True)
    bob.refresh_from_db()
    assert as_user(bob).get("/api/projects/").status_code == 200
    assert anonymous.get("/api/projects/").status_code == 401


def test_nobody_makes_themselves_a_program(bobs: APIClient, bob: User) -> None:
    bobs.patch(f"/api/users/{bob.uuid.hex}/", {"agree_with_policy": True, "is_machine": True})
    assert not User.objects.get(pk=bob.pk).is_machine


def test_the_page_shows_the_terms_and_takes_the_click(
    client: Client, terms: PlatformTerms, bob: User
) -> None:
    assert b"Compute in good faith." in client.get(PAGE).content
    assert b"<button" not in client.get(PAGE).content
    assert client.post(PAGE, {"version": "1"}).status_code == 403
    client.force_login(bob)
    assert b"I accept version 1" in client.get(PAGE).content
    stale = client.post(PAGE, {"version": "0"})
    assert (stale.status_code, b"Other terms are in force" in stale.content) == (409, True)
    assert platform_terms.awaited_from(bob)
    answer = client.post(PAGE, {"version": "1"}, follow=True)
    assert b"nothing is left to accept" in answer.content
    assert not platform_terms.awaited_from(bob)


def test_terms_are_shown_as_text_and_not_as_markup(client: Client) -> None:
    PlatformTermsFactory(is_current=True, terms="<script>alert(1)</script>")
    assert b"<script>" not in client.get(PAGE).content


def test_the_page_says_when_there_is_nothing_to_accept(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert b"There are none" in client.get(PAGE).content


def test_a_form_from_elsewhere_accepts_nothing(terms: PlatformTerms, bob: User) -> None:
    strict: Any = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(PAGE, {"version": "1"}).status_code == 403
    assert platform_terms.awaited_from(bob)
