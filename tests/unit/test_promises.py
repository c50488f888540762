"""Whatever is ordered, delivered, refused and given back: no more is promised than there is."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marketplace.promises import left_for, promised

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "deliver", "refuse", "end"]),
        st.integers(0, 3),
        st.decimals(0, 120, places=1),
    ),
    max_size=40,
)


def test_what_is_held_and_what_is_ordered_count_once_and_the_larger_of_them():
    ten, forty = Decimal(10), Decimal(40)
    assert promised(forty, None) == promised(forty, ten) == promised(ten, forty) == forty
    assert left_for(Decimal(100), Decimal(60), ten) == forty
    assert left_for(Decimal(50), Decimal(40), forty) == forty  # the pool was made smaller
    assert left_for(Decimal(50), Decimal(80), Decimal(0)) == 0


@given(STEPS)
def test_no_more_is_promised_than_there_is(steps):
    pool = Decimal(100)
    holds = [Decimal(0)] * 4
    ordered = [None] * 4

    def promises():
        return [promised(has, asked) for has, asked in zip(holds, ordered, strict=True)]

    for step, who, much in steps:
        if step == "ask" and ordered[who] is None:
            others = sum(promises()) - promises()[who]
            if much <= left_for(pool, others, holds[who]):
                ordered[who] = much
        elif step == "deliver" and ordered[who] is not None:
            holds[who], ordered[who] = ordered[who], None
        elif step == "refuse":
            ordered[who] = None
        elif step == "end" and ordered[who] is None:
            holds[who] = Decimal(0)
        assert sum(holds) <= sum(promises()) <= pool
