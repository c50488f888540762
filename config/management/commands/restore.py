"""Brings back a backup that `backup` made: the database and its keys, or nothing.

The service has to be stopped. On one machine what was there before is kept under another name; a
database that `DATABASE_URL` names has to be empty.
"""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.backups import restoring
from config.backups.archive import NoBackup
from config.backups.programs import ProgramFailed


class Command(BaseCommand):
    """Prints what it is doing."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether what is in the database may be replaced."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--replace", action="store_true", help="put it in the place of what is there"
        )

    def handle(self, *_args: Any, file: Path, replace: bool, **_options: Any) -> None:
        """Restore, and bring the database to what this version needs.

        :raises CommandError: nothing was changed, and why.
        """
        try:
            restoring.restore(file, replace=replace, now=timezone.now(), tell=self.stderr.write)
        except (NoBackup, restoring.CannotRestore, ProgramFailed, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        self.stderr.write("Bringing the database to what this version needs ...")
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(f"{file} was restored. Start the service.")
