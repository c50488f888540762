"""The tokens and the password of a service that somebody tries out."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.management.commands.issue_demo_tokens import ROLES
from identity.models import Token
from identity.services import credentials
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people(settings: Any) -> dict[str, User]:
    settings.ON_ONE_MACHINE = True
    return {name: UserFactory(username=name) for name in ROLES.values()}


def issue(*arguments: str) -> list[list[str]]:
    told = StringIO()
    call_command("issue_demo_tokens", *arguments, stdout=told)
    return [line.split("  ") for line in map(str.strip, told.getvalue().splitlines())]


def tokens(lines: list[list[str]]) -> dict[str, str]:
    return {line[0]: line[-1].strip() for line in lines[1:]}


def test_each_role_gets_a_token_that_works(people: dict[str, User]) -> None:
    lines = issue("--url", "http://localhost:8123")
    assert [word.strip() for word in lines[0] if word] == [
        "admin",
        "http://localhost:8123/admin/",
        "user demo-staff",
        "password demo",
    ]
    issued = tokens(lines)
    assert set(issued) == set(ROLES)
    for role, plaintext in issued.items():
        assert credentials.find(plaintext, now=timezone.now()).user.username == ROLES[role]
    people["demo-staff"].refresh_from_db()
    assert people["demo-staff"].check_password("demo")


def test_a_second_run_ends_the_tokens_of_the_first_and_leaves_others(
    people: dict[str, User],
) -> None:
    _, login = credentials.issue(user=people["demo-he"], name="login", now=timezone.now())
    first = tokens(issue())
    people["demo-staff"].refresh_from_db()
    password = people["demo-staff"].password
    second = tokens(issue())

    assert not set(first.values()) & set(second.values())
    assert Token.objects.count() == 4
    for plaintext in first.values():
        with pytest.raises(credentials.UnknownToken):
            credentials.find(plaintext, now=timezone.now())
    assert credentials.find(login, now=timezone.now()).user == people["demo-he"]
    people["demo-staff"].refresh_from_db()
    assert people["demo-staff"].password == password  # sessions of the admin live on


def test_a_service_with_a_database_of_its_own_is_no_demo(
    settings: Any, people: dict[str, User]
) -> None:
    settings.ON_ONE_MACHINE = False
    with pytest.raises(CommandError, match="DATABASE_URL is set"):
        issue()
    assert not Token.objects.exists()

    password = issue("--force")[0][-1].removeprefix("password ").strip()
    people["demo-staff"].refresh_from_db()
    assert password != "demo"
    assert people["demo-staff"].check_password(password)


def test_without_the_demo_catalogue_there_is_nobody_to_issue_for(people: dict[str, User]) -> None:
    people["demo-he"].delete()
    with pytest.raises(CommandError, match="There is no demo-he: load the demo catalogue first"):
        issue()
    assert not Token.objects.exists()
