"""Webhooks are signed as the Standard Webhooks scheme says."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from notifications import signatures
from tests.receiver import VERIFY

ROOT = settings.BASE_DIR

VECTOR: dict[str, Any] = {
    "key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": b'{"test": 2432232314}',
    "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example that the libraries of the standard are tested with."""

SECRETS = st.builds(signatures.new_secret)
IDS = st.text("0123456789abcdef", min_size=1, max_size=32)
MOMENTS = st.integers(0, 2**40)


def test_the_published_example_comes_out():
    signed = signatures.sign(
        [VECTOR["key"]],
        message_id=VECTOR["message_id"],
        timestamp=VECTOR["timestamp"],
        body=VECTOR["body"],
    )

    assert signed == VECTOR["signature"]


@given(st.lists(SECRETS, min_size=1, max_size=3), IDS, MOMENTS, st.binary(max_size=200))
def test_whoever_has_one_of_the_secrets_verifies_what_was_signed(keys, message, moment, body):
    header = signatures.sign(keys, message_id=message, timestamp=moment, body=body)

    for key in keys:
        signatures.verify(
            key,
            message_id=message,
            timestamp=str(moment),
            signatures=header,
            body=body,
            now=moment + 299.0,
        )


@given(
    SECRETS, IDS, MOMENTS, st.binary(max_size=50), st.sampled_from(("key", "id", "time", "body"))
)
def test_nothing_signed_can_be_changed(key, message, moment, body, changed):
    header = signatures.sign([key], message_id=message, timestamp=moment, body=body)
    shown = {
        "key": signatures.new_secret() if changed == "key" else key,
        "message_id": message + "x" if changed == "id" else message,
        "timestamp": str(moment + (changed == "time")),
        "body": body + b"x" if changed == "body" else body,
    }

    with pytest.raises(signatures.NotSigned):
        signatures.verify(**shown, signatures=header, now=float(moment))


@pytest.mark.parametrize("age", [301, -301])
def test_what_is_old_or_of_the_future_is_refused(age):
    header = signatures.sign([VECTOR["key"]], message_id="a", timestamp=1000, body=b"")

    with pytest.raises(signatures.TooOld):
        signatures.verify(
            VECTOR["key"],
            message_id="a",
            timestamp="1000",
            signatures=header,
            body=b"",
            now=1000 + age,
        )


@pytest.mark.parametrize("timestamp", ["", "x", "1.5", "-5", "²", "9" * 20])
def test_a_timestamp_that_is_no_number_is_refused(timestamp):
    with pytest.raises(signatures.NotSigned):
        signatures.verify(
            VECTOR["key"], message_id="a", timestamp=timestamp, signatures="", body=b"", now=0
        )


@pytest.mark.parametrize("header", ["", "v1", "v1,", "v2,abc", "v1a,é", "  ", "v1,ö v1,"])
def test_a_header_that_holds_no_signature_of_ours_is_refused(header):
    with pytest.raises(signatures.NotSigned):
        signatures.verify(
            VECTOR["key"], message_id="a", timestamp="5", signatures=header, body=b"", now=5
        )


@pytest.mark.parametrize("key", ["whsec_é", "whsec_not base64", "whsec_a"])
def test_what_is_no_secret_signs_nothing(key):
    with pytest.raises(signatures.NotASecret):
        signatures.sign([key], message_id="a", timestamp=1, body=b"")


def test_the_example_of_the_documentation_verifies_and_refuses(monkeypatch):
    monkeypatch.setattr("time.time", lambda: VECTOR["timestamp"] + 10.0)
    headers = {
        "webhook-id": VECTOR["message_id"],
        "webhook-timestamp": str(VECTOR["timestamp"]),
        "webhook-signature": f"v1,AAAA {VECTOR['signature']}",
    }

    assert VERIFY(VECTOR["key"], headers, VECTOR["body"])
    assert not VERIFY(signatures.new_secret(), headers, VECTOR["body"])
    assert not VERIFY(VECTOR["key"], headers, VECTOR["body"] + b" ")
    monkeypatch.setattr("time.time", lambda: VECTOR["timestamp"] + 1000.0)
    assert not VERIFY(VECTOR["key"], headers, VECTOR["body"])


def test_the_documentation_shows_the_example_as_it_is():
    shown = (ROOT / "docs" / "webhooks.md").read_text()
    program = (ROOT / "examples" / "webhooks" / "verify.py").read_text()

    assert program[program.index("def verify") :] in shown
