"""The secret key of a service that runs on one machine and was given none."""

import os
import secrets
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the key kept in the file, making one the first time.

    The file is readable by its owner only. Two processes that start together agree on one key: the
    file is written aside and linked into place, and whoever comes second reads the first one's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text(encoding="utf-8").strip()
