"""Each app answers its reads without the apps above it (ADR 0025)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize("app", APPS)
def test_an_app_names_by_label_no_models_but_its_own(app: str) -> None:
    """Those of the apps below are imported, and those above are not its business."""
    modules = (Path(settings.BASE_DIR) / app).rglob("*.py")
    named = {
        label
        for module in modules
        if "migrations" not in module.parts
        for label in re.findall(r"(?:rows_of|get_model)\(\s*\"(\w+)", module.read_text())
    }
    assert named <= {app}
