"""Nothing below a secret's name survives, whatever it is; and no text takes long."""

from __future__ import annotations

import json
from time import process_time

import yaml
from hypothesis import given
from hypothesis import strategies as st

from common.redaction import without_secrets, without_secrets_in
from tests.unit.test_redaction_forms import FORMS, NAMES, S

LONG = [
    "password: (",
    "password: [",
    'password: "',
    "password: '",
    'x="',
    "x='a\\",
    '{"password": {"',
    '{"a": "{',
    "[[[[(",
    "{(",
    "{(]",
    ")]}",
    '"""',
    "'''\"\"\"",
    '\\"\\\\"',
    '{"name": "password", ',
    "- value: x\n",
    "- name: password\n  value: x\n",
    "a:\n- value:\n",
    "value: x\nname: token\n",
    "pass",
    "pw ",
    "pass word",
    "api key",
    "api    key",
    "token[0][0]",
    "token[a",
    "token.a-b",
    "token\\\\",
    "token = a ",
    "token: a, ",
    "token: a,b=c;",
    "x: 1, token: a ",
    "token: a'b\"c ",
    "it's token ",
    "<token>",
    "<token></token>",
    "</token>",
    "<token a='",
    "%3Aa",
    "%3A%40",
    "password%3D",
    "a%3Ab%2540",
    "machine a ",
    "login a password ",
    "login ",
    "machine \n",
    'value="x" ',
    "value=x name=y ",
    "value='",
    "--user a:",
    "-ua:",
    "password: |\n  x\n",
    " - password:\n",
    "- " * 3,
    "token: Bearer ",
    "secret = `",
    "***",
    "<a name=token ",
    "<a name=token value='",
    "token '",
    "token 'a' ",
    "ENV token ",
    "set ",
    "db_token a\n",
    "a_" * 20,
    "_token",
    "token: *** ",
]

secrets_below = st.recursive(
    st.just(S) | st.text(max_size=8).map(lambda text: f"{text}{S}{text}"),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
around = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(NAMES), secrets_below, around, st.booleans())
def test_nothing_survives_below_the_name_of_a_secret(name, secret, beside, is_listed):
    row = {"a": beside, name: secret, "z": beside}
    said = [row, {"deeper": [row]}] if is_listed else row
    for text in (
        json.dumps(without_secrets_in(said)),
        without_secrets(json.dumps(said)),
        without_secrets(json.dumps(said, indent=2)),
        without_secrets(json.dumps(said, ensure_ascii=False)),
        without_secrets(json.dumps({"message": json.dumps(said)})),
        without_secrets(repr(said)),
        without_secrets(yaml.safe_dump(said)),
        without_secrets(yaml.safe_dump(said, default_flow_style=True)),
        without_secrets(yaml.safe_dump(said, allow_unicode=True, indent=4)),
    ):
        assert S not in text


@given(
    st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(NAMES)), min_size=2, max_size=4),
    st.sampled_from(["\n", "\n\n", "\nx: 'y'\n"]),
)
def test_what_is_hidden_hides_no_name_that_follows(forms, between):
    text = between.join(form.format(n=name, s=S) for form, name in forms)
    shown = without_secrets(text)
    assert S not in shown
    assert without_secrets(shown) == shown


@given(st.text(alphabet="password:='\"[]{}(),\\ \n-|a&<>/%3D4", max_size=60))
def test_hiding_twice_hides_no_more(text):
    shown = without_secrets(text)
    assert without_secrets(shown) == shown


def test_the_time_goes_with_the_length_of_any_text():
    """Eight times the text takes about eight times the time."""
    for unit in LONG:
        text = unit * (65_536 // len(unit))
        times = []
        for part in (text[:8_192], text):
            begun = process_time()
            without_secrets(part)
            times.append(process_time() - begun)
        assert times[1] < 8 * 3 * (times[0] + 0.05), unit
