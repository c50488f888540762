"""Reasons why somebody cannot use an allocation: who is told what, and that all say enough."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.services.explaining import ORDER
from accounting.slurm_messages import _ERRORS, _REASONS
from common.obstacles import (
    ASKERS,
    PERSONAL,
    THEMSELVES,
    Obstacle,
    Party,
    Reason,
    questions,
    told_to,
    words,
)

REASONS = [reason for _, table in ORDER for reason in table]

parties = st.sets(st.sampled_from(sorted(ASKERS)), min_size=1)
texts = st.text(max_size=8)
held = st.lists(
    st.builds(
        lambda told, stops, said: Obstacle(reason(told=told, stops=stops), {"said": said}),
        st.sampled_from((ASKERS, THEMSELVES)),
        st.booleans(),
        texts,
    ),
    max_size=6,
)


def reason(**given: Any) -> Reason[Any]:
    return Reason(
        code="some_reason",
        question="Is it so?",
        sentence="It is not so: {said}",
        how="Somebody does something.",
        lifted_by=(Party.STAFF,),
        when=lambda facts: facts,
        remark="They said: {said}",
        **given,
    )


@settings(max_examples=40)
@given(held, parties)
def test_what_somebody_may_not_know_is_one_sentence_that_says_nothing(obstacles, asking):
    told = told_to(asking, obstacles)
    hidden = [one for one in obstacles if not one.reason.told & asking]
    general = [one for one in told if one.code == PERSONAL]

    assert len(told) == len(obstacles) - len(hidden) + bool(hidden)
    assert len(general) == bool(hidden)
    assert [one.stops for one in general] == [any(o.reason.stops for o in hidden)] * bool(hidden)
    assert any(one.stops for one in told) == any(one.reason.stops for one in obstacles)
    assert not [one for one in general if one.at or one.on]


@settings(max_examples=40)
@given(texts, parties)
def test_what_is_remarked_is_for_some_and_what_stands_in_a_value_is_no_template(said, asking):
    (told,) = told_to(asking, [Obstacle(reason(), {"said": said})])
    remark = f" They said: {said}" if said and asking != {Party.PROJECT} else ""

    assert told.sentence == f"It is not so: {said}{remark}"


def test_values_are_told_as_people_write_them():
    moment = datetime(2026, 12, 1, 9, 5, tzinfo=UTC)

    assert [words(v) for v in (moment, Decimal("10.50"), Decimal(1000), Decimal("0.00"))] == [
        "2026-12-01 09:05 UTC",
        "10.5",
        "1000",
        "0",
    ]
    assert words(("b", "a")) == "a, b"


def test_every_reason_is_said_once_and_by_whom_it_is_lifted():
    codes = [one.code for one in REASONS]

    assert len(codes) == len(set(codes))
    assert PERSONAL not in codes
    assert [one.code for one in REASONS if not re.fullmatch("[a-z]+(_[a-z]+)+", one.code)] == []
    assert [one.code for one in REASONS if not one.lifted_by or not one.how.endswith(".")] == []
    assert [one.code for one in REASONS if not one.sentence.endswith((".", "}"))] == []
    assert all(question.endswith("?") for question in questions(REASONS))
    assert [one.code for one in REASONS if one.told - ASKERS or not one.told] == []


def test_what_explains_a_message_of_slurms_is_a_reason_that_there_is():
    meanings = [meaning for _, meaning in _REASONS.values()] + list(_ERRORS.values())
    named = {code for meaning in meanings for code in meaning.explained_by}

    assert named - {one.code for one in REASONS} == {PERSONAL}
