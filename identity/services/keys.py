"""SSH keys: read, checked, and known by their fingerprints."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import md5, sha256, sha512
from typing import TYPE_CHECKING

from django.db import transaction

from common import storing
from common.errors import Invalid
from identity import event_kinds as kinds
from identity import events, versions
from identity.models import SshKey, User

if TYPE_CHECKING:
    from datetime import datetime

    from identity.event_catalogue import Kind

ACCEPTED = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)
"""What OpenSSH still accepts; DSA is not among it."""


class NotAKey(Invalid):
    """The text is not a public key in OpenSSH's form."""

    code = "not_a_key"


class KeyKnown(Invalid):
    """The user has this key already."""

    code = "key_known"


@dataclass(frozen=True)
class PublicKey:
    """A public key as one line of an `authorized_keys` file without options."""

    type: str
    blob: bytes
    comment: str

    @property
    def md5(self) -> str:
        """The fingerprint as older OpenSSH writes it: pairs of hex digits."""
        digest = md5(self.blob, usedforsecurity=False).hexdigest()
        return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))

    @property
    def sha256(self) -> str:
        """The fingerprint as OpenSSH writes it after `SHA256:`."""
        return _base64(sha256(self.blob).digest())

    @property
    def sha512(self) -> str:
        """The fingerprint as OpenSSH writes it after `SHA512:`."""
        return _base64(sha512(self.blob).digest())

    def __str__(self) -> str:
        encoded = base64.b64encode(self.blob).decode()
        return f"{self.type} {encoded} {self.comment}".rstrip()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=")


def parse(text: str) -> PublicKey:
    """Read a public key.

    :raises NotAKey: it is none, or of a type that is not used any more.
    """
    parts = text.split(maxsplit=2)
    lines = text.strip().splitlines()
    if len(parts) < 2 or len(lines) != 1 or parts[0] not in ACCEPTED:
        raise NotAKey(NOT_A_KEY)
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAKey(NOT_A_KEY) from error
    name = parts[0].encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name) or len(blob) < MIN_BLOB:
        raise NotAKey(NOT_A_KEY)
    return PublicKey(parts[0], blob, parts[2].strip() if len(parts) > 2 else "")


NOT_A_KEY = {"public_key": ["Key is not valid: cannot generate fingerprint from it."]}
MIN_BLOB = 51
"""Bytes of the shortest key there is: Ed25519 with its type and lengths."""


@transaction.atomic
def add(*, user: User, public_key: str, name: str = "", actor: User, now: datetime) -> SshKey:
    """Keep a public key of a user, under its comment when no name is given.

    :raises NotAKey: the text is not a public key.
    :raises KeyKnown: the user has it already.
    """
    parsed = parse(public_key)
    key = SshKey(
        user=user,
        name=name or parsed.comment[:150],
        public_key=str(parsed),
        type=parsed.type,
        fingerprint_md5=parsed.md5,
        fingerprint_sha256=parsed.sha256,
        fingerprint_sha512=parsed.sha512,
        created=now,
    )
    known = KeyKnown({"public_key": ["Key with same fingerprint already exists."]})
    with storing.refusing(one_key_once_per_user=known):
        key.save(force_insert=True)
    _record(kinds.KEY_ADDED, key, f"{user} added the key {key.name}.", actor, now)
    return key


@transaction.atomic
def remove(key: SshKey, *, actor: User, now: datetime) -> None:
    """Forget a public key."""
    _record(kinds.KEY_REMOVED, key, f"The key {key.name} of {key.user} was removed.", actor, now)
    versions.forget(key)
    key.delete()


def _record(kind: Kind, key: SshKey, message: str, actor: User, now: datetime) -> None:
    events.record(
        kind,
        key,
        actor=actor,
        now=now,
        message=message,
        payload={"user_uuid": key.user.uuid.hex, "fingerprint_sha256": key.fingerprint_sha256},
    )
