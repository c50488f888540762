"""The file of a backup: read as it was written, and refused where it is none."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from config.backups import archive, restoring
from config.backups.archive import Keys, Manifest, NoBackup

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = Manifest("0.3.0", "2026-11-30T06:00:00+00:00", {"identity": "0001_initial"})


def written(folder: Path) -> Path:
    (folder / "dump").write_bytes(b"PGDMP" * 1000)
    file = folder / "backup.tar"
    archive.write(file, MANIFEST, Keys(("newest", "former"), "signs"), folder / "dump")
    return file


def a_tar(file: Path, **members: str) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, text in members.items():
            member = tarfile.TarInfo(name.replace("_json", ".json").replace("_dump", ".dump"))
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return file


def test_what_was_written_is_read_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    file = written(tmp_path)

    assert archive.read(file) == (MANIFEST, Keys(("newest", "former"), "signs"))
    archive.unpack_database(file, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == b"PGDMP" * 1000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again", "backup.tar", "dump"]


def test_what_is_no_backup_is_refused_with_the_reason(tmp_path: Path) -> None:
    keys = {"encryption_keys": "one", "secret_key": "two", "database_dump": "x"}
    newer = json.dumps(asdict(MANIFEST) | {"format": 2})
    more = json.dumps(asdict(MANIFEST) | {"rows": 2})
    cut = tmp_path / "cut.tar"
    cut.write_bytes(written(tmp_path).read_bytes()[:700])
    for file, why in (
        (tmp_path / "missing.tar", "cannot be read as a backup"),
        (cut, "cannot be read as a backup|is no backup"),
        (a_tar(tmp_path / "other.tar", anything="x"), "is no backup of this service"),
        (a_tar(tmp_path / "no_manifest.tar", **keys), "is no backup of this service"),
        (a_tar(tmp_path / "text.tar", manifest_json="[" * 99_999, **keys), "cannot be read"),
        (a_tar(tmp_path / "newer.tar", manifest_json=newer, **keys), "has a format that this"),
        (a_tar(tmp_path / "more.tar", manifest_json=more, **keys), "has a manifest that this"),
        (a_tar(tmp_path / "list.tar", manifest_json="[]", **keys), "has a format that this"),
    ):
        with pytest.raises(NoBackup, match=why):
            archive.read(file)


def test_a_backup_of_a_newer_version_is_not_restored() -> None:
    restoring.check_version(MANIFEST)
    newer = Manifest("9.0", "2027", {"identity": "0999_of_tomorrow"})
    with pytest.raises(restoring.CannotRestore, match="made by version 9.0, which is newer"):
        restoring.check_version(newer)


def test_keys_of_the_environment_must_have_those_of_the_backup(
    tmp_path: Path, settings: Any
) -> None:
    settings.KEYS_FROM_ENVIRONMENT = True
    settings.ENCRYPTION_KEYS = ["another", "former", "newest"]
    restoring.check_keys(tmp_path, Keys(("newest", "former"), "signs"))
    with pytest.raises(restoring.CannotRestore, match="does not have all the keys of the backup"):
        restoring.check_keys(tmp_path, Keys(("lost",), "signs"))
