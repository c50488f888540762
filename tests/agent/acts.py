"""What people do around a site: they order, change and end allocations, and join and leave."""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.agent.service import PROJECT, ROWS, USERS, Person, Service, eventually

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tests.agent.site import Said, Site

MEMBER = "PROJECT.MEMBER"
TEAM = {"pi", "ada", "ben"}
"""The members of the preset's project."""

COMPONENT = ("type", "name", "billing_type", "measured_unit", "unit_factor", "limit_period")
"""What a component of an offering that is put up has of the preset's."""

BEGAN_EARLIER = """
UPDATE marketplace_resource SET created = %(at)s WHERE uuid = %(uuid)s;
UPDATE marketplace_resourceplanperiod SET start = %(at)s
WHERE resource_id = (SELECT id FROM marketplace_resource WHERE uuid = %(uuid)s);
"""


@dataclass
class Allocation:
    """An allocation that the PI ordered, as seen by the PI and by the provider."""

    service: Service
    uuid: str
    order: str

    def begin_earlier(self, at: date) -> None:
        """Let it be one of an earlier month: for a time before its first, nothing is reported."""
        with self.service.cursor() as cursor:
            cursor.execute(BEGAN_EARLIER, {"uuid": self.uuid, "at": at})

    @property
    def pi(self) -> Person:
        """The project's PI."""
        return self.service.person("pi")

    @property
    def provider(self) -> Person:
        """The owner of the provider."""
        return self.service.person("site-owner")

    def now(self) -> dict[str, Any]:
        """Return the resource as the provider sees it."""
        seen: dict[str, Any] = self.provider.get(f"marketplace-provider-resources/{self.uuid}/")
        return seen

    def order_now(self, order: str = "") -> dict[str, Any]:
        """Return an order, by default the first."""
        seen: dict[str, Any] = self.provider.get(f"marketplace-orders/{order or self.order}/")
        return seen

    def update(self, limits: Mapping[str, int]) -> str:
        """Ask for other limits; return the order."""
        told = self.pi.post(f"marketplace-resources/{self.uuid}/update_limits/", {"limits": limits})
        return str(told["order_uuid"])

    def terminate(self) -> str:
        """Ask for the end; return the order."""
        told = self.pi.post(f"marketplace-resources/{self.uuid}/terminate/")
        return str(told["order_uuid"])

    def usages(self) -> dict[str, float]:
        """Return this month's usage by component, as the PI reads it."""
        rows = self.pi.get("marketplace-component-usages/", resource_uuid=self.uuid)
        return {row["type"]: float(row["usage"]) for row in rows}

    def user_usages(self) -> dict[tuple[str, str], float]:
        """Return this month's usage by name and component."""
        rows = self.pi.get("marketplace-component-user-usages/", resource_uuid=self.uuid)
        return {(row["username"], row["component_type"]): float(row["usage"]) for row in rows}


def put_up_offering(service: Service, like: str) -> str:
    """Let the provider put up an offering like one of the preset; return its UUID."""
    owner, api = service.person("site-owner"), f"{service.base_url}/api"
    told = next(row for row in ROWS["offerings"] if row["uuid"] == like)
    components = [
        {key: row[key] for key in COMPONENT if key in row}
        for row in ROWS["offering_components"]
        if row["offering_uuid"] == like
    ]
    body = {
        "name": told["name"],
        "category": f"{api}/marketplace-categories/{told['category_uuid']}/",
        "customer": f"{api}/customers/{told['customer_uuid']}/",
        "type": told["type"],
        "shared": True,
        "plugin_options": told["plugin_options"],
        "components": components,
        "plans": [{"name": "Grant", "unit": "month"}],
    }
    made = owner.post("marketplace-provider-offerings/", body, expect=201)
    activate = f"marketplace-provider-offerings/{made['uuid']}/activate/"
    service.person("site-staff").post(activate, expect=200)
    return str(made["uuid"])


def order(
    service: Service, offering: str, limits: Mapping[str, int], name: str = "Ocean currents"
) -> Allocation:
    """Let the PI order an allocation; it waits for the provider."""
    pi, api = service.person("pi"), f"{service.base_url}/api"
    plan = pi.get(f"marketplace-public-offerings/{offering}/")["plans"][0]["url"]
    told = pi.post(
        "marketplace-orders/",
        {
            "offering": f"{api}/marketplace-public-offerings/{offering}/",
            "project": f"{api}/projects/{PROJECT}/",
            "plan": plan,
            "limits": dict(limits),
            "attributes": {"name": name},
            "accepting_terms_of_service": True,
        },
        expect=201,
    )
    assert told["state"] == "pending-provider"
    return Allocation(service, told["marketplace_resource_uuid"], told["uuid"])


def provision(
    site: Site, service: Service, limits: Mapping[str, int], name: str = "Ocean currents"
) -> tuple[Allocation, Said]:
    """Order an allocation and let the site's agent make it."""
    allocation = order(service, site.offering, limits, name)
    said = site.cycle("order_process")
    assert allocation.order_now()["state"] == "done", said.lines
    assert allocation.now()["state"] == "OK"
    return allocation, said


def join(service: Service, username: str, role: str = MEMBER) -> None:
    """Take somebody into the project."""
    body = {"user": USERS[username], "role": role}
    service.person("pi").post(f"projects/{PROJECT}/add_user/", body, expect=201)


def leave(service: Service, username: str, role: str = MEMBER) -> None:
    """Take somebody out of the project."""
    body = {"user": USERS[username], "role": role}
    service.person("pi").post(f"projects/{PROJECT}/delete_user/", body, expect=200)


def stay_out(service: Service, username: str) -> None:
    """Take somebody out of the project, if they are in it."""
    rows = service.person("pi").get(f"projects/{PROJECT}/list_users/")
    for row in rows:
        if row["user_username"] == username:
            leave(service, username, row["role_name"])


def account_of(service: Service, offering: str, username: str, user: str = "") -> dict[str, Any]:
    """Return somebody's live account at an offering, as the provider sees it.

    `user` is their UUID, where it is not that of the preset.
    """
    rows = service.person("site-owner").get(
        "marketplace-offering-users/", offering_uuid=offering, user_uuid=user or USERS[username]
    )
    (found,) = [row for row in rows if row["state"] != "Deleted"]
    return dict(found)


def accounts(service: Service, offering: str) -> dict[str, tuple[str, str]]:
    """Return the state and the name at the site of everybody with an account there."""
    rows = service.person("site-owner").get("marketplace-offering-users/", offering_uuid=offering)
    return {row["user_username"]: (row["state"], row["username"]) for row in rows}


def await_account(service: Service, offering: str, username: str, *states: str) -> None:
    """Wait until somebody's account stands in one of the states: the worker opens and closes them.

    A round of the agent that comes after the worker may have begun with the account already.
    """
    eventually(
        lambda: accounts(service, offering).get(username, ("",))[0] in states,
        f"{username} {states}, not {accounts(service, offering)}",
    )


def this_month() -> tuple[str, str]:
    """Return the first and the last day of the present month."""
    now = time.gmtime()
    return f"{now.tm_year}-{now.tm_mon:02}-01", (
        f"{now.tm_year}-{now.tm_mon:02}-{calendar.monthrange(now.tm_year, now.tm_mon)[1]}"
    )


def await_team(service: Service, offering: str) -> None:
    """Wait until every member of the project has an account that can be used."""
    for username in TEAM:
        await_account(service, offering, username, "OK")
