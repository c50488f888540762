"""Which hosts are login nodes, and which offering has which."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marketplace.login_nodes import (
    NO_ENDPOINT,
    NO_HOST,
    fault_of_endpoint,
    fault_of_host,
    host_of,
    is_entitling,
    nodes_of,
)
from tests.cases import Case, each

HOSTS = {
    "login.example.org": None,
    "lumi": None,
    "Login-1.CSC.fi": None,
    "10.0.0.7": None,
    f"{'a' * 63}.org": None,
    f"{'a' * 64}.org": NO_HOST,
    ".".join(["a" * 60] * 5): NO_HOST,
    "": NO_HOST,
    "login.example.org.": NO_HOST,
    "-login.example.org": NO_HOST,
    "login:22": NO_HOST,
    "ssh://login": NO_HOST,
    "login node": NO_HOST,
    "login\n": NO_HOST,
    "lögin.example.org": NO_HOST,
    "[::1]": NO_HOST,
}

ENDPOINTS = {
    "ssh://login.example.org": "login.example.org",
    "ssh://login.example.org:2222": "login.example.org",
    "SSH://Login.Example.ORG": "login.example.org",
    "ssh://login.example.org:0": None,
    "ssh://login.example.org:65536": None,
    "ssh://login.example.org:": None,
    "ssh://me@login.example.org": None,
    "ssh://login.example.org/home": None,
    "ssh://": None,
    "ssh:login.example.org": None,
    "ssh://login.example.org\n": None,
}


@each("host", HOSTS)
def test_a_login_node_is_the_name_of_a_host(host: str) -> None:
    assert fault_of_host(host) == HOSTS[host]


@each("url", ENDPOINTS)
def test_an_endpoint_of_ssh_is_a_host_with_perhaps_a_port(url: str) -> None:
    assert host_of(url) == ENDPOINTS[url]
    assert fault_of_endpoint(url) == (None if ENDPOINTS[url] else NO_ENDPOINT)


def test_other_endpoints_are_no_login_nodes_and_are_not_judged() -> None:
    for url in ("https://portal.example.org/", "sftp://data.example.org", "login.example.org:22"):
        assert (host_of(url), fault_of_endpoint(url)) == (None, None)


def test_an_offering_has_the_nodes_that_it_names_or_those_of_its_endpoints(case: Case) -> None:
    urls = ["ssh://b.example.org:22", "ssh://A.example.org", "https://a.example.org/"]
    of_endpoints = ("a.example.org", "b.example.org")
    table: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({}, of_endpoints),
        ({"scim_login_nodes": []}, of_endpoints),
        ({"scim_login_nodes": None}, of_endpoints),
        ({"scim_login_nodes": "c"}, of_endpoints),
        ({"scim_login_nodes": [7]}, of_endpoints),
        ({"scim_login_nodes": ["C", "c", "bad one", None]}, ("c",)),
        ({"scim_login_nodes": ["bad one"]}, ()),
    ]
    for options, nodes in table:
        with case(options=options):
            assert nodes_of(options, urls) == nodes


@given(st.lists(st.text(max_size=20)), st.lists(st.text(max_size=30)))
def test_a_node_is_always_a_host_once_and_in_order(named: list[str], urls: list[str]) -> None:
    nodes = nodes_of({"scim_login_nodes": named}, [*urls, *(f"ssh://{one}" for one in named)])
    assert list(nodes) == sorted(set(nodes))
    assert all(fault_of_host(node) is None and node == node.lower() for node in nodes)


def test_only_true_switches_entitlements_on() -> None:
    values: tuple[Any, ...] = (None, False, "true", 1, [])
    for value in values:
        assert not is_entitling({"enable_scim_entitlements": value})
    assert is_entitling({"enable_scim_entitlements": True})
