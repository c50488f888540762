"""A login node: a real sshd with the example's programs, and certificates that ssh-keygen made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from django.conf import settings
from django.utils import timezone

from allocations.services import site_access
from identity.models import User
from identity.services import credentials
from tests.receiver import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access_plane.world import Researcher

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NEEDED = ("ssh", "ssh-keygen", "curl")
MISSING = [name for name in NEEDED if shutil.which(name) is None] + ([] if SSHD else ["sshd"])
EXAMPLES = Path(settings.BASE_DIR, "examples", "sshd")
NOT_AUTHENTICATED = 255
"""What ssh ends with that was not let in; else it is what the shell there ends with."""


def need_sshd() -> None:
    """Skip a test where no sshd can run; never in CI."""
    why = f"{', '.join(MISSING)} missing: `apt-get install openssh-server curl` lets this test run"
    if os.geteuid() != 0:
        why = "sshd starts sessions as root only"
    if MISSING or os.geteuid() != 0:
        assert not os.environ.get("CI"), why
        pytest.skip(why)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(one) for one in command]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)


@dataclass
class LoginNode:
    """A login node: its folder, its port, and the certificate of somebody."""

    folder: Path
    port: int
    one: Researcher

    def log_in(self, one: Researcher | None = None) -> bool:
        """Try to log in; tell whether that was allowed."""
        one = one or self.one
        key = self.folder / one.account.username
        got = run(
            "ssh", "-F", "none", "-i", key, "-p", str(self.port),
            "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known",
            "-o", "IdentitiesOnly=yes", "-o", "PasswordAuthentication=no", "-o", "BatchMode=yes",
            f"{one.account.username}@127.0.0.1", "true",
        )  # fmt: skip
        return got.returncode != NOT_AUTHENTICATED

    def certify(self, one: Researcher) -> None:
        """Give somebody a key, and the authority's certificate with their CUID as principal."""
        key = self.folder / one.account.username
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        signed = run(
            "ssh-keygen", "-q", "-s", self.folder / "ca", "-I", one.cuid, "-n", one.cuid,
            "-V", "-5m:+1h", f"{key}.pub",
        )  # fmt: skip
        assert signed.returncode == 0, signed

    def principals(self) -> list[str]:
        """Return what sshd would be told."""
        got = run(self.folder / "efp-principals", self.folder / "site-access.conf", "root")
        return got.stdout.split()

    def configure(self, url: str) -> None:
        """Say where the service is."""
        (self.folder / "site-access.conf").write_text(
            f"URL={url}\nOFFERING={self.one.offering.uuid.hex}\nTOKEN={self.folder}/token.curl\n"
            f"SIGNERS={self.folder}/signers\nCACHE={self.folder}/cache\n"
        )

    @property
    def kept(self) -> Path:
        return self.folder / "cache" / "root"

    def revoke(self) -> None:
        """Fetch the list of those who lost access."""
        conf, authority = self.folder / "site-access.conf", self.folder / "ca.pub"
        got = run(self.folder / "efp-revocations", conf, authority, self.folder / "revoked")
        assert got.returncode == 0, got


@contextmanager
def login_node(one: Researcher, url: str) -> Iterator[LoginNode]:
    """Run an sshd with the example's programs; sshd wants them where nobody but root can write."""
    folder = Path(tempfile.mkdtemp(dir="/run"))
    folder.chmod(0o755)
    server: subprocess.Popen[bytes] | None = None
    try:
        found = LoginNode(folder, free_port(), one)
        _prepare(found, url)
        assert SSHD is not None
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        _wait_for(found)
        yield found
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
        shutil.rmtree(folder)


def _prepare(site: LoginNode, url: str) -> None:
    """Write what a login node has: keys, the authority's word, a token, the programs."""
    folder, one = site.folder, site.one
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (folder / "cache").mkdir()
    for name in ("ca", "host"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    site.certify(one)
    for name in ("efp-principals", "efp-revocations"):
        shutil.copy(EXAMPLES / name, folder / name)
    staff = User.objects.create_user("agent", is_staff=True)
    _, token = credentials.issue(user=staff, name="sshd", now=timezone.now())
    (folder / "token.curl").write_text(f'header = "Authorization: Token {token}"\n')
    keys = requests.get(f"{url}/api/marketplace-provider-offerings/site-access-keys/", timeout=10)
    (folder / "signers").write_text(keys.text)
    site.configure(url)
    site_access.follow([one.user.pk], now=timezone.now())
    site.revoke()
    example = (EXAMPLES / "sshd_config").read_text()
    for there, here in (
        ("/etc/ssh/efp-ca.pub", f"{folder}/ca.pub"),
        ("/usr/local/libexec/", f"{folder}/"),
        ("/etc/efp/", f"{folder}/"),
        ("CommandUser efp", "CommandUser root"),
        ("/etc/ssh/efp-revoked", f"{folder}/revoked"),
    ):
        assert there in example
        example = example.replace(there, here)
    (folder / "sshd_config").write_text(
        f"{example}Port {site.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"PidFile {folder}/pid\nUsePAM no\nPermitRootLogin prohibit-password\n"
        "PasswordAuthentication no\nAuthorizedKeysFile none\nStrictModes no\n"
    )


def _wait_for(site: LoginNode) -> None:
    for _ in range(100):
        if "Server listening" in (site.folder / "log").read_text():
            return
        time.sleep(0.05)
    raise AssertionError((site.folder / "log").read_text())
