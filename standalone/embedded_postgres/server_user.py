"""Who runs the embedded server when root asks for one: PostgreSQL itself refuses to be root.

Another user of the machine does. Where that user cannot enter the project's folders (a checkout
under root's home, or in a private temporary folder), the server alone is given the right to pass,
by `setpriv`; no folder's permissions change and no user is created.
"""

import os
import pwd
import shutil
import stat
from pathlib import Path

# CAP_DAC_OVERRIDE passes any folder, CAP_SETPCAP hands it on: bits of CapEff in /proc/self/status.
NEEDED = 1 << 1 | 1 << 8


class CannotStart(RuntimeError):
    """The embedded PostgreSQL does not run; the message says why and what to do."""


def is_root() -> bool:
    """Tell whether this process is root."""
    return os.geteuid() == 0


def server_user(data: Path) -> pwd.struct_passwd:
    """Choose the user that runs the server for root: the owner of the data, once there is one.

    :raises CannotStart: the machine has no user to choose.
    """
    if data.exists() and (owner := data.stat().st_uid):
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(
        "PostgreSQL refuses to run as root, and this machine has no user `postgres` or `nobody`."
    )


def as_server_user(data: Path, program: Path) -> list[str]:
    """Build the command that drops root's rights before the program, and keeps one if it must.

    :raises CannotStart: the server's user cannot reach the files and may not be given the right to.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart(
            "PostgreSQL refuses to run as root, and `setpriv` (of util-linux), which starts it as "
            "another user, is missing. Run as an ordinary user, or set DATABASE_URL."
        )
    user = server_user(data)
    drop = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    closed = [path for path in (*data.parents, program, *program.parents) if not _is_open(path)]
    if not closed:
        return drop
    if not _may_pass_any_folder():
        raise CannotStart(
            f"PostgreSQL runs as the user `{user.pw_name}` here, who cannot enter {closed[0]}. Set "
            "EMBEDDED_POSTGRES_DIR to a folder whose parents everybody may enter, move the project "
            "to one, run as an ordinary user, or set DATABASE_URL."
        )
    # Without the last option `access(2)`, by which the programs find each other, ignores it.
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*drop, *keep, "--securebits=+no_setuid_fixup"]


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)


def _may_pass_any_folder() -> bool:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return int(effective.split()[1], 16) & NEEDED == NEEDED
