"""Who loses access loses it everywhere: in the API at once, at the AAI, at the site and its sshd.

One world: people who came in by one agent's round and lose what let them in, each in another way.
The site's agent is the released one, sshd and the SCIM server are real.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.utils import timezone

from allocations import tasks
from allocations.models import EntitledPerson
from allocations.services.membership import MANAGED
from config import wiring
from identity import tasks as identity_tasks
from identity.models import Grant
from identity.permissions import Permission
from identity.roles import RoleName
from identity.services import credentials, organisations, roles, users, vetting
from tests.access_plane.login_node import login_node, need_sshd, run
from tests.access_plane.world import (
    FOREIGN,
    Researcher,
    make_offering,
    make_researcher,
    tell,
    value,
)
from tests.agent.service import eventually
from tests.agent.site import AGENT_ENV, Site
from tests.factories.identity import GrantFactory, UserFactory
from tests.factories.marketplace import ServiceProviderFactory

if TYPE_CHECKING:
    from pathlib import Path

    from identity.models import User
    from tests.access_plane.aai import FakeAai
    from tests.access_plane.login_node import LoginNode

pytestmark = [
    pytest.mark.django_db(transaction=True),
    *(pytest.mark.agent, pytest.mark.e2e, pytest.mark.slow),
    pytest.mark.skipif(
        not (AGENT_ENV / "bin" / "waldur_site_agent").exists() and not os.environ.get("CI"),
        reason="`make agent` installs the site agent",
    ),
]

AT_SITE = {
    "keeper": "daemon",
    "removed": "bin",
    "expired": "sys",
    "deactivated": "games",
    "refused": "man",
    "disabled_role": "lp",
    "blocked": "mail",
}
"""What people are called, and as whom they log in: as accounts that each machine has."""


class World:
    """The people by name, the one who may do all, and what the agent and sshd are told."""

    def __init__(self, aai: FakeAai, url: str) -> None:
        self.aai, self.url = aai, url
        self.staff: User = UserFactory(username="staff", is_staff=True)
        offering = make_offering(**{MANAGED: True})
        ServiceProviderFactory(customer=offering.customer)
        offering.components.filter(type="node_fee").delete()  # the agent knows no fixed ones
        self.manager: User = UserFactory(username="pi")
        keeper = make_researcher(offering, username=AT_SITE["keeper"])
        GrantFactory(user=self.manager, role=RoleName.PROJECT_MANAGER, scope=keeper.project)
        self.people = {"keeper": keeper}
        for name, username in AT_SITE.items():
            if name != "keeper":
                own = name == "blocked"
                self.people[name] = self._join(name, username, None if own else keeper, offering)
        for one in self.people.values():
            aai.register(one.cuid, FOREIGN)
            one.resource.backend_id = f"hpc_{one.project.pk}"
            one.resource.save()

    def _join(
        self, name: str, username: str, keeper: Researcher | None, offering: Any
    ) -> Researcher:
        """Return somebody in the keeper's project, or with an organization of their own."""
        one = make_researcher(offering, username=username)
        if keeper is not None:
            one.grant.delete()
            one.resource.delete()
            role: Any = RoleName.PROJECT_MEMBER
            if name == "disabled_role":
                role = roles.create(
                    name="PROJECT.REVIEWER",
                    content_type="project",
                    permissions=[Permission.VIEW_PROJECT, Permission.VIEW_RESOURCE],
                    actor=self.staff,
                    now=timezone.now(),
                )
            one.grant = GrantFactory(user=one.user, role=role, scope=keeper.project)
            one.project, one.resource = keeper.project, keeper.resource
        return one

    def token_of(self, user: User) -> str:
        return credentials.issue(user=user, name="test", now=timezone.now())[1]

    def round(self) -> None:
        """Let the tasks run once that run every few seconds or minutes."""
        identity_tasks.expire_grants()
        wiring.dispatch_events()
        tell()

    def losses(self) -> dict[str, Any]:
        """Return how each loses what they have."""
        now, people, staff = timezone.now(), self.people, self.staff
        return {
            "removed": lambda: self._post("delete_user", people["removed"]),
            "expired": lambda: Grant.objects.filter(pk=people["expired"].grant.pk).update(
                expiration_time=now - timedelta(seconds=1)
            ),
            "deactivated": lambda: users.deactivate(
                people["deactivated"].user, reason="left", actor=staff, now=now
            ),
            "refused": lambda: vetting.refuse(
                people["refused"].user, evidence="sanctions", actor=staff, now=now
            ),
            "disabled_role": lambda: roles.disable(
                people["disabled_role"].grant.role, actor=staff, now=now
            ),
            "blocked": lambda: organisations.update(
                people["blocked"].project.customer, wanted={"blocked": True}, actor=staff, now=now
            ),
        }

    def _post(self, action: str, one: Researcher) -> None:
        answer = requests.post(
            f"{self.url}/api/projects/{one.project.uuid.hex}/{action}/",
            json={"role": RoleName.PROJECT_MEMBER, "user": one.user.uuid.hex},
            headers={"Authorization": f"Token {self.token_of(self.manager)}"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text


@dataclass
class Places:
    """Where people's access is looked at; each method returns the names of who has it."""

    world: World
    site: Site
    node: LoginNode

    def __post_init__(self) -> None:
        people = self.world.people
        self.tokens = {name: self.world.token_of(one.user) for name, one in people.items()}
        self.accounts = sorted({one.resource.backend_id for one in people.values()})
        for account in self.accounts:
            self.site.run("sacctmgr", "--immediate", "add", "account", account)
        for name, one in people.items():
            if name != "keeper":
                self.node.certify(one)

    def in_the_api(self) -> set[str]:
        """Those who read their allocation."""
        at = f"{self.world.url}/api/marketplace-resources"
        return {
            name
            for name, one in self.world.people.items()
            if requests.get(
                f"{at}/{one.resource.uuid.hex}/",
                headers={"Authorization": f"Token {self.tokens[name]}"},
                timeout=10,
            ).ok
        }

    def at_the_aai(self) -> set[str]:
        """Those who have the entitlement."""
        return {
            name
            for name, one in self.world.people.items()
            if value(one.account.username) in self.world.aai.values(one.cuid)
        }

    def at_the_site(self) -> set[str]:
        """Those who may use an account of the cluster."""
        users = {user for account in self.accounts for user in self.site.users(account)}
        return {name for name, username in AT_SITE.items() if username in users}

    def let_the_agent_bring_about(self, names: set[str]) -> None:
        """Run the agent until the cluster lets in these and nobody else, in one round."""
        with self.site.agent("membership_sync") as agent:
            agent.wait_until_it_sleeps()
            eventually(lambda: self.at_the_site() == names, f"{names} at the site")
            assert agent.said().blames == []

    def at_the_login_node(self) -> set[str]:
        """Those whom sshd lets in."""
        return {name for name, one in self.world.people.items() if self.node.log_in(one)}

    def revoked(self) -> set[str]:
        """Those whose certificates the list of the login node names, who have no access."""
        folder = self.node.folder
        self.node.revoke()
        return {
            name
            for name, username in AT_SITE.items()
            if "REVOKED"
            in run(
                "ssh-keygen", "-Q", "-f", folder / "revoked", folder / f"{username}-cert.pub"
            ).stdout
        }


def test_whoever_loses_access_loses_it_everywhere(
    aai: FakeAai, live_server: Any, tmp_path: Path
) -> None:
    need_sshd()
    world = World(aai, live_server.url)
    keeper, everybody = world.people["keeper"], set(AT_SITE)
    token, offering = world.token_of(world.staff), keeper.offering.uuid.hex
    site = Site(tmp_path / "site", live_server.url, token, offering)
    with login_node(keeper, live_server.url) as node:
        places = Places(world, site, node)
        tasks.sweep_access()
        tell()
        places.let_the_agent_bring_about(everybody)
        assert places.in_the_api() == everybody
        assert places.at_the_aai() == everybody
        assert places.at_the_login_node() == everybody

        left = set(everybody)
        for name, lose in world.losses().items():
            lose()
            left.discard(name)
            assert places.in_the_api() == left, name  # before any task has run
        assert left == {"keeper"}

        world.round()
        assert places.at_the_aai() == {"keeper"}
        assert not EntitledPerson.objects.filter(delivered_at=None).exists()
        assert aai.values(world.people["refused"].cuid) == [FOREIGN]
        assert places.at_the_login_node() == {"keeper"}
        assert places.revoked() == everybody - {"keeper"}
        places.let_the_agent_bring_about({"keeper"})
