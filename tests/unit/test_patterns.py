"""Patterns that people write: matched in time that grows with the text, or refused."""

from __future__ import annotations

from time import process_time

import pytest

from common import patterns
from common.errors import Invalid
from marketplace import options
from marketplace.api.offerings.options import DESCRIPTION
from marketplace.api.offerings.rules import BACKEND_ID_RULES

SLOW = ("(a+)+", "(a|a)*", "(a|aa)+", r"([a-z]+)*\d", "(.*a){25}", "(a?){50}a{50}", "(x+x+)+y")
REFUSED = (r"(?=a)b", r"(?!a)b", r"(?<=a)b", r"(\w)\1", "(a{1000}){1000}", "[", "a" * 1001, 7, None)
TEXT = "a" * 10_000 + "!"


@pytest.mark.parametrize("pattern", SLOW)
def test_what_takes_others_for_ever_takes_no_time(pattern: str) -> None:
    began = process_time()  # of this process alone, however busy the machine is
    assert patterns.fits(pattern, TEXT) is False
    assert process_time() - began < 5


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern: object) -> None:
    with pytest.raises(patterns.Unusable):
        patterns.check(pattern)
    rules = {"format": {"regex": pattern}}
    assert (BACKEND_ID_RULES.fault(rules) is None) is (pattern is None)
    described = {"options": {"a": {"label": "A", "type": "string", "pattern": pattern}}}
    assert DESCRIPTION.fault(described)


def test_a_stored_pattern_that_cannot_be_matched_refuses_its_value_with_a_word() -> None:
    described = {"options": {"a": {"label": "A", "type": "string", "pattern": r"(?=a).*"}}}
    with pytest.raises(options.InvalidOptions) as refusal:
        options.check({"a": "a"}, described)
    assert isinstance(refusal.value, Invalid)
    assert refusal.value.detail == {"a": ["The offering's pattern for this value cannot be used."]}


def test_a_text_that_nothing_can_store_fits_nothing() -> None:
    assert patterns.fits(".*", "\ud800") is False
    assert patterns.fits(r"hpc-[a-z]{1,8}", "hpc-lumi") is True
