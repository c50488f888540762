"""docs/allocators.md: its requests are sent to the running service, its answers are the service's.

The service has the demo catalogue that `make run` loads, so that a reader can send the same.

`WRITE_DOCS=1` writes the file anew (`make docs` does so); without it the file must be as it is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command

from identity.models import Role, User
from tests.contract.guide import Guide
from tests.contract.live import connected_to

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.contract.live import LiveService

pytestmark = pytest.mark.e2e
GUIDE = Path(__file__).parents[2] / "docs" / "allocators.md"
DEMO = settings.BASE_DIR / "config" / "presets" / "eurohpc.json"
PEOPLE = {"ALLOCATOR": "demo-allocator", "HOSTING_ENTITY": "demo-he"}
RESEARCHER = "a1b2c3d4e5@myaccessid.org"


@pytest.fixture
def guide(demo_service: LiveService, django_db_blocker: DjangoDbBlocker) -> Guide:
    """A reader of the guide before a service as `make run` starts it."""
    with django_db_blocker.unblock(), connected_to(demo_service.database):
        call_command("load_preset", str(DEMO), "--force", verbosity=0)
        # The test settings hash quickly; the server knows only the hashers of production.
        password = PBKDF2PasswordHasher().encode("demo", "salt")
        User.objects.filter(username__in=PEOPLE.values()).update(password=password)
        roles = {uuid.hex for uuid in Role.objects.values_list("uuid", flat=True)}
    sections = json.loads(DEMO.read_text()).values()
    rows = [row for section in sections if isinstance(section, list) for row in section]
    fixed = {row["uuid"] for row in rows if "uuid" in row}
    return Guide(demo_service.base_url, fixed | roles)  # a role has one UUID in every installation


def walk(guide: Guide) -> None:
    """Do what an allocator and a Hosting Entity do, from the login to the end of an allocation."""
    for variable, example in (("ALLOCATOR", "login"), ("HOSTING_ENTITY", "login-he")):
        body = {"username": PEOPLE[variable], "password": "demo"}
        guide.who = None
        guide.tokens[variable] = guide.call(example, "POST", "/api-auth/password/", body)["token"]
    guide.who = "ALLOCATOR"
    project = project_and_members(guide)
    resource = order(guide, project)
    change_and_end(guide, resource)


def project_and_members(guide: Guide) -> dict[str, str]:
    fields = "&".join(f"field={name}" for name in ("url", "uuid", "name", "abbreviation"))
    (customer,) = guide.call("customers", "GET", f"/api/customers/?{fields}")
    body = {
        "customer": customer["url"],
        "name": "Membrane proteins",
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
    found = guide.call("cuid", "POST", "/api/remote-eduteams/", {"cuid": RESEARCHER})
    member = {"user": found["uuid"], "role": "PROJECT.MANAGER"}
    guide.call("member-add", "POST", f"{path}add_user/", member)
    guide.call("member-list", "GET", f"{path}list_users/?role=PROJECT.MANAGER")
    change = {**member, "expiration_time": "2099-06-30T00:00:00Z"}
    guide.call("member-update", "POST", f"{path}update_user/", change)
    guide.call("member-remove", "POST", f"{path}delete_user/", member)
    invited = {
        "scope": project["url"],
        "role": "PROJECT.MEMBER",
        "email": "new.colleague@example.org",
        "extra_invitation_text": "Welcome to the group!",
    }
    guide.call("member-invite", "POST", "/api/user-invitations/", invited)
    fields = "&".join(f"field={name}" for name in ("email", "role_name", "state", "scope_name"))
    guide.call("member-invitations", "GET", f"/api/user-invitations/?state=pending&{fields}")
    return project


def order(guide: Guide, project: dict[str, str]) -> str:
    name = "LUMI Sweden / Extreme Scale Access"
    (offering,) = guide.call(
        "offerings",
        "GET",
        f"/api/marketplace-public-offerings/?name_exact={name.replace(' ', '%20')}"
        "&field=url&field=name&field=state&field=components&field=plans&field=options",
    )
    body = {
        "project": project["url"],
        "offering": offering["url"],
        "plan": offering["plans"][0]["url"],
        "attributes": {"name": "folding"},
        "limits": {"cpu_k_hours": 100, "gpu_k_hours": 20, "gb_k_hours": 5},
        "accepting_terms_of_service": True,
    }
    placed = guide.call("order", "POST", "/api/marketplace-orders/", body)
    uuid, chosen = placed["uuid"], "field=state&field=error_message&field=marketplace_resource_uuid"
    guide.call("order-waits", "GET", f"/api/marketplace-orders/{uuid}/?{chosen}")
    deliver(guide, placed)
    guide.call("order-done", "GET", f"/api/marketplace-orders/{uuid}/?{chosen}")
    return str(placed["marketplace_resource_uuid"])


def deliver(guide: Guide, placed: dict[str, Any]) -> None:
    """Be the Hosting Entity for a while."""
    guide.who = "HOSTING_ENTITY"
    fields = "&".join(f"field={n}" for n in ("uuid", "type", "limits", "marketplace_resource_uuid"))
    waiting = f"/api/marketplace-orders/?state=pending-provider&{fields}"
    (found,) = guide.call("he-orders", "GET", waiting)
    assert found["uuid"] == placed["uuid"]
    path = f"/api/marketplace-orders/{placed['uuid']}/"
    guide.call("he-approve", "POST", f"{path}approve_by_provider/", {})
    resource = f"/api/marketplace-provider-resources/{placed['marketplace_resource_uuid']}/"
    named = {"backend_id": "lumi-folding"}
    guide.call("he-backend-id", "POST", f"{resource}set_backend_id/", named)
    guide.call("he-done", "POST", f"{path}set_state_done/", {})
    guide.who = "ALLOCATOR"


def deliver_quietly(guide: Guide, order_uuid: str) -> None:
    guide.who = "HOSTING_ENTITY"
    for action in ("approve_by_provider", "set_state_done"):
        guide.call("", "POST", f"/api/marketplace-orders/{order_uuid}/{action}/", {})
    del guide.examples[""]
    guide.who = "ALLOCATOR"


def change_and_end(guide: Guide, resource: str) -> None:
    path = f"/api/marketplace-resources/{resource}/"
    limits = {"limits": {"cpu_k_hours": 150}}
    changed = guide.call("limits", "POST", f"{path}update_limits/", limits)
    deliver_quietly(guide, changed["order_uuid"])
    chosen = "&".join(f"field={n}" for n in ("name", "state", "backend_id", "limits", "end_date"))
    guide.call("resource", "GET", f"{path}?{chosen}")
    guide.who = "HOSTING_ENTITY"
    used = {"resource": resource, "usages": [{"type": "cpu_k_hours", "amount": "12.50"}]}
    guide.call("he-usage", "POST", "/api/marketplace-component-usages/set_usage/", used)
    guide.who = "ALLOCATOR"
    usages = "/api/marketplace-component-usages/"
    guide.call("usages", "GET", f"{usages}?resource_uuid={resource}&date_after=2020-01-01")
    guide.call("obstacles", "GET", f"{path}obstacles/?slurm=InvalidAccount")
    ended = guide.call("terminate", "POST", f"{path}terminate/", {})
    deliver_quietly(guide, ended["order_uuid"])
    guide.call("ended", "GET", f"{path}?field=name&field=state")


def test_the_allocators_guide_shows_what_the_service_answers(guide: Guide) -> None:
    walk(guide)
    text = GUIDE.read_text()
    written = guide.write(text)
    if os.environ.get("WRITE_DOCS"):
        GUIDE.write_text(written)
    assert guide.unused(text) == set()
    assert GUIDE.read_text() == written, "run `make docs`"
