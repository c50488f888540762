"""Passwords: who sets whose, knowing what, and what ends with the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from tests.api.identity.user_addresses import AT, at
from tests.factories.identity import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User

pytestmark = pytest.mark.django_db

NEW_PASSWORD = " snow over Ii "


def test_one_changes_ones_password_knowing_the_old_one_and_everything_else_ends(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    asking, other, browser = as_user(bob), as_user(bob), APIClient()
    browser.force_login(bob)
    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}

    answer = asking.post(f"{at(bob)}change_password/", body)

    assert (answer.status_code, answer.json()) == (200, {"status": "password set"})
    bob.refresh_from_db()
    assert bob.check_password(NEW_PASSWORD)
    assert asking.get(f"{AT}me/").status_code == 200
    assert other.get(f"{AT}me/").json() == {"detail": "Invalid token."}
    assert browser.get(f"{AT}me/").status_code == 401


def test_a_browser_that_changes_the_password_stays_logged_in(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    asking, other, client = APIClient(), APIClient(), as_user(bob)
    asking.force_login(bob)
    other.force_login(bob)
    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}

    assert asking.post(f"{at(bob)}change_password/", body).status_code == 200

    reached = [who.get(f"{AT}me/").status_code for who in (asking, other, client)]
    assert reached == [200, 401, 401]


@pytest.mark.parametrize(
    ("old", "error"),
    [
        (None, "This field is required."),
        ("", "This field is required."),
        ("not it", "This is not your password."),
    ],
)
def test_a_stolen_token_changes_no_password(
    as_user: Callable[[User], APIClient], bob: User, dave: User, old: Any, error: str
) -> None:
    for owner in (bob, dave):  # staff too, of their own
        body = {"new_password": NEW_PASSWORD, "old_password": old}
        answer = as_user(owner).post(f"{at(owner)}change_password/", body, format="json")

        expected = {
            None: error,
            "": "This field may not be blank.",
        }.get(old, error)
        assert (answer.status_code, answer.json()) == (400, {"old_password": [expected]})
        owner.refresh_from_db()
        assert owner.check_password(PASSWORD)


def test_a_stolen_token_does_not_help_to_guess_the_password(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    client = as_user(bob)
    for old in ("a", "b", "c", "d"):
        client.post(f"{at(bob)}change_password/", {"new_password": "x", "old_password": old})

    body = {"new_password": NEW_PASSWORD, "old_password": PASSWORD}
    answer = client.post(f"{at(bob)}change_password/", body)

    assert answer.status_code == 400
    assert answer.json() == {"old_password": ["Username is locked out. Try in 10 minutes."]}


def test_who_has_no_password_is_given_the_first_one_by_staff(
    as_user: Callable[[User], APIClient], bob: User, dave: User
) -> None:
    bob.set_unusable_password()
    bob.save()
    body = {"new_password": NEW_PASSWORD, "old_password": "!"}

    own = as_user(bob).post(f"{at(bob)}change_password/", body)
    by_staff = as_user(dave).post(f"{at(bob)}change_password/", {"new_password": NEW_PASSWORD})

    assert (own.status_code, list(own.json())) == (400, ["old_password"])
    assert by_staff.status_code == 200


def test_a_password_set_by_staff_ends_every_token_and_session(
    as_user: Callable[[User], APIClient], bob: User, dave: User
) -> None:
    client, browser, staff = as_user(bob), APIClient(), as_user(dave)
    browser.force_login(bob)

    staff.post(f"{at(bob)}change_password/", {"new_password": NEW_PASSWORD})

    reached = [who.get(f"{AT}me/").status_code for who in (client, browser, staff)]
    assert reached == [401, 401, 200]


def test_a_weak_password_is_refused_also_from_staff(
    as_user: Callable[[User], APIClient], dave: User, bob: User
) -> None:
    answer = as_user(dave).post(f"{at(bob)}change_password/", {"new_password": "123"})

    assert answer.status_code == 400
    assert answer.json() == {
        "new_password": [
            "This password is too short. It must contain at least 8 characters.",
            "This password is too common.",
            "This password is entirely numeric.",
        ]
    }
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
