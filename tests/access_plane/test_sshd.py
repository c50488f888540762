"""A real sshd lets in whom the service names, by a certificate that ssh-keygen made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.conf import settings as django_settings
from django.utils import timezone

from allocations.models import OfferingUser
from allocations.services import site_access
from identity.models import User
from identity.services import credentials
from tests.access_plane.world import make_researcher
from tests.receiver import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access_plane.world import Researcher

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
NEEDED = ("ssh", "ssh-keygen", "curl")
MISSING = [name for name in NEEDED if shutil.which(name) is None] + ([] if SSHD else ["sshd"])
EXAMPLES = Path(django_settings.BASE_DIR, "examples", "sshd")

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _is_installed() -> None:
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
class Site:
    """A login node: its folder, its port, and the certificate of somebody."""

    folder: Path
    port: int
    one: Researcher

    def log_in(self) -> bool:
        """Try to log in; tell whether that was allowed."""
        key = self.folder / "user"
        got = run(
            "ssh", "-F", "none", "-i", key, "-p", str(self.port),
            "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known",
            "-o", "IdentitiesOnly=yes", "-o", "PasswordAuthentication=no", "-o", "BatchMode=yes",
            "root@127.0.0.1", "true",
        )  # fmt: skip
        return got.returncode == 0

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


@pytest.fixture
def site(live_server: Any) -> Iterator[Site]:
    """Run an sshd with the example's programs; sshd wants them where nobody but root can write."""
    one = make_researcher(username="root")
    folder = Path(tempfile.mkdtemp(dir="/run"))
    folder.chmod(0o755)
    server: subprocess.Popen[bytes] | None = None
    try:
        found = Site(folder, free_port(), one)
        prepare(found, live_server.url)
        assert SSHD is not None
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        wait_for(found)
        yield found
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
        shutil.rmtree(folder)


def prepare(site: Site, url: str) -> None:
    """Write what a login node has: keys, the authority's word, a token, the programs."""
    folder, one = site.folder, site.one
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (folder / "cache").mkdir()
    for name in ("ca", "host", "user"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    signed = run(
        "ssh-keygen", "-q", "-s", folder / "ca", "-I", one.cuid, "-n", one.cuid, "-V", "-5m:+1h",
        folder / "user.pub",
    )  # fmt: skip
    assert signed.returncode == 0, signed
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


def wait_for(site: Site) -> None:
    for _ in range(100):
        if "Server listening" in (site.folder / "log").read_text():
            return
        time.sleep(0.05)
    raise AssertionError((site.folder / "log").read_text())


def test_whom_the_service_names_may_log_in_and_nobody_else(site: Site) -> None:
    assert site.log_in(), (site.folder / "log").read_text()

    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=True)
    assert not site.log_in()
    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=False)
    assert site.log_in()
    User.objects.filter(pk=site.one.user.pk).update(is_active=False)
    assert not site.log_in()


def test_while_the_service_is_away_a_site_goes_on_with_what_was_signed(site: Site) -> None:
    assert site.log_in()
    site.configure(f"http://127.0.0.1:{free_port()}")
    assert site.log_in()

    believed = site.kept.read_text()
    table = {
        "another person": believed.replace(site.one.cuid, "intruder@myaccessid.org"),
        "another time": believed.replace("# expires 2", "# expires 3"),
        "no signature": believed.partition("\n")[2],
        "nothing": "",
    }
    for what, kept in table.items():
        site.kept.write_text(kept)
        assert site.principals() == [], what
    site.kept.write_text(believed)
    assert site.principals() == [site.one.cuid]
    site.kept.rename(site.kept.with_name("other"))
    got = run(site.folder / "efp-principals", site.folder / "site-access.conf", "other")
    assert got.stdout == ""  # it is a list of another name


def test_a_site_that_may_not_know_lets_nobody_in(site: Site) -> None:
    assert site.principals() == [site.one.cuid]
    (site.folder / "token.curl").write_text('header = "Authorization: Token wrong"\n')

    assert site.principals() == []
    assert not site.kept.exists()


def test_a_certificate_of_somebody_who_lost_access_is_revoked(site: Site) -> None:
    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=True)
    site_access.follow([site.one.user.pk], now=timezone.now())
    site.revoke()

    shown = run("ssh-keygen", "-Q", "-f", site.folder / "revoked", site.folder / "user-cert.pub")
    assert "REVOKED" in shown.stdout

    OfferingUser.objects.filter(pk=site.one.account.pk).update(is_restricted=False)
    assert not site.log_in()  # by the list alone
    site_access.follow([site.one.user.pk], now=timezone.now())
    site.revoke()
    assert site.log_in()
