"""Writes a backup: the database and the keys that open its secrets, in one file.

It may be made while the service runs. The file is readable by its owner alone, and whoever has it
has everything that the service keeps.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.backups import making
from config.backups.programs import ProgramFailed


class Command(BaseCommand):
    """Prints what it is doing, and where the backup is."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file; without one, it is named after the moment, below `var/backups`."""
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE")

    def handle(self, *_args: Any, file: Path | None, **_options: Any) -> None:
        """Write the backup.

        :raises CommandError: the file exists or cannot be written, or the database cannot be read.
        """
        now = timezone.now()
        if file is None:
            file = settings.VAR_DIR / "backups" / f"efp-{now:%Y-%m-%d-%H%M%S}.tar"
        if file.exists():
            raise CommandError(f"{file} exists already: give another name.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            making.make(file, now=now, tell=self.stderr.write)
        except (OSError, ProgramFailed) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(f"{file} ({file.stat().st_size:,} bytes)")
