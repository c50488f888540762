"""Write the documents that come from the code (`docs/lifecycle.md` and its like)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.documents import DOCUMENTS


class Command(BaseCommand):
    """`manage.py write_docs`: run by `make docs`; a test compares what is committed."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Write every document."""
        for name, text in DOCUMENTS.items():
            path = settings.BASE_DIR / "docs" / name
            path.write_text(text())
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
