"""The pages between a right password and a session, and those of what one has."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from identity.models import SecondFactor, User
from identity.services import credentials, second_factors
from tests.factories.identity import PASSWORD, UserFactory
from tests.factories.second_factors import RECOVERY, SECRET, SecondFactorFactory

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

CODE, SET_UP, OWN = "/login/code/", "/second-factor/set-up/", "/second-factor/"
LOGINS = ("/login/", "/admin/login/")


def by_password(client: Client, at: str = "/login/", **more: str) -> Any:
    return client.post(at, {"username": "dave", "password": PASSWORD, **more})


def who(client: Client) -> str | None:
    answer = client.get("/api/users/me/")
    return answer.json()["username"] if answer.status_code == 200 else None


def said(page: Any) -> tuple[int, str]:
    found = re.search(r'<p role="(?:alert|status)">(.*?)</p>', page.content.decode())
    return page.status_code, found[1] if found else ""


def shown_secret(page: Any) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found, page.content
    return found[1].replace(" ", "")


def code_of(secret: str, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


def test_a_password_leads_to_the_code_and_the_code_to_where_one_wanted(dave: User) -> None:
    SecondFactorFactory(user=dave)
    again = Client()
    for at in LOGINS:
        client = Client()
        answer = by_password(client, at, next="/admin/identity/user/")
        assert (answer.status_code, answer["Location"], who(client)) == (302, CODE, None)
        assert client.get("/admin/").status_code == 302
        assert client.get(CODE)["Cache-Control"].endswith("private")
        assert said(client.post(CODE, {"code": "12"})) == (
            401,
            "This code is not right, or was used before.",
        )
        right = {"code": code_of(SECRET, -30 if at == "/login/" else 0)}
        answer = client.post(CODE, right)
        assert (answer["Location"], who(client)) == ("/admin/identity/user/", "dave")
        assert client.get(CODE)["Location"] == "/login/"
        by_password(again)
        assert said(again.post(CODE, right))[0] == 401
    by_password(again)
    assert again.post(CODE, {"code": RECOVERY})["Location"] == "/admin/"


def test_a_right_password_waits_for_its_code_only_in_its_browser_and_for_a_while(
    dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    SecondFactorFactory(user=dave)
    assert Client().get(CODE)["Location"] == Client().post(CODE, {"code": "1"})["Location"]

    client = Client()
    client.force_login(UserFactory(username="eve"))
    before = client.session.session_key
    by_password(client)
    assert (who(client), client.session.session_key == before) == (None, False)
    User.objects.filter(pk=dave.pk).update(session_generation=7)  # as by another password
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == "/login/"

    by_password(client)
    later = timezone.now().timestamp() + 601
    monkeypatch.setattr("config.pages.login.by_password.time.time", lambda: later)
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == "/login/"
    assert who(client) is None


def test_staff_who_have_none_set_one_up_on_their_way_in(dave: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = "staff"
    for at in LOGINS:
        SecondFactor.objects.all().delete()
        client = Client()
        assert by_password(client, at)["Location"] == SET_UP
        page = client.get(SET_UP)
        secret = shown_secret(page)
        assert (page.content.count(b"<svg"), b"style=" in page.content, who(client)) == (
            1,
            False,
            None,
        )
        assert said(client.post(SET_UP, {"code": "000"}))[0] == 401
        assert shown_secret(client.get(SET_UP)) == secret
        page = client.post(SET_UP, {"code": code_of(secret)})
        given = re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", page.content.decode())
        assert (len(given), who(client)) == (10, "dave")
        assert 'href="/admin/">I have kept them' in page.content.decode()
        assert client.post(SET_UP, {"code": code_of(secret)})["Location"] == OWN
    answer = by_password(Client())
    assert answer["Location"] == CODE


def test_who_is_not_asked_logs_in_as_before(dave: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = "staff"
    User.objects.filter(pk=dave.pk).update(is_machine=True)
    client = Client()
    assert (by_password(client)["Location"], who(client)) == ("/admin/", "dave")
    bob, other = UserFactory(username="bob"), Client()
    other.post("/login/", {"username": bob.username, "password": PASSWORD})
    assert who(other) == "bob"


def test_whoever_likes_sets_one_up_with_their_password_and_takes_it_off_with_a_code(
    dave: User,
) -> None:
    client = Client()
    assert client.get(OWN)["Location"] == client.get(SET_UP)["Location"] == f"/login/?next={OWN}"
    assert client.post(OWN)["Location"] == client.post(SET_UP)["Location"] == f"/login/?next={OWN}"
    by_password(client)
    assert "You have none" in client.get(OWN).content.decode()
    secret = shown_secret(client.get(SET_UP))
    right = {"code": code_of(secret, -30), "password": PASSWORD}
    assert said(client.post(SET_UP, right | {"password": "nope"})) == (
        401,
        "Invalid username/password.",
    )
    assert client.post(SET_UP, right).status_code == 200
    assert "<dd>10</dd>" in client.get(OWN).content.decode()
    assert client.get(SET_UP)["Location"] == OWN
    assert said(client.post(OWN, {"act": "renew", "code": "no"}))[0] == 400
    page = client.post(OWN, {"act": "renew", "code": code_of(secret)})
    assert page.content.count(b"<li><code>") == 10
    assert client.post(OWN, {"act": "remove", "code": code_of(secret, 30)})["Location"] == OWN
    assert not second_factors.is_asked(dave)

    User.objects.filter(pk=dave.pk).update(password="!", session_generation=0)
    client.force_login(User.objects.get(pk=dave.pk))
    assert "You do not log in by a password here" in client.get(OWN).content.decode()
    assert client.get(SET_UP)["Location"] == OWN


def test_one_that_is_reset_meanwhile_is_not_asked_for_any_more(dave: User) -> None:
    SecondFactorFactory(user=dave)
    client = Client()
    by_password(client)
    second_factors.reset(dave, actor=None, now=timezone.now())
    assert (client.post(CODE, {"code": "1"})["Location"], who(client)) == ("/admin/", "dave")


def test_a_token_for_a_password_needs_a_code_of_those_who_have_one(dave: User, bob: User) -> None:
    SecondFactorFactory(user=dave)
    right, at = {"username": "dave", "password": PASSWORD}, "/api-auth/password/"
    for more, status, detail in (
        ({}, 401, credentials.CODE_NEEDED),
        ({"code": ""}, 401, credentials.CODE_NEEDED),
        ({"code": "000000"}, 401, "This code is not right, or was used before."),
        ({"password": "nope", "code": RECOVERY}, 401, "Invalid username/password."),
        ({"code": code_of(SECRET)}, 200, None),
        ({"code": code_of(SECRET)}, 401, "This code is not right, or was used before."),
        ({"code": RECOVERY}, 200, None),
        ({"code": "9" * 101}, 400, None),
    ):
        answer = Client().post(at, right | more, content_type="application/json")
        assert (answer.status_code, answer.json().get("detail")) == (status, detail), more
    theirs = {"username": "bob", "password": PASSWORD}
    for more in ({}, {"code": "whatever"}):
        assert Client().post(at, theirs | more, content_type="application/json").status_code == 200


def test_a_password_alone_gives_no_token_to_those_who_have_to_set_up_a_second_factor(
    dave: User, bob: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = "staff"
    of_bob, of_dave = ({"username": who, "password": PASSWORD} for who in ("bob", "dave"))

    def token(body: dict[str, str]) -> Any:
        return Client().post("/api-auth/password/", body, content_type="application/json")

    assert token(of_bob).status_code == 200
    for more in ({}, {"code": code_of(SECRET)}):
        answer = token(of_dave | more)
        assert (answer.status_code, answer.json()["detail"]) == (401, credentials.SET_UP_NEEDED)
    assert not dave.tokens.exists()
    SecondFactorFactory(user=dave)
    assert token(of_dave | {"code": code_of(SECRET)}).status_code == 200
