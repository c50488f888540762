"""CUIDs: their shape, whose they are, and what of the settings cannot work."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.cuid_settings import read
from identity.cuids import Environment, Link, is_cuid
from identity.oidc.providers import Provider
from identity.oidc.registry import Registry, claims_of_scim, described
from tests.cases import each

NAME = "a1b2@myaccessid.org"
ANYWHERE, HERE = Environment(), Environment(domains=("myaccessid.org",))
SHAPES = {
    NAME: True,
    "a1b2@acc.myaccessid.org": True,
    "alice": False,
    "@myaccessid.org": False,
    "alice@": False,
    "a@b@c": False,
    "a b@c.org": False,
    "../x@c.org": False,
    "": False,
}
LINKS: list[tuple[tuple[Link, ...], bool]] = [
    ((), True),
    ((Link("https://idp.example.org", "1"),), True),
    ((Link("https://idp.example.org", "1", NAME.upper()),), True),
    ((Link("https://idp.example.org", "1", "other@myaccessid.org"),), False),
    ((Link("https://a.example.org", "1", "other@myaccessid.org"), Link("b", "1", NAME)), True),
]


@each("username", SHAPES)
def test_a_cuid_is_a_name_with_its_scope(username: str) -> None:
    assert is_cuid(username, (), ANYWHERE) == SHAPES[username]


@each("links, answer", LINKS)
def test_who_is_linked_under_another_cuid_has_not_this_one(
    links: tuple[Link, ...], answer: bool
) -> None:
    assert is_cuid(NAME, links, HERE) == answer


def test_environments_are_kept_apart() -> None:
    acceptance = Environment(domains=("acc.myaccessid.org",))
    other = "a1b2@ACC.myaccessid.org"
    assert [one.has(NAME) for one in (ANYWHERE, HERE, acceptance)] == [True, True, False]
    assert [one.has(other) for one in (ANYWHERE, HERE, acceptance)] == [True, False, True]
    assert [one.is_foreign(NAME) for one in (ANYWHERE, HERE, acceptance)] == [False, False, True]
    assert HERE.is_foreign(other)
    assert not HERE.is_foreign("erika@university.example")


GOOD = {
    "CUID_DOMAINS": "MyAccessID.org",
    "CUID_REGISTRY_URL": "https://registry.example.org/userinfo/",
    "CUID_REGISTRY_KEY": "hush",
}
BAD = {
    "CUID_DOMAINS holds 'x', which is no domain.": {"CUID_DOMAINS": "x"},
    "CUID_REGISTRY_URL needs CUID_REGISTRY_KEY.": {"CUID_REGISTRY_KEY": ""},
    "CUID_REGISTRY_URL must begin with https://, but on this machine.": {
        "CUID_REGISTRY_URL": "http://registry.example.org"
    },
    "CUID_REGISTRY_URL must be an address without ?, # and @.": {
        "CUID_REGISTRY_URL": "https://me:hush@registry.example.org"
    },
    "CUID_REGISTRY_KIND must be one of USERINFO, SCIM, not 'LDAP'.": {"CUID_REGISTRY_KIND": "ldap"},
    "The provider a has CUIDs of acc.myaccessid.org, which CUID_DOMAINS lacks.": {},
}


def test_the_settings_are_read_and_what_cannot_work_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strange = (Provider("a", "https://a.org", "efp", cuid_domains=("acc.myaccessid.org",)),)
    for said, changed in BAD.items():
        for name, value in {**GOOD, "CUID_REGISTRY_KIND": "", **changed}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured) as refusal:
            read(() if changed else strange)
        assert str(refusal.value) == said
    domains, registry = read(())
    assert domains == ("myaccessid.org",)
    assert registry == Registry("https://registry.example.org/userinfo", "userinfo", "hush", 60)
    assert "hush" not in repr(registry)


def test_what_a_registry_says_that_cannot_be_kept_is_left_out() -> None:
    odd = {
        "userName": NAME,
        "name": ["Ada"],
        "emails": [None, {"value": "no address"}],
        "urn:example:more": {"eduperson_scoped_affiliation": ["member@x.org", 7, "a\0"]},
        "urn:example:odd": 7,
    }
    found = described(claims_of_scim(odd))
    assert found is not None
    assert (found.cuid, found.email) == (NAME, "")
    nothing = {"first_name": "", "middle_name": "", "last_name": "", "organization": ""}
    assert found.attributes == {**nothing, "affiliations": ["member@x.org"]}
    assert described({"voperson_id": 7}) is None
    doubtful = {"voperson_id": [NAME], "email": "a@x.org", "email_verified": False}
    told = described(doubtful)
    assert told is not None
    assert told.email == ""
