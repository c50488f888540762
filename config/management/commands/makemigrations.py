"""Django's `makemigrations`, whose migrations import nothing of ours."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations.serializer import ChoicesSerializer
from django.db.migrations.writer import MigrationWriter


class Command(makemigrations.Command):
    """Writes new migrations, with the values of enums in place of the enums."""

    def handle(self, *labels: str, **options: Any) -> None:
        """Write them."""
        MigrationWriter.register_serializer(Enum, ChoicesSerializer)
        super().handle(*labels, **options)
