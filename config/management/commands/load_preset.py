"""Loads a catalogue with its organisations and people from a file in Waldur's preset format.

A file with passwords or tokens lets whoever has read it in. Into a database that is not the
embedded one it is loaded with `--force` only.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.presets.loader import BrokenPreset, Tally, load


class Command(BaseCommand):
    """Brings the database to what a preset says; repeatable, all or nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the preset, a JSON file")
        parser.add_argument(
            "--force", action="store_true", help="also passwords and tokens, with DATABASE_URL"
        )

    def handle(self, *_args: Any, file: Path, force: bool, **_options: Any) -> None:
        """Load the file and say what was new.

        :raises CommandError: the file cannot be read, is broken, or would let its readers into a
            database that is no trial's; then nothing is changed.
        """
        try:
            preset = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        if (found := credentials_in(preset)) and not (settings.ON_ONE_MACHINE or force):
            raise CommandError(
                f"{file} has {' and '.join(found)} in it, and DATABASE_URL is set: whoever has "
                "read the file could log in. Nothing was changed. Take them out, or give --force."
            )
        try:
            tally = load(preset, now=timezone.now())
        except BrokenPreset as error:
            raise CommandError(f"{file} is broken, and nothing was changed. {error}") from error
        self.stdout.write(f"{file.name}: {summary(tally)}")


def credentials_in(preset: Any) -> list[str]:
    """Return what a preset has with which somebody could log in: passwords, tokens."""
    sections = preset if isinstance(preset, dict) else {}
    users, tokens = sections.get("users"), sections.get("auth_tokens")
    rows = users if isinstance(users, list) else []
    passwords = [row for row in rows if isinstance(row, dict) and row.get("password")]
    return [name for name, given in (("passwords", passwords), ("tokens", tokens)) if given]


def summary(tally: Tally) -> str:
    """Return what was loaded in one line."""
    total, new, changed = (sum(c.values()) for c in (tally.rows, tally.new, tally.changed))
    return f"{total} rows in {len(tally.rows)} sections, {new} new, {changed} changed."
