"""A code that several send at the same moment, as somebody does who looks over a shoulder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest

from identity.models import LoginFailures
from identity.services import lock_out, second_factors
from tests.concurrency.racing import RACERS, race_same
from tests.factories.second_factors import RECOVERY, SECRET, SecondFactorFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_code_lets_in_one_of_many_and_guesses_are_counted_each(now: datetime) -> None:
    user = SecondFactorFactory().user
    for code in (pyotp.TOTP(SECRET).at(now), RECOVERY):
        got = race_same(lambda: second_factors.check(user, code, now=now))  # noqa: B023
        assert got.count(None) == 1
        LoginFailures.objects.all().delete()

    got = race_same(lambda: second_factors.check(user, "000000", now=now))
    wrong = [one for one in got if isinstance(one, second_factors.WrongCode)]
    locked = [one for one in got if isinstance(one, lock_out.LockedOut)]
    allowed = min(RACERS, lock_out.FAILURES_ALLOWED)
    assert (len(wrong), len(locked)) == (allowed, RACERS - allowed)
