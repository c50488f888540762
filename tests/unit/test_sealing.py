"""Secrets that are kept are sealed under keys that can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from common.sealing import Unreadable, reseal, seal, unseal

OLD = "the key of last year, which has been long enough"
NEW = "the key of this year, which is as long as the other"


def test_what_was_sealed_is_read_again_and_tells_nothing_by_itself() -> None:
    sealed = seal("whsec_wörd")
    assert "whsec" not in sealed
    assert unseal(sealed) == "whsec_wörd"


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal("secret") != seal("secret")


def test_an_old_key_still_opens_and_the_newest_seals(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert unseal(sealed) == "secret"
    renewed = reseal(sealed)
    settings.ENCRYPTION_KEYS = [NEW]
    assert unseal(renewed) == "secret"


def test_without_its_key_a_secret_cannot_be_read(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal("secret")
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Unreadable, match="None of the ENCRYPTION_KEYS opens"):
        unseal(sealed)


def test_a_damaged_secret_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        unseal(seal("secret")[:-4] + "AAAA")
