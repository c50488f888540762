from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import segno

from identity import second_factor as codes

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2026, 11, 30, 12, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


def code_at(seconds: int) -> str:
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=seconds))


def test_the_codes_are_those_of_the_standard() -> None:
    """The vectors of RFC 6238, appendix B, of which six of eight figures are asked here."""
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert codes.step_of(SECRET, code, now=at) == seconds // 30


def test_a_code_is_taken_a_step_early_or_late_and_none_that_was_used_or_is_older() -> None:
    for seconds, after, found in (
        (0, 0, STEP),
        (-30, 0, STEP - 1),
        (30, 0, STEP + 1),
        (-60, 0, None),
        (60, 0, None),
        (0, STEP, None),
        (0, STEP - 1, STEP),
        (-30, STEP, None),
        (30, STEP, STEP + 1),
    ):
        assert codes.step_of(SECRET, code_at(seconds), now=NOW, after=after) == found


def test_a_picture_holds_every_name() -> None:
    uri = codes.uri_of(SECRET, name="漢" * 255, issuer="漢" * 255)
    assert segno.make(uri, error="m").version


def test_what_is_no_code_is_none_and_blanks_do_not_matter() -> None:
    right = code_at(0)
    for typed in ("", "x", right[:5], f"{right}0", "١٢٣٤٥٦", "1" * 10_000, "AAAA-BBBB"):
        assert codes.step_of(SECRET, typed, now=NOW) is None
    assert codes.step_of(SECRET, f" {right[:3]} {right[3:]}\n", now=NOW) == STEP


def test_recovery_codes_are_many_and_long_and_each_is_gone_when_it_is_used() -> None:
    given = codes.new_recovery_codes()
    assert [len(one) for one in given] == [19] * 10
    digests = [codes.digest_of(one) for one in given]
    assert len({*given, *digests}) == 20
    left = codes.without(digests, given[3].lower().replace("-", " "))
    assert left == digests[:3] + digests[4:]
    assert codes.without(left, given[3]) is None
    assert codes.without(digests, digests[0]) is None


def test_what_an_authenticator_reads_says_whose_and_what_for() -> None:
    assert codes.uri_of(SECRET, name="dave", issuer="EFP Allocations") == (
        f"otpauth://totp/EFP%20Allocations:dave?secret={SECRET}&issuer=EFP%20Allocations"
    )
    assert len(codes.new_secret()) == 32
