"""What browsers are told: which pages may call the API, and what a page of ours may load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

from tests.rooms import PACKAGES

if TYPE_CHECKING:
    from identity.models import User

pytestmark = pytest.mark.django_db
PORTAL = "https://portal.example.org"


@pytest.fixture(autouse=True)
def _portal(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [PORTAL]


def test_a_page_of_an_allowed_origin_may_read_lists_their_counts_and_links() -> None:
    answer = Client().get("/api/marketplace-public-offerings/", headers={"origin": PORTAL})
    assert answer.headers["access-control-allow-origin"] == PORTAL
    exposed = answer.headers["access-control-expose-headers"]
    assert {"Link", "X-Result-Count"} <= set(re.split(r",\s*", exposed))
    assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_that_asks_before_it_calls_is_answered_without_a_token() -> None:
    asked = Client().options(
        "/api/customers/",
        headers={
            "origin": PORTAL,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, idempotency-key",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == PORTAL
    assert {"authorization", "idempotency-key", "if-match"} <= set(
        re.split(r",\s*", asked.headers["access-control-allow-headers"])
    )


@pytest.mark.parametrize("path", ["/api/no/such/thing/", "/api/customers/", "/api/version/"])
def test_errors_can_be_read_by_the_page_too(path: str) -> None:
    answer = Client().get(path, headers={"origin": PORTAL})
    assert answer.headers["access-control-allow-origin"] == PORTAL


def test_other_origins_and_other_addresses_are_not_opened() -> None:
    stranger = Client().get("/api/version/", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
    admin = Client().get("/admin/login/", headers={"origin": PORTAL})
    assert "access-control-allow-origin" not in admin.headers


def test_everything_that_is_served_says_what_a_page_may_load(sam: User) -> None:
    client = Client()
    client.force_login(sam)
    for path in (
        *("/health/live", "/health/ready", "/api/", "/api/version/", "/api/customers/"),
        *("/api/no/such/thing/", "/no/such/thing", "/admin/", "/admin/identity/user/", "/"),
        *("/admin/jsi18n/", "/static/admin/css/base.css", "/api-auth/password/", "/metrics"),
    ):
        answer = client.get(path)
        answer.close()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path


def test_no_page_of_ours_has_inline_code() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|<style|\sstyle=|javascript:")
    templates = [file for app in PACKAGES for file in (settings.BASE_DIR / app).rglob("*.html")]
    assert templates
    assert [str(file) for file in templates if inline.search(file.read_text())] == []
