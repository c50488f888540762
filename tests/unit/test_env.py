"""The environment is read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured

from common.env import env_bool, env_float, env_int, env_list, env_secret, env_str

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("no", False), ("", True)],
)
def test_a_yes_or_no_has_several_spellings(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: bool
) -> None:
    monkeypatch.setenv("EFP_X", value)
    assert env_bool("EFP_X", default=True) is expected


def test_a_yes_or_no_that_is_neither_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EFP_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="EFP_X must be true or false, not 'maybe'"):
        env_bool("EFP_X", default=False)


def test_numbers_are_numbers_or_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_int("EFP_X", 7) == 7
    monkeypatch.setenv("EFP_X", "0.5")
    assert env_float("EFP_X", 1.0) == 0.5
    with pytest.raises(ImproperlyConfigured, match="EFP_X must be a whole number, not '0.5'"):
        env_int("EFP_X", 7)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EFP_X", "")
    assert (env_str("EFP_X", "a"), env_int("EFP_X", 3), env_list("EFP_X", "a, b,")) == (
        "a",
        3,
        ["a", "b"],
    )


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hush\n")
    monkeypatch.setenv("EFP_X_FILE", str(file))
    assert env_secret("EFP_X", "other") == "hush"


def test_a_secret_given_twice_or_in_a_missing_file_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EFP_X_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="EFP_X_FILE: .*No such file"):
        env_secret("EFP_X")
    monkeypatch.setenv("EFP_X", "hush")
    with pytest.raises(ImproperlyConfigured, match="Set EFP_X or EFP_X_FILE, not both"):
        env_secret("EFP_X")
