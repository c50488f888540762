"""A backup brings back everything: the rows, and the keys that open what is sealed in them."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.e2e.processes import environment
from tests.receiver import Receiver, receiving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MAKE = """
from django.utils import timezone
from identity.models import User
from identity.services import hooks
actor = User.objects.create(username="owner", is_staff=True)
_, secret = hooks.create_web(
    destination_url="{url}", actor=actor, now=timezone.now(), event_types=[], event_kinds=["*"]
)
print(secret)
"""
PING = """
from django.utils import timezone
from identity.models import WebHook
from identity.services import hook_planning, hook_runs, hooks, outbox
outbox.put_in_order({}, now=timezone.now())
hook_planning.plan(now=timezone.now())
hook = WebHook.objects.get()
hooks.ping(hook, actor=hook.author, now=timezone.now())
outbox.put_in_order({}, now=timezone.now())
hook_planning.plan(now=timezone.now())
hook_runs.run(clock=timezone.now)
"""


def manage(var: Path, *arguments: str, said: str = "", code: int = 0) -> str:
    """Run a command of the service that keeps its data there; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment(var, 8000) | {"WEBHOOK_ALLOW_PRIVATE": "true"},
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
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "backup.tar"
    with receiving() as receiver:
        manage(first, "manage.py", "migrate", "--verbosity", "0")
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
    start = ("-c", "import config.wsgi")
    manage(second, *start, said="None of the secrets in this database", code=3)
    manage(second, "manage.py", "reseal_secrets", "--give-up-lost", said="Given up: hook")
    manage(second, *start)
