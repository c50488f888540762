"""Loads a catalogue with its organisations and people from a file in Waldur's preset format."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.presets.loader import BrokenPreset, Tally, load


class Command(BaseCommand):
    """Brings the database to what a preset says; repeatable, all or nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the preset, a JSON file")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Load the file and say what was new.

        :raises CommandError: the file cannot be read, or is broken; then nothing is changed.
        """
        try:
            preset = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        try:
            tally = load(preset, now=timezone.now())
        except BrokenPreset as error:
            raise CommandError(f"{file} is broken, and nothing was changed. {error}") from error
        self.stdout.write(f"{file.name}: {summary(tally)}")


def summary(tally: Tally) -> str:
    """Return what was loaded in one line."""
    total, new, changed = (sum(c.values()) for c in (tally.rows, tally.new, tally.changed))
    return f"{total} rows in {len(tally.rows)} sections, {new} new, {changed} changed."
