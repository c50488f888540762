"""Webhooks go to the public internet alone, unless the operator says otherwise."""

from __future__ import annotations

import ipaddress
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import destinations
from notifications.destinations import Destination, NotAllowed, is_public
from tests.cases import each

WITHIN = (
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2001:0:1::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[2002:808:808::]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[5f00::1]",
    "localhost",
    "LOCALHOST.",
    "any.localhost",
    "１２７.0.0.1",  # noqa: RUF001 - digits that are made into ASCII's
)


@each("host", WITHIN)
def test_what_leads_into_a_network_of_our_own_is_refused_as_it_is_given(host):
    with pytest.raises(NotAllowed):
        destinations.read(f"https://{host}/hook", allow_private=False)


@each(
    "url",
    [
        "",
        "x",
        "/path",
        "https://",
        "https:///path",
        "https://:443/",
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "https://user@example.org/",
        "https://user:password@example.org/",
        "https://@example.org/",
        "https://example.org:0/",
        "https://example.org:70000/",
        "https://example.org:x/",
        "https://example.org/#part",
        "https://example.org\\@127.0.0.1/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: x",
        "https://example.org/\x00",
        "https://exa mple.org/",
        "https://..example.org/",
        "https://[::1/",
        "https://[x]/",
        f"https://{'a' * 70}.org/",
        f"https://example.org/{'a' * 2000}",
    ],
)
def test_what_is_no_address_of_a_receiver_is_refused(url):
    with pytest.raises(NotAllowed):
        destinations.read(url, allow_private=False)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://example.org", Destination(True, "example.org", 443, "/")),
        ("https://Example.ORG:8443/a?b=c", Destination(True, "example.org", 8443, "/a?b=c")),
        (
            "https://example.org/ä%20b?c=ö",
            Destination(True, "example.org", 443, "/%C3%A4%20b?c=%C3%B6"),
        ),
        ("https://8.8.8.8/", Destination(True, "8.8.8.8", 443, "/")),
        ("https://[2606:4700::1111]/", Destination(True, "2606:4700::1111", 443, "/")),
        ("https://bücher.example/", Destination(True, "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_a_receiver_on_the_internet_is_accepted(url, parts):
    assert destinations.read(url, allow_private=False) == parts


def test_the_operator_may_allow_everything_within():
    read = destinations.read("http://127.0.0.1:9000/hook", allow_private=True)

    assert read == Destination(False, "127.0.0.1", 9000, "/hook")
    assert destinations.resolve(read, allow_private=True) == ["127.0.0.1"]


def answer(*addresses):
    def resolve(host, port, **_):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    return resolve


def test_a_name_with_one_address_within_is_refused_whatever_the_others_are(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer("8.8.8.8", "10.0.0.1"))
    there = destinations.read("https://rebinding.example.org/", allow_private=False)

    with pytest.raises(NotAllowed):
        destinations.resolve(there, allow_private=False)


def test_the_addresses_behind_a_name_are_returned_once_each(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer("8.8.8.8", "8.8.4.4", "8.8.8.8"))
    there = destinations.read("https://example.org/", allow_private=False)

    assert destinations.resolve(there, allow_private=False) == ["8.8.8.8", "8.8.4.4"]


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_every_form(address):
    number = int(address)
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | number)

    assert is_public(mapped) is is_public(translated) is is_public(address)


@given(st.ip_addresses())
def test_no_address_is_public_that_python_calls_private(address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(address)


def test_a_look_up_that_takes_too_long_is_given_up(monkeypatch):
    ends = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        ends.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    destination = destinations.read("https://slow.example/", allow_private=False)
    with pytest.raises(TimeoutError):
        destinations.resolve(destination, allow_private=False, seconds=0.05)
    ends.set()


def test_names_that_are_never_answered_do_not_fill_the_process_with_threads(monkeypatch):
    ends = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [][: ends.wait(10)])
    monkeypatch.setattr(destinations, "_LOOK_UPS", threading.BoundedSemaphore(2))
    destination = destinations.read("https://slow.example/", allow_private=False)
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            destinations.resolve(destination, allow_private=False, seconds=0.01)
    assert threading.active_count() <= before + 2
    ends.set()
