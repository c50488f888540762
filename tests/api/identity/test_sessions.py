from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from identity.models import Token, User
from tests.factories.identity import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.django_db

LOGIN, LOGOUT = "/api-auth/password/", "/api-auth/logout/"


def log_in(username: Any = "bob", password: Any = PASSWORD, **headers: Any) -> Any:
    body = {"username": username, "password": password}
    return APIClient(**headers).post(LOGIN, body, format="json")


def test_a_password_is_exchanged_for_a_token(bob: User) -> None:
    answer = log_in()

    assert answer.status_code == 200
    assert list(answer.json()) == ["token"]
    client = APIClient(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("/api/users/me/").json()["username"] == "bob"


def test_the_body_may_be_a_form(bob: User) -> None:
    answer = APIClient().post(LOGIN, {"username": "bob", "password": PASSWORD})

    assert answer.status_code == 200


def test_a_stale_token_does_not_keep_anybody_from_logging_in(bob: User) -> None:
    assert log_in(HTTP_AUTHORIZATION="Token stale").status_code == 200


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"username": ["This field is required."], "password": ["This field is required."]}),
        ({"username": "bob"}, {"password": ["This field is required."]}),
        (
            {"username": "b\0b", "password": "x"},
            {"username": ["Null characters are not allowed."]},
        ),
        (
            {"username": "bob", "password": ["x"]},
            {"password": ["Not a valid string."]},
        ),
    ],
)
def test_what_is_missing_or_not_text_is_told(bob: User, body: Any, errors: Any) -> None:
    answer = APIClient().post(LOGIN, body, format="json")

    assert (answer.status_code, answer.json()) == (400, errors)


def test_a_wrong_password_is_refused_and_after_four_the_right_one_too(bob: User) -> None:
    for _ in range(4):
        answer = log_in(password="nope")
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Invalid username/password."}

    for password in ("nope", PASSWORD):
        answer = log_in(password=password)
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Username is locked out. Try in 10 minutes."}
    assert log_in(REMOTE_ADDR="192.0.2.9").status_code == 200


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(bob: User, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for forged in range(4):
        log_in(password="nope", HTTP_X_FORWARDED_FOR=f"10.0.0.{forged}, 192.0.2.1")

    assert log_in(HTTP_X_FORWARDED_FOR="10.0.0.9, 192.0.2.1").status_code == 401
    assert log_in(HTTP_X_FORWARDED_FOR="10.0.0.9, 192.0.2.2").status_code == 200


def test_a_name_that_is_no_text_for_the_database_is_a_wrong_password() -> None:
    answer = log_in(username="n" * 900, password="x" * 900)

    assert answer.status_code == 401


def test_a_login_is_not_read(bob: User) -> None:
    answer = APIClient().get(LOGIN)

    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "GET" not allowed.'})


def test_after_logging_out_the_token_is_worthless_and_others_are_not(
    bob: User, as_user: Callable[[User], APIClient]
) -> None:
    leaving, staying = as_user(bob), as_user(bob)

    answer = leaving.post(LOGOUT)

    assert (answer.status_code, answer.content) == (204, b"")
    assert leaving.get("/api/users/me/").json() == {"detail": "Invalid token."}
    assert staying.get("/api/users/me/").status_code == 200
    assert leaving.post(LOGOUT).status_code == 401


def test_logging_out_of_the_admin_ends_the_session(dave: User) -> None:
    client = APIClient()
    client.force_login(dave)
    assert client.get("/api/users/me/").status_code == 200

    assert client.post(LOGOUT).status_code == 204

    assert client.get("/api/users/me/").status_code == 401
    assert not Token.objects.exists()
