"""The embedded PostgreSQL: shared by processes, stopped by the last, and harmless to its folder."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg2
import pytest
from django.conf import settings

from standalone.embedded_postgres import CannotStart, Cluster, hold, server_user
from standalone.embedded_postgres.holders import release
from tests.e2e.processes import environment, free_port, processes_naming

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = [pytest.mark.e2e, pytest.mark.slow]
HOLDER = """
import sys
from pathlib import Path
from standalone.embedded_postgres import Cluster, hold
hold(Cluster(Path(sys.argv[1]), database="efp"))
print("held", flush=True)
sys.stdin.read()
"""


SURVIVOR = """
import os, pathlib, sys, django, psutil
from django.db import connection
django.setup()
def one(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
first = one("SELECT 1")
connection.close()
postmaster = psutil.Process(int(pathlib.Path(sys.argv[1]).read_text().splitlines()[0]))
postmaster.kill()
psutil.wait_procs([postmaster])
print(first, one("SELECT 2"))
"""


class Holder:
    """Another process that uses the server until it is told to leave."""

    def __init__(self, cluster: Cluster) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(cluster.folder)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"held\n"

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "postgres", database="efp")
    yield cluster
    release(cluster)
    cluster.stop()


def is_running(cluster: Cluster) -> bool:
    return (cluster.data / "postmaster.pid").exists()


def ask(cluster: Cluster, sql: str) -> Any:
    connection = psycopg2.connect(
        host=str(cluster.socket_folder), user="postgres", dbname=cluster.database
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_processes_share_one_server_and_the_last_one_stops_it(cluster: Cluster) -> None:
    first, second = Holder(cluster), Holder(cluster)
    ask(cluster, "CREATE TABLE kept ()")
    first.leave()
    assert ask(cluster, "SELECT to_regclass('kept')::text") == ("kept",)
    second.leave()
    assert not is_running(cluster)
    assert processes_naming(str(cluster.data)) == []
    hold(cluster)
    assert ask(cluster, "SELECT to_regclass('kept')::text") == ("kept",)


def test_a_killed_process_leaves_nothing_to_repair(cluster: Cluster) -> None:
    Holder(cluster).kill()
    assert is_running(cluster)
    Holder(cluster).leave()
    assert not is_running(cluster)


def test_a_forked_child_keeps_the_server_for_itself(cluster: Cluster) -> None:
    hold(cluster)
    (reader, writer), (ready, born) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.write(born, b"!")
        os.read(reader, 1)
        os._exit(0)
    os.read(ready, 1)
    release(cluster)
    assert is_running(cluster)
    os.close(writer)
    os.waitpid(child, 0)
    hold(cluster)
    release(cluster)
    assert not is_running(cluster)


def test_a_server_that_was_killed_is_started_again_by_the_next_connection(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SURVIVOR, str(tmp_path / "postgres" / "data" / "postmaster.pid")],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, free_port()) | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("1 2\n", 0), done.stderr
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_an_interrupted_first_start_is_made_good_by_the_next(cluster: Cluster) -> None:
    half = cluster.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    hold(cluster)
    assert ask(cluster, "SELECT current_database()::text") == ("efp",)
    assert not half.exists()


def test_a_path_with_a_space_and_an_apostrophe_is_no_obstacle(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "o'neil y", database="efp")
    hold(cluster)
    try:
        assert ask(cluster, "SELECT 1") == (1,)
    finally:
        release(cluster)


def test_a_disposable_cluster_begins_empty(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres", disposable=True)
    hold(cluster)
    ask(cluster, "CREATE TABLE gone ()")
    release(cluster)
    hold(cluster)
    try:
        assert ask(cluster, "SELECT to_regclass('gone')") == (None,)
    finally:
        release(cluster)


def test_a_disposable_cluster_keeps_its_templates_if_it_was_stopped_in_order(
    tmp_path: Path,
) -> None:
    cluster = Cluster(tmp_path / "postgres", disposable=True)
    hold(cluster)
    for name in ("kept", "gone"):
        ask(cluster, f"CREATE DATABASE {name} IS_TEMPLATE {name == 'kept'}")
    release(cluster)
    hold(cluster)
    assert databases(cluster) == ["kept", "postgres", "template0", "template1"]
    postmaster = psutil.Process(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]))
    postmaster.kill()
    psutil.wait_procs([postmaster])
    release(cluster)
    hold(cluster)
    try:
        assert databases(cluster) == ["postgres", "template0", "template1"]
    finally:
        release(cluster)


def databases(cluster: Cluster) -> list[str]:
    (found,) = ask(cluster, "SELECT array_agg(datname::text ORDER BY datname) FROM pg_database")
    return list(found)


def test_a_private_folder_stays_private(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    cluster = Cluster(private / ("deep" * 30) / "postgres", database="efp")
    hold(cluster)
    try:
        assert ask(cluster, "SELECT 1") == (1,)
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(cluster.socket_folder.stat().st_mode) == 0o700
    finally:
        release(cluster)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="cannot use .*file/postgres: Not a directory"):
        hold(Cluster(tmp_path / "file" / "postgres"))


def test_a_server_that_does_not_start_shows_its_log(cluster: Cluster) -> None:
    hold(cluster)
    release(cluster)
    (cluster.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(CannotStart, match="no_such_setting"):
        hold(cluster)


def test_root_without_the_means_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(server_user, "_may_pass_any_folder", lambda: False)
    with pytest.raises(CannotStart, match=f"cannot enter {private}"):
        server_user.as_server_user(private / "data", Path("/bin/true"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CannotStart, match="`setpriv`"):
        server_user.as_server_user(private / "data", Path("/bin/true"))
