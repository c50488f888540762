"""The file of a backup: a tar archive that its owner alone can read.

| member | what it is |
| --- | --- |
| `manifest.json` | `format` (1), `version` of the service, `created`, each app's newest migration |
| `database.dump` | the whole database, in the custom format of `pg_dump` |
| `encryption_keys` | `ENCRYPTION_KEYS`, one a line, the newest first: they open its secrets |
| `secret_key` | `SECRET_KEY`, which signs the sessions of browsers |

Whoever has the file has everything: keep it as you keep the database.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database.dump"
ENCRYPTION_KEYS, SECRET_KEY = "encryption_keys", "secret_key"
LARGEST_TEXT = 1_000_000
"""More bytes than any member has that is no database."""


class NoBackup(Exception):
    """The file is not a backup, or not a whole one; the message says what is wrong with it."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `migrations` has the name of each app's newest one."""

    version: str
    created: str
    migrations: dict[str, str]
    format: int = FORMAT


@dataclass(frozen=True)
class Keys:
    """The keys that belong to a database."""

    encryption: tuple[str, ...]
    secret: str


def write(file: Path, manifest: Manifest, keys: Keys, dump: Path) -> None:
    """Write the archive aside and move it into place when it is whole.

    :raises OSError: the folder cannot be written to, or the disk is full.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            _add(tar, MANIFEST, json.dumps(asdict(manifest), indent=2))
            _add(tar, ENCRYPTION_KEYS, "\n".join(keys.encryption) + "\n")
            _add(tar, SECRET_KEY, keys.secret + "\n")
            tar.add(dump, arcname=DATABASE, filter=_ours)
            raw.flush()
            os.fsync(raw.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _ours(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    member = _ours(tarfile.TarInfo(name))
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def read(file: Path) -> tuple[Manifest, Keys]:
    """Return what a backup says of itself, and its keys.

    :raises NoBackup: it is none, it is not whole, or of a format that this version cannot read.
    """
    try:
        with tarfile.open(file) as tar:
            manifest = json.loads(_text(tar, MANIFEST))
            encryption = tuple(_text(tar, ENCRYPTION_KEYS).split())
            keys = Keys(encryption, _text(tar, SECRET_KEY).strip())
            tar.getmember(DATABASE)
    except KeyError as error:
        raise NoBackup(f"{file} is no backup of this service: {error.args[0]}") from error
    except (OSError, tarfile.TarError, ValueError, RecursionError) as error:
        raise NoBackup(f"{file} cannot be read as a backup: {error}") from error
    return _manifest(file, manifest), keys


def _manifest(file: Path, manifest: Any) -> Manifest:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NoBackup(f"{file} has a format that this version cannot read.")
    try:
        return Manifest(**manifest)
    except TypeError as error:
        raise NoBackup(f"{file} has a manifest that this version cannot read.") from error


def _text(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(name)
    if member is None:
        raise NoBackup(f"{name} is not a file.")
    return member.read(LARGEST_TEXT).decode()


def unpack_database(file: Path, to: Path) -> None:
    """Write the dump of the database to a file of its own.

    :raises NoBackup: the archive ends before the dump does.
    """
    try:
        with tarfile.open(file) as tar, to.open("wb") as out:
            member = tar.extractfile(DATABASE)
            while member is not None and (chunk := member.read(1 << 20)):
                out.write(chunk)
    except (OSError, tarfile.TarError) as error:
        raise NoBackup(f"{file} cannot be read as a backup: {error}") from error
