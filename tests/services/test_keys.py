from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.models import Event, SshKey, User
from identity.services import keys

if TYPE_CHECKING:
    from datetime import datetime

# Made for this test with ssh-keygen; the private half was thrown away.
ED25519 = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGn6UqNmyRQ7Sl3A1ZlnSRDX1ofF7cFOqXJBnVSvLwJ2 bob@laptop"
)
BLOB = base64.b64decode(ED25519.split()[1])


@pytest.mark.django_db
def test_a_key_is_known_by_its_fingerprints(bob: User, now: datetime) -> None:
    key = keys.add(user=bob, public_key=f"  {ED25519}\n", actor=bob, now=now)

    assert (key.name, key.type, key.public_key) == ("bob@laptop", "ssh-ed25519", ED25519)
    assert len(key.fingerprint_md5) == 47
    assert len(key.fingerprint_sha256) == 43
    assert len(key.fingerprint_sha512) == 86
    event = Event.objects.get()
    assert (event.kind, event.subject_uuid) == ("key.added", key.uuid)


@pytest.mark.django_db
def test_a_key_may_have_a_name_of_its_own(bob: User, now: datetime) -> None:
    assert keys.add(user=bob, public_key=ED25519, name="new", actor=bob, now=now).name == "new"


@pytest.mark.django_db
def test_the_same_key_twice_is_refused_but_another_user_may_have_it(
    bob: User, pi: User, now: datetime
) -> None:
    keys.add(user=bob, public_key=ED25519, actor=bob, now=now)

    with pytest.raises(keys.KeyKnown) as refusal:
        keys.add(user=bob, public_key=ED25519, name="again", actor=bob, now=now)
    assert refusal.value.detail == {"public_key": ["Key with same fingerprint already exists."]}
    keys.add(user=pi, public_key=ED25519, actor=pi, now=now)
    assert SshKey.objects.count() == 2


@pytest.mark.django_db
def test_a_removed_key_is_forgotten_but_its_removal_is_not(bob: User, now: datetime) -> None:
    key = keys.add(user=bob, public_key=ED25519, actor=bob, now=now)
    uuid = key.uuid

    keys.remove(key, actor=bob, now=now)

    assert not SshKey.objects.exists()
    assert Event.objects.get(kind="key.removed").subject_uuid == uuid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "hello world",
        "ssh-ed25519 not!base64 bob",
        "ssh-ed25519 AAAA bob",
        "ssh-dss AAAAB3NzaC1kc3MAAACBAP bob",
        "ssh-rsa " + ED25519.split()[1],
        'command="rm" ' + ED25519,
        ED25519 + "\n" + ED25519,
        "ssh-ed25519 é bob",
    ],
)
def test_what_is_not_a_public_key_is_refused(text: str) -> None:
    with pytest.raises(keys.NotAKey) as refusal:
        keys.parse(text)

    assert refusal.value.detail == {
        "public_key": ["Key is not valid: cannot generate fingerprint from it."]
    }


@given(
    st.text()
    | st.builds("{} {} {}".format, st.sampled_from(sorted(keys.ACCEPTED)), st.text(), st.text())
    | st.builds(
        lambda kind, blob: f"{kind} {base64.b64encode(blob).decode()}",
        st.sampled_from(sorted(keys.ACCEPTED)),
        st.binary(max_size=80),
    )
)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(keys.NotAKey):
        keys.parse(text)


@given(st.sampled_from(sorted(keys.ACCEPTED)), st.binary(min_size=60, max_size=500), st.text())
def test_what_was_read_is_written_the_same_and_reads_the_same_again(
    kind: str, rest: bytes, comment: str
) -> None:
    blob = len(kind).to_bytes(4, "big") + kind.encode() + rest
    one_line = " ".join(comment.split())
    read = keys.parse(f"{kind} {base64.b64encode(blob).decode()} {one_line}")

    assert (read.type, read.blob) == (kind, blob)
    assert keys.parse(str(read)) == read
