"""The documents that are written from the code are as the code is."""

from __future__ import annotations

import pytest
from django.conf import settings

from config.documents import DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_fresh(name: str) -> None:
    committed = (settings.BASE_DIR / "docs" / name).read_text()
    assert committed == DOCUMENTS[name](), "run `make docs`"
