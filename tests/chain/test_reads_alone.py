"""Each app answers its reads without the apps above it (ADR 0025)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.rooms import APPS


@pytest.mark.parametrize("app", APPS)
def test_an_app_answers_every_read_without_the_apps_above_it(app: str) -> None:
    environment = {**os.environ, "CHAIN_APP": app, "DJANGO_SETTINGS_MODULE": "tests.chain.settings"}
    asked = subprocess.run(
        [sys.executable, "-m", "tests.chain.alone"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, f"{asked.stdout[-4000:]}\n{asked.stderr[-4000:]}"
    assert " 0 without an answer" in asked.stdout
