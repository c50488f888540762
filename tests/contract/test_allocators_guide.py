"""docs/allocators.md: its requests are sent to the running service, its answers are the service's.

`WRITE_DOCS=1` writes the file anew (`make docs` does so); without it the file must be as it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.contract import acts
from tests.contract.cast import PASSWORD, RESEARCHER_CUID
from tests.contract.guide import Guide

if TYPE_CHECKING:
    from tests.contract.cast import Cast

pytestmark = pytest.mark.e2e
GUIDE = Path(__file__).parents[2] / "docs" / "allocators.md"


def walk(cast: Cast) -> Guide:
    """Do what an allocator does, from the login to the end of an allocation."""
    guide = Guide(cast.service.base_url, {PASSWORD: "********"})
    login = {"username": "alice", "password": PASSWORD}
    guide.token = guide.call("login", "POST", "/api-auth/password/", login)["token"]
    project = project_and_members(guide)
    resource = order(guide, cast, project)
    change_and_end(guide, cast, resource)
    return guide


def project_and_members(guide: Guide) -> dict[str, str]:
    fields = "&".join(f"field={name}" for name in ("url", "uuid", "name", "abbreviation"))
    (customer,) = guide.call("customers", "GET", f"/api/customers/?{fields}")
    body = {
        "customer": customer["url"],
        "name": "Protein folding at scale",
        "description": "Folding of membrane proteins",
        "end_date": "2099-12-31",
        "backend_id": "naiss-2026-1",
        "oecd_fos_2007_code": "1.6",
    }
    project: dict[str, str] = guide.call("project-create", "POST", "/api/projects/", body)
    path = f"/api/projects/{project['uuid']}/"
    guide.call("project-update", "PATCH", path, {"description": "Folding of all proteins"})
    chosen = "field=uuid&field=name&field=backend_id"
    guide.call("project-lookup", "GET", f"/api/projects/?backend_id=naiss-2026-1&{chosen}")
    found = guide.call("cuid", "POST", "/api/remote-eduteams/", {"cuid": RESEARCHER_CUID})
    member = {"user": found["uuid"], "role": "PROJECT.MANAGER"}
    guide.call("member-add", "POST", f"{path}add_user/", member)
    guide.call("member-list", "GET", f"{path}list_users/?role=PROJECT.MANAGER")
    change = {**member, "expiration_time": "2099-06-30T00:00:00Z"}
    guide.call("member-update", "POST", f"{path}update_user/", change)
    guide.call("member-remove", "POST", f"{path}delete_user/", member)
    return project


def order(guide: Guide, cast: Cast, project: dict[str, str]) -> str:
    name = "LUMI Sweden / Extreme Scale Access"
    (offering,) = guide.call(
        "offerings",
        "GET",
        f"/api/marketplace-public-offerings/?name_exact={name.replace(' ', '%20')}"
        f"&customer_uuid={cast.provider_uuid.hex}"
        "&field=url&field=name&field=state&field=components&field=plans&field=options",
    )
    body = {
        "project": project["url"],
        "offering": offering["url"],
        "plan": offering["plans"][0]["url"],
        "attributes": {"name": "folding"},
        "limits": {"cpu_k_hours": 100, "gpu_hours": 20},
        "accepting_terms_of_service": True,
    }
    placed = guide.call("order", "POST", "/api/marketplace-orders/", body)
    uuid, chosen = placed["uuid"], "field=state&field=error_message&field=marketplace_resource_uuid"
    guide.call("order-waits", "GET", f"/api/marketplace-orders/{uuid}/?{chosen}")
    acts.approve(cast, UUID(uuid))
    acts.deliver(cast, UUID(uuid), backend_id="lumi-folding")
    guide.call("order-done", "GET", f"/api/marketplace-orders/{uuid}/?{chosen}")
    return str(placed["marketplace_resource_uuid"])


def change_and_end(guide: Guide, cast: Cast, resource: str) -> None:
    path = f"/api/marketplace-resources/{resource}/"
    limits = {"limits": {"cpu_k_hours": 150}}
    changed = guide.call("limits", "POST", f"{path}update_limits/", limits)
    acts.approve(cast, UUID(changed["order_uuid"]))
    acts.finish(cast, UUID(changed["order_uuid"]))
    chosen = "&".join(f"field={n}" for n in ("name", "state", "backend_id", "limits", "end_date"))
    guide.call("resource", "GET", f"{path}?{chosen}")
    acts.report_usage(cast, UUID(resource), {"cpu_k_hours": "12.50"})
    usages = "/api/marketplace-component-usages/"
    guide.call("usages", "GET", f"{usages}?resource_uuid={resource}&date_after=2020-01-01")
    ended = guide.call("terminate", "POST", f"{path}terminate/", {})
    acts.approve(cast, UUID(ended["order_uuid"]))
    acts.finish(cast, UUID(ended["order_uuid"]))
    guide.call("ended", "GET", f"{path}?field=name&field=state")


def test_the_allocators_guide_shows_what_the_service_answers(cast: Cast) -> None:
    guide = walk(cast)
    text = GUIDE.read_text()
    written = guide.write(text)
    if os.environ.get("WRITE_DOCS"):
        GUIDE.write_text(written)
    assert guide.unused(text) == set()
    assert GUIDE.read_text() == written, "run `make docs`"
