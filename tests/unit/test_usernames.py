"""What can be the name of an account at a site, and what the service makes of people's names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.usernames import Names, is_site_name, propose, propose_shared

EVERYWHERE = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
POLICIES = ("anonymized", "full_name", "waldur_username")


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Łukasz", "Żółć", "lukasz_zolc_00"),
        ("Søren", "Weiß", "soren_weiss_00"),
        ("Þór", "Đỗ", "thor_do_00"),
        ("Γιώργος", "", "giorgos_00"),
        ("Ирина", "Иванова", "irina_ivanova_00"),
        ("王", "小明", "wang_xiaoming_00"),
        ("Åsa", "Núñez", "asa_nunez_00"),
        ("3CPO", "", "_3cpo_00"),
        ("Maximiliana Alexandra", "von und zu Hohenlohe", "maximilianaalexandra_vonun_00"),
    ],
)
def test_names_of_people_become_names_of_accounts_in_any_script(first, last, name):
    settings = {"username_generation_policy": "full_name"}
    assert propose(settings, Names("x", first, last), taken=()) == name
    assert EVERYWHERE.fullmatch(name)


@pytest.mark.parametrize("policy", POLICIES)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40), st.integers(0, 3))
def test_what_the_service_makes_is_a_name_on_every_linux(policy, one, other, prefix, number):
    settings = {"username_generation_policy": policy, "username_anonymized_prefix": prefix}
    taken = {propose(settings, Names(one, one, other), taken=())} if number else set()
    made = propose(settings, Names(one, one, other), taken={name.upper() for name in taken})
    assert not made or EVERYWHERE.fullmatch(made)
    assert made not in taken or not made


@given(st.text(max_size=60))
def test_accounts_of_programs_have_such_names_too(wanted):
    assert EVERYWHERE.fullmatch(propose_shared(wanted, ()))


def test_names_are_compared_without_case():
    settings = {"username_generation_policy": "full_name"}
    assert propose(settings, Names("x", "Ada"), taken={"ADA_00", "Ada_01"}) == "ada_02"
    own = {"username_generation_policy": "waldur_username"}
    assert propose(own, Names("ada"), taken={"ADA"}) == ""
    assert propose_shared("svc", {"SVC"}) == "svc-2"


@pytest.mark.parametrize(
    "name", ["ada", "Ada.Lovelace", "_x", "a-b", "x1", "1x", "host$", "a" * 32, "walduruser_00001"]
)
def test_useradd_takes_these(name):
    assert is_site_name(name)


STRANGE = ["-", ".", "..", "-x", "a/b", "a:b", "a@b", "a$b", "a b", "a\n", "Łukasz", "\u202ea"]


@pytest.mark.parametrize("name", [*STRANGE, "", "1234", "a" * 33])
def test_and_not_these(name):
    assert not is_site_name(name)
