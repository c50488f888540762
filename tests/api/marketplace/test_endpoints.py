"""Endpoints of offerings over the API, and the options that say who may log in where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.login_nodes import NO_ENDPOINT, NO_HOST
from marketplace.models import OfferingEndpoint
from tests.cases import Case, each
from tests.factories.marketplace import OfferingEndpointFactory

if TYPE_CHECKING:
    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

LOGIN = {"name": "Login", "url": "ssh://login.example.org:22"}
NO_LINK = "A link begins with http:, https:, sftp:, ssh: or no scheme."
REQUIRED = ["This field is required."]


@pytest.fixture
def here(offering: Offering) -> str:
    return f"marketplace-provider-offerings/{offering.uuid.hex}/"


def shown(ask: Any, carol: User, here: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask(carol, "get", f"{here}?field=endpoints")[1]["endpoints"]
    return rows


def test_an_endpoint_is_added_shown_changed_and_removed_once(
    ask: Any, here: str, offering: Offering, carol: User, alice: User
) -> None:
    status, answer = ask(carol, "post", f"{here}add_endpoint/", LOGIN)

    uuid = OfferingEndpoint.objects.get().uuid.hex
    assert (status, answer) == (201, {"uuid": uuid})
    assert shown(ask, carol, here) == [{**LOGIN, "uuid": uuid}]
    public = f"marketplace-public-offerings/{offering.uuid.hex}/"
    assert ask(alice, "get", public)[1]["endpoints"] == [{**LOGIN, "uuid": uuid}]
    changed = {"uuid": uuid, "name": "Front end"}
    assert ask(carol, "post", f"{here}update_endpoint/", changed) == (200, {"uuid": uuid})
    assert shown(ask, carol, here) == [{**LOGIN, "name": "Front end", "uuid": uuid}]
    assert ask(carol, "post", f"{here}delete_endpoint/", {"uuid": uuid}) == (204, None)
    assert shown(ask, carol, here) == []
    unknown = (400, {"uuid": ["Endpoint not found in this offering."]})
    assert ask(carol, "post", f"{here}delete_endpoint/", {"uuid": uuid}) == unknown
    assert ask(carol, "post", f"{here}update_endpoint/", changed) == unknown


def test_what_cannot_be_is_refused(
    ask: Any, here: str, offering: Offering, carol: User, case: Case
) -> None:
    OfferingEndpointFactory(offering=offering, url="ssh://taken")
    table = [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": "a\u202eb"}, None),
        ({"name": "x" * 256}, None),
        ({"url": "javascript:alert(1)"}, {"url": [NO_LINK]}),
        ({"url": "ssh://me@login"}, {"url": [NO_ENDPOINT]}),
        ({"url": "ssh://login:99999"}, {"url": [NO_ENDPOINT]}),
        ({"url": "ssh://" + "x" * 1000}, None),
        (
            {"url": "ssh://taken"},
            {"url": ["The offering has an endpoint of this address already."]},
        ),
    ]
    for more, answer in table:
        with case(more=more):
            status, got = ask(carol, "post", f"{here}add_endpoint/", LOGIN | more)
            assert status == 400
            assert answer is None or got == answer
            assert OfferingEndpoint.objects.count() == 1
    missing = {"name": REQUIRED, "url": REQUIRED}
    assert ask(carol, "post", f"{here}add_endpoint/", {}) == (400, missing)
    for action in ("update_endpoint", "delete_endpoint"):
        assert ask(carol, "post", f"{here}{action}/", {}) == (400, {"uuid": REQUIRED})


OPTIONS = [
    ({"scim_login_nodes": ["login.example.org"], "enable_scim_entitlements": True}, None),
    ({"scim_login_nodes": []}, None),
    ({"scim_login_nodes": ["a b"]}, {"scim_login_nodes": {"0": [NO_HOST]}}),
    ({"scim_login_nodes": ["a", "ssh://b"]}, {"scim_login_nodes": {"1": [NO_HOST]}}),
    (
        {"scim_login_nodes": [f"login{n}" for n in range(21)]},
        {"scim_login_nodes": ["Ensure this field has no more than 20 elements."]},
    ),
    (
        {"enable_scim_entitlements": "yes"},
        {"enable_scim_entitlements": ["Must be a valid boolean."]},
    ),
]


@each(("options", "fault"), OPTIONS)
def test_options_of_the_access_plane_are_bounded(
    ask: Any, here: str, carol: User, options: dict[str, Any], fault: Any
) -> None:
    status, got = ask(carol, "post", f"{here}update_integration/", {"plugin_options": options})
    if fault is None:
        assert status == 200
    else:
        assert (status, got) == (400, {"plugin_options": fault})
