"""One mailbox has one spelling."""

from __future__ import annotations

import pytest

from common import mailboxes


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Ada@Example.ORG", "Ada@Example.ORG"),
        ("a@exämple.org", "a@xn--exmple-cua.org"),
        ("a@EXÄMPLE.org", "a@xn--exmple-cua.org"),
        ("a@example。org", "a@example.org"),
        ("a@example.or\u212a", "a@example.ork"),
        ('"ada"@example.org', "ada@example.org"),
        ('"a\\da"@example.org', "ada@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        ("a@" + "ä" * 80 + ".org", "a@" + "ä" * 80 + ".org"),
        ("exämple", "xn--exmple-cua"),
        ("", ""),
    ],
)
def test_a_mailbox_is_kept_in_one_spelling(sent: str, kept: str) -> None:
    assert mailboxes.canonical(sent) == kept
    assert mailboxes.canonical(kept) == kept


def test_case_and_the_spelling_of_the_domain_make_no_other_mailbox() -> None:
    spellings = ("A@exämple.org", "a@XN--EXMPLE-CUA.org", '"a"@Exämple.ORG')
    assert {mailboxes.mailbox_of(one) for one in spellings} == {"a@xn--exmple-cua.org"}


def test_letters_that_only_look_like_ascii_are_none() -> None:
    for address in ("\u017ftaff@example.org", "\u212aai@example.org", "ü@example.org"):
        assert not mailboxes.is_ascii(address)
        assert mailboxes.mailbox_of(address) not in {"staff@example.org", "kai@example.org"}


def test_addresses_stand_in_a_text_with_whatever_between() -> None:
    assert mailboxes.read_list(" a@b.org, c@d.org;e@f.org\ng@h.org ,") == [
        "a@b.org",
        "c@d.org",
        "e@f.org",
        "g@h.org",
    ]
