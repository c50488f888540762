from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.models import SshKey, User
from tests.factories.identity import SshKeyFactory
from tests.services.test_keys import ED25519

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/keys/"


def test_one_adds_a_key_of_ones_own(as_user: Callable[[User], APIClient], bob: User) -> None:
    answer = as_user(bob).post(AT, {"public_key": ED25519}, format="json")

    key = SshKey.objects.get()
    url = f"http://testserver{AT}{key.uuid.hex}/"
    assert (answer.status_code, answer["Location"]) == (201, url)
    assert answer.json() == {
        "url": url,
        "uuid": key.uuid.hex,
        "user_uuid": bob.uuid.hex,
        "name": "bob@laptop",
        "public_key": ED25519,
        "type": "ssh-ed25519",
        "fingerprint_md5": key.fingerprint_md5,
        "fingerprint_sha256": key.fingerprint_sha256,
        "fingerprint_sha512": key.fingerprint_sha512,
        "is_shared": False,
    }
    again = as_user(bob).post(AT, {"public_key": ED25519}, format="json")
    assert again.status_code == 400
    assert again.json() == {"public_key": ["Key with same fingerprint already exists."]}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"public_key": ["This field is required."]}),
        (
            {"name": "x", "public_key": "ssh-rsa zzz"},
            {"public_key": ["Key is not valid: cannot generate fingerprint from it."]},
        ),
        (
            {"name": "x" * 151, "public_key": ED25519},
            {"name": ["Ensure this field has no more than 150 characters."]},
        ),
    ],
)
def test_what_is_wrong_is_told(
    as_user: Callable[[User], APIClient], bob: User, body: Any, errors: Any
) -> None:
    answer = as_user(bob).post(AT, body, format="json")

    assert (answer.status_code, answer.json()) == (400, errors)


def test_one_sees_ones_own_keys_and_shared_ones(
    as_user: Callable[[User], APIClient], bob: User, pi: User, dave: User
) -> None:
    SshKeyFactory(user=bob, name="mine")
    SshKeyFactory(user=pi, name="other")
    shared = SshKeyFactory(user=pi, name="shared", is_shared=True)

    def names(user: Any, query: str = "") -> Any:
        return [row["name"] for row in as_user(user).get(f"{AT}?{query}").json()]

    assert names(bob) == ["mine", "shared"]
    assert names(dave) == ["mine", "other", "shared"]
    assert names(dave, "o=-name") == ["shared", "other", "mine"]
    assert names(dave, f"user_uuid={pi.uuid}") == ["other", "shared"]
    assert names(dave, "is_shared=true") == ["shared"]
    assert names(dave, "name=oth") == ["other"]
    assert names(dave, "name_exact=oth") == []
    assert names(dave, f"fingerprint_sha256={shared.fingerprint_sha256}") == ["shared"]
    assert names(dave, f"fingerprint_sha512={shared.fingerprint_sha512}") == ["shared"]
    assert names(dave, f"fingerprint_md5={shared.fingerprint_md5}") == ["shared"]
    assert names(dave, "created=2131-01-01") == []
    assert names(dave, "created_before=2000-01-01") == []
    assert names(dave, "modified=2131-01-01") == []
    assert names(dave, "modified_before=2000-01-01") == []


def test_one_removes_ones_own_keys_only(
    as_user: Callable[[User], APIClient], bob: User, pi: User, dave: User
) -> None:
    key = SshKeyFactory(user=bob)
    shared = SshKeyFactory(user=pi, is_shared=True)
    at = f"{AT}{key.uuid.hex}/"

    assert as_user(pi).delete(at).status_code == 404
    assert as_user(bob).delete(f"{AT}{shared.uuid.hex}/").status_code == 403
    removed = as_user(bob).delete(at)
    assert (removed.status_code, removed.content) == (204, b"")
    assert as_user(bob).delete(at).json() == {"detail": "No SshKey matches the given query."}
    assert as_user(dave).delete(f"{AT}{shared.uuid.hex}/").status_code == 204
