"""A computing centre: the site agent's configuration, its processes, and the Slurm behind it.

The agent comes from PyPI into a virtual environment of its own (`make agent`), and so do the
commands of `slurm-emulator`, whose state is a file here.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from tests.agent.service import PATIENCE, Impatient

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENT_ENV: Path = settings.BASE_DIR / ".venv-agent"
QUICK_START: Path = settings.BASE_DIR / "tests" / "agent" / "quick_start"
PREFIX = "hpc_"
QUIET_SECONDS = 0.4
CLOCK_NANOSLEEP = {"230", "115"}
"""The number of the system call on x86-64 and on ARM."""
GRAVE = frozenset({"warning", "error", "critical", "exception"})
BLAME = (
    "UnexpectedStatus",
    "Unexpected status",
    "waldur_api_client",  # in a traceback: an answer that its parser could not read
    "Transient Waldur API error",
    "Retrying order",
    "Retrying resource usage",
)
"""What stands in a line about an answer that was not what it should have been."""

USUAL = ("No offering users found for offering",)
"""A warning before an offering's first allocation: nobody has an account there yet."""

BACKENDS = ("order_processing_backend", "membership_sync_backend", "reporting_backend")
COMPONENTS = {
    "cpu": {"measured_unit": "k-Hours", "unit_factor": 60000, "label": "CPU"},
    "mem": {"measured_unit": "gb-Hours", "unit_factor": 61440, "label": "RAM"},
}


@dataclass(frozen=True)
class Said:
    """What an agent wrote: a line of its log each."""

    lines: tuple[dict[str, Any], ...]

    @property
    def complaints(self) -> list[str]:
        """Return the warnings and errors, with their tracebacks."""
        return [
            f"{line.get('event', '')} {line.get('exception', '')}".strip()
            for line in self.lines
            if str(line.get("level", "")).lower() in GRAVE
            and not str(line.get("event", "")).startswith(USUAL)
        ]

    @property
    def blames(self) -> list[str]:
        """Return the lines that say that the service did not answer as it should."""
        return [
            text for line in self.lines if any(word in (text := json.dumps(line)) for word in BLAME)
        ]

    def mentions(self, text: str) -> bool:
        """Tell whether a line has the text in it."""
        return any(text in json.dumps(line) for line in self.lines)


@dataclass
class Site:
    """One offering's site: a folder with its configuration, its logs and its cluster's state."""

    folder: Path
    base_url: str
    token: str
    offering: str
    backend: str = "slurm"
    components: dict[str, dict[str, Any]] = field(default_factory=lambda: COMPONENTS)
    accounting: str = "limit"
    reporting_periods: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    commands: Path = AGENT_ENV / "bin"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure()

    @property
    def config(self) -> Path:
        """The agent's configuration file."""
        return self.folder / "agent.yaml"

    def configure(self, **changes: Any) -> None:
        """Write the configuration; `changes` are keys of the offering."""
        components = {
            name: {"accounting_type": self.accounting, **component}
            for name, component in self.components.items()
        }
        offering = {
            "name": "A site",
            "waldur_api_url": f"{self.base_url}/api/",
            "waldur_api_token": self.token,
            "waldur_offering_uuid": self.offering,
            "backend_type": self.backend,
            **dict.fromkeys(BACKENDS, self.backend),
            "username_management_backend": "base",
            "backend_settings": self.backend_settings,
            "backend_components": components,
            **self.extra,
            **changes,
        }
        config = {
            "timezone": "UTC",
            "reporting_periods": self.reporting_periods,
            "offerings": [offering],
        }
        self.config.write_text(yaml.safe_dump(config))

    @property
    def backend_settings(self) -> dict[str, Any]:
        """What the agent is told of the cluster."""
        return {
            "default_account": "root",
            "customer_prefix": f"{PREFIX}c_",
            "project_prefix": f"{PREFIX}p_",
            "allocation_prefix": PREFIX,
            "qos_downscaled": "limited",
            "qos_paused": "paused",
            "qos_default": "normal",
            "enable_user_homedir_account_creation": False,
            "slurm_bin_path": str(self.commands),
            **self.settings,
        }

    @property
    def env(self) -> dict[str, str]:
        """The environment of the site's processes: its own cluster, and little else."""
        path = os.pathsep.join([str(self.commands), str(AGENT_ENV / "bin"), os.environ["PATH"]])
        return {
            "PATH": path,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "SITE_STATE": str(self.folder),
            "SLURM_EMULATOR_STATE_FILE": str(self.folder / "slurm.json"),
            "SLURM_EMULATOR_TIME_FILE": str(self.folder / "slurm-time.json"),
            **self.environment,
            "PYTHONPATH": os.pathsep.join(
                [str(QUICK_START), *filter(None, [self.environment.get("PYTHONPATH")])]
            ),
        }

    # --- the agent --------------------------------------------------------------------------------

    @contextmanager
    def agent(self, mode: str) -> Iterator[Agent]:
        """Run the agent in one of its modes, and end it."""
        log = self.folder / f"agent-{mode}-{time.monotonic_ns()}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [AGENT_ENV / "bin" / "waldur_site_agent", "-m", mode, "-c", self.config],
                cwd=self.folder, env=self.env, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                yield Agent(process, log)
            finally:
                process.terminate()
                process.wait(PATIENCE)

    def cycle(self, mode: str) -> Said:
        """Let the agent do one round of its work, after which it would sleep for minutes.

        Whatever the test is about, no round may blame the service.
        """
        with self.agent(mode) as agent:
            agent.wait_until_it_sleeps()
        said = agent.said()
        assert said.blames == []
        return said

    def tool(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the agent's command-line tools with the site's configuration."""
        return subprocess.run(
            [AGENT_ENV / "bin" / name, "-c", self.config, *words],
            cwd=self.folder, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    # --- the cluster ------------------------------------------------------------------------------

    def run(self, *words: str, told: str = "") -> str:
        """Run a command of the cluster or of the agent, and return what it printed."""
        done = subprocess.run(
            words,
            cwd=self.folder, env=self.env, input=told, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def table(self, *words: str) -> list[list[str]]:
        """Return what sacctmgr shows, as rows of columns."""
        shown = self.run("sacctmgr", "--parsable2", "--noheader", *words)
        return [line.split("|") for line in shown.splitlines() if line.strip()]

    def accounts(self) -> set[str]:
        """Return the names of the accounts."""
        return {row[0] for row in self.table("list", "account")}

    def users(self, account: str) -> set[str]:
        """Return who may use an account."""
        rows = self.table("show", "assoc", f"account={account}", "format=User")
        return {row[0] for row in rows if row[0]}

    def limits(self, account: str) -> str:
        """Return an account's limits as Slurm shows them: TRES minutes."""
        rows = self.table("show", "assoc", f"account={account}", "format=User,GrpTRESMins")
        return next((row[1] for row in rows if not row[0]), "")

    def qos(self, account: str) -> str:
        """Return an account's quality of service."""
        rows = self.table("show", "assoc", f"account={account}", "format=User,QOS")
        return next(row[1] for row in rows if not row[0])

    def compute(self, user: str, account: str, node_hours: int, day: str = "") -> None:
        """Use the cluster, by default today: a node has 64 cores and 512 GB.

        The job is over at the end of the day; on the first day of a month perhaps on the next one,
        so that all of it is of that month.
        """
        midnight = datetime.fromisoformat(day or time.strftime("%Y-%m-%d", time.gmtime()))
        begun = midnight.replace(day=1) + timedelta(hours=node_hours)
        ends = max(midnight + timedelta(hours=23, minutes=59), begun)
        told = f"time_set {ends}\nusage_inject {user} {node_hours} {account}\nexit\n"
        assert "Injected" in self.run("slurm-emulator", told=told)


@dataclass(frozen=True)
class Agent:
    """A running agent."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> Said:
        """Return what it wrote so far."""
        lines = []
        for text in self.log.read_text(errors="replace").splitlines():
            try:
                lines.append(json.loads(text))
            except json.JSONDecodeError:
                lines.append({"level": "error", "event": text})
        return Said(tuple(lines))

    def kill(self) -> None:
        """End it at once, in whatever it was doing."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def wait_until_it_sleeps(self) -> None:
        """Wait until its main thread sleeps: it does so for a minute when a round is done.

        :raises Impatient: it does not come to rest.
        """
        deadline, since = time.monotonic() + PATIENCE, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            if not self._sleeps():
                since = time.monotonic()
            if time.monotonic() > deadline:
                raise Impatient(self.log.read_text()[-4000:])
            time.sleep(0.05)

    def _sleeps(self) -> bool:
        """Tell whether the kernel has it in `clock_nanosleep`, which waiting for I/O is not."""
        call = Path(f"/proc/{self.process.pid}/syscall").read_text().split()[0]
        return call in CLOCK_NANOSLEEP
