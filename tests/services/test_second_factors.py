"""Second factors: set up, asked for once each, locked out, taken off, and told of."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from django.core.management import CommandError, call_command

from config.wiring import dispatch_events
from identity.models import Event, LoginFailures, SecondFactor, User
from identity.services import lock_out, second_factors, user_removal
from tests.factories.identity import UserFactory
from tests.factories.second_factors import RECOVERY, SECRET, SecondFactorFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


def kinds_of(user: User) -> list[tuple[str, str | None]]:
    rows = Event.objects.filter(subject_uuid=user.uuid).order_by("pk")
    return [(event.kind, event.actor.username if event.actor else None) for event in rows]


def refused(error: type[Exception], call: Callable[[], Any]) -> str:
    with pytest.raises(error) as refusal:
        call()
    return str(refusal.value.args[0])


def test_one_is_set_up_with_its_first_code_which_then_is_used_up(dave: User, now: datetime) -> None:
    wrong = code_at(now - timedelta(minutes=9))
    assert "the clock of your phone" in refused(
        second_factors.WrongCode,
        lambda: second_factors.set_up(dave, secret=SECRET, code=wrong, now=now),
    )
    assert not second_factors.is_asked(dave)
    given = second_factors.set_up(dave, secret=SECRET, code=code_at(now), now=now)
    assert (len(given), second_factors.is_asked(dave)) == (10, True)
    stored = str(list(SecondFactor.objects.values()) + list(Event.objects.values()))
    assert [text for text in (SECRET, *given) if text in stored] == []

    again: dict[str, Any] = {"secret": SECRET, "code": code_at(now), "now": now}
    refused(second_factors.AlreadySetUp, lambda: second_factors.set_up(dave, **again))
    refused(second_factors.WrongCode, lambda: second_factors.check(dave, code_at(now), now=now))
    later = now + timedelta(seconds=30)
    second_factors.check(dave, code_at(later), now=later)
    second_factors.check(dave, given[0], now=later)
    refused(second_factors.WrongCode, lambda: second_factors.check(dave, given[0], now=later))
    assert kinds_of(dave) == [
        ("user.second_factor_set_up", "dave"),
        ("user.recovery_code_used", "dave"),
    ]


def test_who_is_asked_for_one_and_who_has_to_set_one_up(settings: Settings) -> None:
    people = {
        "staff": UserFactory(is_staff=True),
        "support": UserFactory(is_support=True),
        "person": UserFactory(),
        "program": UserFactory(is_staff=True, is_machine=True),
        "by institution": UserFactory(is_staff=True),
        "has one": UserFactory(is_staff=True),
    }
    people["by institution"].set_unusable_password()
    SecondFactorFactory(user=people["has one"])
    for wanted, they in (
        ("off", []),
        ("staff", ["staff", "support"]),
        ("all", ["staff", "support", "person"]),
    ):
        settings.SECOND_FACTOR_REQUIRED = wanted
        assert [name for name, one in people.items() if second_factors.must_set_up(one)] == they
        assert [name for name, one in people.items() if second_factors.is_asked(one)] == ["has one"]
    SecondFactorFactory(user=people["program"])
    assert not second_factors.is_asked(people["program"])


def test_after_four_wrong_codes_the_right_one_is_refused_for_ten_minutes(
    dave: User, now: datetime
) -> None:
    SecondFactorFactory(user=dave)
    for _ in range(lock_out.FAILURES_ALLOWED):
        refused(second_factors.WrongCode, lambda: second_factors.check(dave, "000", now=now))
    for code in (code_at(now), RECOVERY):
        said = refused(lock_out.LockedOut, lambda: second_factors.check(dave, code, now=now))  # noqa: B023
        assert said == "Username is locked out. Try in 10 minutes."
    assert SecondFactor.objects.get().recovery_digests
    later = now + timedelta(minutes=10)
    second_factors.check(dave, code_at(later), now=later)
    assert not LoginFailures.objects.exists()


def test_other_recovery_codes_and_taking_it_off_need_a_code(dave: User, now: datetime) -> None:
    SecondFactorFactory(user=dave)
    for call in (second_factors.renew_recovery_codes, second_factors.remove):
        refused(second_factors.WrongCode, lambda: call(dave, code="", now=now))  # noqa: B023
    given = second_factors.renew_recovery_codes(dave, code=RECOVERY, now=now)
    refused(second_factors.WrongCode, lambda: second_factors.check(dave, RECOVERY, now=now))
    second_factors.remove(dave, code=given[9], now=now)
    assert not second_factors.is_asked(dave)
    refused(second_factors.NoSecondFactor, lambda: second_factors.check(dave, "1", now=now))
    assert [kind for kind, _ in kinds_of(dave)] == [
        "user.recovery_code_used",
        "user.recovery_codes_renewed",
        "user.recovery_code_used",
        "user.second_factor_removed",
    ]


def test_who_does_not_log_in_by_a_password_sets_none_up(now: datetime) -> None:
    for one in (UserFactory(is_machine=True), UserFactory(is_active=False)):
        wanted: dict[str, Any] = {"secret": SECRET, "code": code_at(now), "now": now}
        refused(second_factors.NotForThem, lambda: second_factors.set_up(one, **wanted))  # noqa: B023


def test_others_of_the_staff_or_the_operator_reset_one_and_its_person_is_told(
    dave: User, now: datetime, mailoutbox: list[Any]
) -> None:
    User.objects.filter(pk=dave.pk).update(email="dave@example.org", notifications_enabled=False)
    erin = UserFactory(username="erin", is_staff=True)
    SecondFactorFactory(user=dave)
    refused(second_factors.OwnSecondFactor, lambda: second_factors.reset(dave, actor=dave, now=now))
    second_factors.reset(dave, actor=erin, now=now)
    refused(second_factors.NoSecondFactor, lambda: second_factors.reset(dave, actor=erin, now=now))

    SecondFactorFactory(user=dave)
    told = StringIO()
    call_command("reset_second_factor", "dave", stdout=told)
    assert told.getvalue() == "The second factor of dave was taken off.\n"
    for name, why in (("dave", "dave has no second factor"), ("eve", "Nobody has the user name")):
        with pytest.raises(CommandError, match=why):
            call_command("reset_second_factor", name)
    assert kinds_of(dave) == [
        ("user.second_factor_reset", "erin"),
        ("user.second_factor_reset", None),
    ]

    SecondFactorFactory(user=dave)
    second_factors.check(dave, RECOVERY, now=now)
    dispatch_events()
    assert [mail.to for mail in mailoutbox] == [["dave@example.org"]] * 3
    assert "was taken off by those who run this service" in mailoutbox[0].body
    assert "You have 0 of them left." in mailoutbox[2].body


def test_of_a_removed_person_no_second_factor_is_kept(bob: User, dave: User, now: datetime) -> None:
    SecondFactorFactory(user=bob)
    user_removal.remove(bob, actor=dave, now=now)
    assert not SecondFactor.objects.exists()


def test_one_whose_key_was_lost_is_given_up_and_opened_by_a_recovery_code_until_then(
    dave: User, now: datetime, settings: Settings
) -> None:
    SecondFactorFactory(user=dave)
    settings.ENCRYPTION_KEYS = ["another-key-with-which-nothing-was-ever-sealed"]
    refused(second_factors.WrongCode, lambda: second_factors.check(dave, code_at(now), now=now))
    second_factors.check(dave, RECOVERY, now=now)
    call_command("reseal_secrets", "--give-up-lost", stdout=StringIO())
    assert not second_factors.is_asked(dave)
