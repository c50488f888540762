"""Where a stored link may lead."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from common.links import ACCESS, CONTACT, WEB, access_link, contact_link, fault, web_link
from marketplace.models.endpoint import endpoint_url
from tests.rooms import APPS

NOWHERE = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "\u200bjavascript:alert(1)",
    "javascript:80/alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://example.org/1",
    "ftp://example.org/",
    "https:example.org",
    "https:/\\example.org",
    "intent://x#Intent;end",
]
SOMEWHERE = [
    "https://example.org/a?b=c:d#e",
    "http://example.org:8080/",
    "HTTPS://EXAMPLE.ORG",
    "docs.example.org/path",
    "login.example.org:22",
    "localhost:8000/x",
    "/relative?x=javascript:1",
    "https://пример.испытание/",
]


def test_a_link_leads_where_it_may_and_nowhere_else():
    for schemes in (WEB, CONTACT, ACCESS):
        assert [link for link in NOWHERE if fault(link, schemes) is None] == []
        assert [link for link in SOMEWHERE if fault(link, schemes)] == []
    assert fault("mailto:help@example.org", CONTACT) is None
    assert fault("ssh://me@login.example.org", ACCESS) is None
    assert fault("ssh://me@login.example.org", WEB)
    assert fault("mailto:help@example.org", ACCESS)


@pytest.mark.parametrize("check", [web_link, contact_link, access_link])
def test_what_is_stored_is_checked(check):
    check("https://example.org/")
    with pytest.raises(ValidationError):
        check("javascript:alert(1)")


def test_every_column_for_a_link_is_checked():
    """Whoever adds a column that is called a link says where it may lead."""
    checks = (web_link, contact_link, access_link, endpoint_url)  # the last asks the one before it
    unchecked = [
        str(field)
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.concrete_fields
        if field.name.endswith(("url", "link", "homepage"))
        and not any(one in checks for one in field.validators)
    ]
    # A hook's destination is held to more than this: notifications.destinations.
    assert set(unchecked) <= {
        "notifications.Hook.destination_url",
        "notifications.WebHook.destination_url",
        "notifications.EmailHook.destination_url",
    }
