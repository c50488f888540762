"""A RabbitMQ of one's own, from the installed package: for tests, and for trying event mode.

It has nothing in common with a broker that the machine runs: own ports on 127.0.0.1, own name
service, own folder. The message bus needs the plugins that come with the package. Debian's own
command would switch to its user and its folders, so the server's script is run itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from standalone.processes import die_with_parent

SCRIPTS = "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"
PLUGINS = "rabbitmq_management", "rabbitmq_stomp", "rabbitmq_web_stomp", "rabbitmq_mqtt"
READY_WITHIN_SECONDS = 90.0
GRACE_SECONDS = 20.0
FRUGAL = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
AT_HOME = "-kernel inet_dist_use_interface {127,0,0,1}"
OTHERS = ("RABBITMQ_", "ERL_")
"""How variables begin that are meant for the machine's own broker, if at all."""


class NoBroker(RuntimeError):
    """There is no RabbitMQ on this machine, or it does not start."""


def installed() -> Path | None:
    """Return the server's script, or None where the package is not installed."""
    found = sorted(Path("/").glob(SCRIPTS.lstrip("/")))
    if found:
        return found[-1]
    path = shutil.which("rabbitmq-server")
    return Path(path) if path else None


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Ports:
    """Where the node listens."""

    amqp: int = field(default_factory=free_port)
    management: int = field(default_factory=free_port)
    web_stomp: int = field(default_factory=free_port)
    stomp: int = field(default_factory=free_port)
    mqtt: int = field(default_factory=free_port)
    distribution: int = field(default_factory=free_port)
    names: int = field(default_factory=free_port)


class BrokerNode:
    """A broker in a folder; stopped and started again, it has what it had."""

    def __init__(self, folder: Path, ports: Ports | None = None) -> None:
        """Take the folder for its data, and its ports unless any will do."""
        self.folder, self.ports = folder, ports or Ports()
        self._process: subprocess.Popen[bytes] | None = None
        self._names: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where messages are published: `RABBITMQ_URL`."""
        return f"amqp://guest:guest@127.0.0.1:{self.ports.amqp}"

    @property
    def management_url(self) -> str:
        """Where it is managed: `RABBITMQ_MANAGEMENT_URL`."""
        return f"http://guest:guest@127.0.0.1:{self.ports.management}"

    def start(self) -> None:
        """Start it, and return once it can be used.

        :raises NoBroker: it is not installed, or does not come up in time.
        """
        script = installed()
        if script is None:
            raise NoBroker("RabbitMQ is not installed: `apt-get install rabbitmq-server`.")
        self._configure()
        # Its name service is started first: the node would leave one behind, whatever ends it.
        self._names = self._run("epmd")
        self._process = self._run(str(script))
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop it, keeping its data."""
        for process in filter(None, (self._process, self._names)):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._process = self._names = None

    def check(self) -> None:
        """See that it still runs.

        :raises NoBroker: it has ended by itself.
        """
        if self._process is None or self._process.poll() is not None:
            raise NoBroker(f"RabbitMQ has ended; its log is {self.folder / 'node.log'}.")

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _run(self, program: str) -> subprocess.Popen[bytes]:
        """Start a program of the package, which ends with this process."""
        with (self.folder / "node.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the package's own
                [program],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    def _environment(self) -> dict[str, str]:
        """Return the environment of its programs: nothing in it is the machine's own broker's."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(OTHERS)
        }
        return inherited | {
            "HOME": str(self.folder),  # Erlang keeps its cookie there
            "RABBITMQ_NODENAME": f"efp{self.ports.amqp}@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{FRUGAL} {AT_HOME}",
            "ERL_EPMD_PORT": str(self.ports.names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _configure(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        ports = self.ports
        (self.folder / "rabbitmq-env.conf").touch()
        (self.folder / "advanced.config").write_text("[].\n")
        (self.folder / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{ports.amqp}\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {ports.management}\n"
            "web_stomp.tcp.ip = 127.0.0.1\n"
            f"web_stomp.tcp.port = {ports.web_stomp}\n"
            f"stomp.listeners.tcp.1 = 127.0.0.1:{ports.stomp}\n"
            f"mqtt.listeners.tcp.1 = 127.0.0.1:{ports.mqtt}\n"
            "mqtt.allow_anonymous = false\n"
            "disk_free_limit.absolute = 50MB\n"
            "log.file.level = warning\n"
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            self.check()
            if self._answers() and all(map(listens, (self.ports.web_stomp, self.ports.mqtt))):
                return
            time.sleep(0.2)
        raise NoBroker(f"RabbitMQ did not come up; its log is {self.folder / 'node.log'}.")

    def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self.ports.management}/api/overview"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True  # it asks who we are
        except OSError:
            return False


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
