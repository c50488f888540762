"""A backup brings back everything: the rows, and the keys that open what is sealed in them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from config.backups import archive
from standalone.embedded_postgres.cluster import programs
from standalone.embedded_postgres.server_user import as_server_user, is_root, server_user
from tests.e2e.prepared import prepare
from tests.e2e.processes import environment
from tests.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MAKE = """
from django.utils import timezone
from identity.models import User
from notifications.services import hooks
actor = User.objects.create(username="owner", is_staff=True)
_, secret = hooks.create_web(
    destination_url="{url}", actor=actor, now=timezone.now(), event_types=[], event_kinds=["*"]
)
print(secret)
"""
PING = """
from django.utils import timezone
from notifications.models import WebHook
from identity.services import outbox
from notifications.services import hook_planning, hook_runs, hooks
outbox.put_in_order({}, now=timezone.now())
hook_planning.plan(now=timezone.now())
hook = WebHook.objects.get()
hooks.ping(hook, actor=hook.author, now=timezone.now())
outbox.put_in_order({}, now=timezone.now())
hook_planning.plan(now=timezone.now())
hook_runs.run(clock=timezone.now)
"""


WEB = ("-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi")


def manage(
    var: Path,
    *arguments: str,
    said: str = "",
    code: int = 0,
    more: Mapping[str, str] | None = None,
) -> str:
    """Run a command of the service that keeps its data there; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment(var, 8000) | {"WEBHOOK_ALLOW_PRIVATE": "true", **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr[-3000:]
    assert said in done.stdout + done.stderr
    return done.stdout


def received_a_ping(var: Path, receiver: Receiver, secret: str) -> bool:
    before = len(receiver.received)
    manage(var, "manage.py", "shell", "--no-imports", "--command", PING)
    told = receiver.received[before:]
    return bool(told) and all(one.is_signed_with(secret) for one in told)


def test_a_backup_brings_back_the_database_with_its_keys(tmp_path: Path) -> None:
    first, second, file = prepare(tmp_path / "first"), tmp_path / "second", tmp_path / "backup.tar"
    with receiving() as receiver:
        making = MAKE.format(url=receiver.url)
        secret = manage(first, "manage.py", "shell", "--no-imports", "--command", making).strip()
        manage(first, "manage.py", "backup", str(file))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

        manage(second, "manage.py", "restore", str(file), said="was restored")
        again = ("manage.py", "restore", str(file))
        manage(second, *again, said="Nothing was restored. There is something", code=1)
        manage(second, *again, "--replace", said="What was there before is in the database efp_be")
        assert received_a_ping(second, receiver, secret)

    (second / "encryption_key").unlink()
    looking = ("-c", "import config.wsgi; from config import gunicorn; gunicorn.on_starting(None)")
    for start in (WEB, looking):
        manage(second, *start, said="None of the secrets in this database", code=78)
    manage(second, "manage.py", "reseal_secrets", "--give-up-lost", said="Given up: hook")
    manage(second, *looking)


@pytest.fixture
def older_server() -> Iterator[str]:
    """The URL of a PostgreSQL 16, which the wheel of the embedded one brings as well."""
    binaries = programs().parents[1] / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="efp-pg16-"))
    data = folder / "data"
    if is_root():
        shutil.chown(folder, server_user(data).pw_uid)

    def run(program: str, *arguments: str) -> None:
        user = as_server_user(data, binaries / program)
        command = [*user, str(binaries / program), f"--pgdata={data}", *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "--username=efp", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", f"--log={folder / 'log'}", f"--options={options}", "start")
    try:
        yield f"postgresql://efp@/postgres?host={folder}"
    finally:
        run("pg_ctl", "--mode=immediate", "stop")
        shutil.rmtree(folder)


def test_a_backup_is_restored_on_an_older_server_and_one_that_breaks_off_leaves_nothing(
    tmp_path: Path, older_server: str
) -> None:
    var, file, broken = prepare(tmp_path / "var"), tmp_path / "backup.tar", tmp_path / "broken.tar"
    manage(var, "manage.py", "backup", str(file))
    manifest, keys = archive.read(file)
    archive.unpack_database(file, tmp_path / "dump")
    os.truncate(tmp_path / "dump", (tmp_path / "dump").stat().st_size * 9 // 10)
    archive.write(broken, manifest, keys, tmp_path / "dump")

    there = {
        "DATABASE_URL": older_server,
        "CELERY_BROKER_URL": "memory://",
        "ENCRYPTION_KEYS": ",".join(keys.encryption),
        "SECRET_KEY": keys.secret,
    }
    restore = ("manage.py", "restore")
    manage(var, *restore, str(broken), said="Nothing was restored", code=1, more=there)
    manage(var, *restore, str(file), said="was restored", more=there)
    manage(var, "manage.py", "migrate", "--check", more=there)
