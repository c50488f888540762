"""The tokens and the password of a service that somebody tries out."""

from __future__ import annotations

import json
import re
import stat
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.management.commands.issue_demo_tokens import ROLES, NoDemo
from identity.models import Token
from identity.services import credentials
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from pathlib import Path

    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people(settings: Any, tmp_path: Path) -> dict[str, User]:
    settings.ON_ONE_MACHINE = True
    settings.VAR_DIR = tmp_path
    users: dict[str, User] = {name: UserFactory(username=name) for name in ROLES.values()}
    for user in users.values():
        user.set_unusable_password()
        user.save()
    return users


class Told(NamedTuple):
    """What a run printed: where the administration is, a token and a login for each role."""

    address: str
    tokens: dict[str, str]
    logins: dict[str, str]
    file: str


def issue(*arguments: str) -> Told:
    told = StringIO()
    call_command("issue_demo_tokens", *arguments, stdout=told)
    lines = [line.strip() for line in told.getvalue().splitlines()]
    admin, *login = re.split(" {2,}", lines[0])[1:]
    others = dict(re.findall(r"To log in as the ([a-z ]+): (.*)", told.getvalue()))
    return Told(
        address=admin,
        tokens=dict(re.findall(r"^  ([a-z ]+?) +([0-9a-f]{40})$", told.getvalue(), re.MULTILINE)),
        logins={role: said.replace("  ", " ") for role, said in others.items()}
        | {"staff": " ".join(login)},
        file=lines[4],
    )


def test_each_role_gets_a_token_and_a_password_that_work(
    people: dict[str, User], tmp_path: Path
) -> None:
    told = issue("--url", "http://localhost:8123")
    assert told.address == "http://localhost:8123/admin/"
    assert (
        told.file == f"The tokens stay the same; they are kept in {tmp_path / 'demo_tokens.json'}"
    )
    assert told.logins == {role: f"user {name} password demo" for role, name in ROLES.items()}
    assert set(told.tokens) == set(ROLES)
    for role, plaintext in told.tokens.items():
        assert credentials.find(plaintext, now=timezone.now()).user.username == ROLES[role]
    for user in people.values():
        user.refresh_from_db()
        assert user.check_password("demo")
    assert stat.S_IMODE((tmp_path / "demo_tokens.json").stat().st_mode) == 0o600


def test_a_second_run_leaves_tokens_and_passwords_as_they_are(people: dict[str, User]) -> None:
    first = issue()
    people["demo-staff"].refresh_from_db()
    people["demo-staff"].set_password("one of their own")
    people["demo-staff"].save()

    second = issue()

    assert second.tokens == first.tokens
    assert Token.objects.count() == 3
    assert second.logins == first.logins | {"staff": "user demo-staff password (as you set it)"}
    people["demo-staff"].refresh_from_db()
    assert people["demo-staff"].check_password("one of their own")


@pytest.mark.parametrize("damage", ["revoked", "another's", "unreadable", "of another shape"])
def test_a_token_that_does_not_open_any_more_is_replaced_and_the_others_stay(
    people: dict[str, User], tmp_path: Path, damage: str
) -> None:
    first = issue().tokens
    file = tmp_path / "demo_tokens.json"
    if damage == "revoked":
        Token.objects.filter(user=people["demo-he"]).delete()
    elif damage == "another's":
        file.write_text(json.dumps(first | {"hosting entity": first["staff"]}))
    else:
        file.write_text("{" * 9 if damage == "unreadable" else '{"hosting entity": [1]}')
    _, login = credentials.issue(user=people["demo-he"], name="login", now=timezone.now())

    second = issue().tokens

    assert second["hosting entity"] != first["hosting entity"]
    assert (second["staff"] == first["staff"]) == (damage in {"revoked", "another's"})
    assert credentials.find(login, now=timezone.now()).user == people["demo-he"]
    assert Token.objects.count() == 4
    for role, plaintext in second.items():
        assert credentials.find(plaintext, now=timezone.now()).user.username == ROLES[role]


def test_a_service_with_a_database_of_its_own_is_no_demo(
    settings: Any, people: dict[str, User]
) -> None:
    settings.ON_ONE_MACHINE = False
    with pytest.raises(CommandError, match="DATABASE_URL is set"):
        issue()
    assert not Token.objects.exists()

    password = issue("--force").logins["staff"].partition("password ")[2]
    people["demo-staff"].refresh_from_db()
    assert password != "demo"
    assert people["demo-staff"].check_password(password)


def test_without_the_demo_catalogue_there_is_nobody_to_issue_for(people: dict[str, User]) -> None:
    people["demo-he"].delete()
    with pytest.raises(NoDemo, match="There is no demo-he: this is not the demo catalogue"):
        issue()
    assert not Token.objects.exists()
