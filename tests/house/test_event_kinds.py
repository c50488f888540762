"""Every kind of event that is declared is recorded somewhere."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.conf import settings

from config.event_kinds import MODULES
from identity.event_catalogue import Kind
from tests.rooms import PACKAGES

ROOT = Path(settings.BASE_DIR)


def test_no_kind_is_declared_that_nothing_names() -> None:
    texts = (
        path.read_text()
        for app in PACKAGES
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
    )
    words = Counter(word for text in texts for word in re.findall(r"[A-Z][A-Z_]+", text))
    declared = {n for module in MODULES for n, one in vars(module).items() if isinstance(one, Kind)}
    assert sorted(name for name in declared if words[name] < 2) == []
