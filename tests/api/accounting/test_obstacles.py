"""`obstacles/`: why a person cannot use an allocation, as each of those may know it who ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework.test import APIClient

from accounting.services.explaining import ORDER
from accounting.slurm_messages import LONGEST
from allocations.services import membership
from common.obstacles import WITHHELD
from identity.models import Grant
from identity.roles import RoleName
from identity.services import members, platform_terms, users, vetting
from marketplace.services import delivery
from tests.factories.accounting import ComponentUsageFactory, ComponentUserUsageLimitFactory
from tests.factories.agents import AgentIdentityFactory, AgentServiceFactory
from tests.factories.allocations import MembershipSyncStatusFactory, OfferingUserFactory
from tests.factories.identity import (
    GrantFactory,
    PersonalTokenFactory,
    ProjectFactory,
    SshKeyFactory,
    UserFactory,
)
from tests.factories.marketplace import ConsentFactory, OfferingEndpointFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import Project, User
    from marketplace.models import Offering, Resource
    from tests.cases import Case

pytestmark = pytest.mark.django_db

CONSUMER = "/api/marketplace-resources/{}/obstacles/"
PROVIDER = "/api/marketplace-provider-resources/{}/obstacles/"
REFUSED = {"detail": "No Resource matches the given query."}
NOBODY = {"detail": "No User matches the given query."}
OF_OTHERS = {
    "detail": "Those who manage the project's members, the Hosting Entity and staff may ask about"
    " others."
}
ASKED_FIRST = [
    "Is the person active?",
    "Has the person done what this platform asks before anything else?",
    "Are the organization and the project there, and is it the project's time?",
    "Does the person hold a role in the project that gives something now?",
]


@pytest.fixture
def resource(project: Project, offering: Offering, bob: User) -> Resource:
    offering.plugin_options = {membership.MANAGED: True}
    offering.save()
    found: Resource = ResourceFactory(project=project, offering=offering, backend_id="hpc_1")
    OfferingUserFactory(user=bob, offering=offering, username="bob1")
    return found


def ask(client: APIClient, path: str, row: Resource, **query: Any) -> tuple[int, Any]:
    answer = client.get(path.format(row.uuid.hex), query)
    return answer.status_code, answer.json()


def codes(answered: tuple[int, Any]) -> list[str]:
    status, body = answered
    assert status == 200, body
    return [one["code"] for one in body["obstacles"]]


def test_the_whole_answer_says_what_it_is_who_lifts_it_and_by_which_operation(
    as_user, bob, dave, resource, now
):
    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)

    status, body = ask(as_user(bob), CONSUMER, resource, slurm="(JobHeldAdmin)")

    checked_at = body.pop("checked_at")
    assert now <= datetime.fromisoformat(checked_at)
    assert body.pop("checked")[:4] == [ASKED_FIRST[0], ASKED_FIRST[1], *body_questions()]
    url = f"http://testserver/api/marketplace-provider-resources/{resource.uuid.hex}/set_paused/"
    assert (status, body) == (
        200,
        {
            "user_uuid": bob.uuid.hex,
            "resource_uuid": resource.uuid.hex,
            "is_usable": False,
            "obstacles": [
                {
                    "code": "allocation_paused",
                    "sentence": "The allocation is paused, by the Hosting Entity or by staff:"
                    " nobody computes on it.",
                    "stops": True,
                    "lifted_by": ["provider", "staff"],
                    "how": "The Hosting Entity or staff resume it.",
                    "operations": [{"method": "POST", "url": url}],
                }
            ],
            "slurm": {
                "text": "(JobHeldAdmin)",
                "message": "JobHeldAdmin",
                "meaning": "Somebody who runs the site holds the job. What is listed explains it.",
                "explained_by": ["allocation_paused"],
                "ask": ["provider", "staff"],
            },
        },
    )


def body_questions() -> list[str]:
    """Return what is asked next: what the offering asks of people, and the project."""
    return [
        "Does the person meet what the platform and the offering ask of those with accounts?",
        ASKED_FIRST[2],
    ]


def test_a_token_bound_elsewhere_is_told_nothing(resource, bob, elsewhere):
    other = ProjectFactory(customer=elsewhere)
    GrantFactory(user=bob, scope=other, role=RoleName.PROJECT_MANAGER)
    PersonalTokenFactory(user=bob, plaintext="efp_" + "3" * 40, scope=other)
    client = APIClient(HTTP_AUTHORIZATION="Token efp_" + "3" * 40)

    assert ask(client, CONSUMER, resource) == (404, REFUSED)


def test_amounts_that_no_sentence_can_hold_hide_nothing_else(as_user, bob, resource):
    ComponentUsageFactory(resource=resource, usage=1)
    for amount in ("-1e9999999", "-1e99999"):
        type(resource).objects.filter(pk=resource.pk).update(limits={"cpu_k_hours": amount})
        assert ask(as_user(bob), CONSUMER, resource)[0] == 200


def test_who_may_ask_about_whom(
    as_user: Callable[[User], APIClient],
    both_sides: dict[str, User],
    anonymous: APIClient,
    resource: Resource,
    bob: User,
) -> None:
    asked = {
        name: (
            ask(as_user(user), CONSUMER, resource, user_uuid=bob.uuid.hex)[0],
            ask(as_user(user), PROVIDER, resource, user_uuid=bob.uuid.hex)[0],
        )
        for name, user in both_sides.items()
    }

    assert asked == {
        "mallory": (404, 404),
        "reader": (403, 404),
        "bob": (200, 404),
        "admin": (403, 404),
        "pi": (200, 404),
        "alice": (200, 404),
        "olga": (404, 200),
        "carol": (404, 200),
        "sam": (200, 200),
        "dave": (200, 200),
    }
    assert ask(anonymous, CONSUMER, resource)[0] == 401
    assert ask(as_user(both_sides["mallory"]), CONSUMER, resource) == (404, REFUSED)
    assert ask(as_user(both_sides["admin"]), CONSUMER, resource, user_uuid=uuid4().hex) == (
        403,
        OF_OTHERS,
    )


def test_about_whom_the_asker_does_not_know_nothing_is_said(
    as_user, pi, carol, dave, mallory, project, resource, now
):
    gone = UserFactory()
    GrantFactory(user=gone, scope=project, role=RoleName.PROJECT_MEMBER, is_active=False)
    users.deactivate(gone, reason="Left.", actor=dave, now=now)
    asked = [
        ask(as_user(user), path, resource, user_uuid=whom)
        for user, path in ((pi, CONSUMER), (carol, PROVIDER))
        for whom in (mallory.uuid.hex, str(uuid4()), gone.uuid)
    ]

    refused = (404, NOBODY)
    assert asked[:2] + asked[3:] == [refused] * 5
    assert codes(asked[2])[0] == "person_deactivated"
    assert "Left." not in str(asked[2])
    assert ask(as_user(pi), CONSUMER, resource, user_uuid="nobody")[0] == 400


def test_what_concerns_the_person_alone_is_told_to_them_and_to_staff(
    as_user, bob, pi, carol, dave, sam, resource, now
):
    platform_terms.publish(version="1", terms="Be kind.", actor=dave, now=now)
    for user in (pi, carol, sam):
        platform_terms.accept(user, now=now)
    OfferingEndpointFactory(offering=resource.offering)
    about = {"user_uuid": bob.uuid.hex}

    everything = ["platform_terms_not_accepted", "ssh_key_missing"]
    assert codes(ask(as_user(dave), CONSUMER, resource, **about)) == everything
    assert codes(ask(as_user(sam), PROVIDER, resource, **about)) == everything
    assert codes(ask(as_user(bob), CONSUMER, resource)) == everything[:1]
    for client, path in ((as_user(pi), CONSUMER), (as_user(carol), PROVIDER)):
        _, body = ask(client, path, resource, slurm="InvalidAccount", **about)
        (one,) = body["obstacles"]
        assert (one["code"], one["sentence"], one["how"]) == ("something_personal", *WITHHELD)
        assert (one["operations"], one["stops"], body["is_usable"]) == ([], True, False)
        assert body["slurm"]["explained_by"] == ["something_personal"]


def test_who_lost_their_place_or_was_refused_hears_of_themselves_alone(
    as_user, bob, pi, dave, project, resource, now
):
    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)
    member = Grant.objects.get(user=bob).role
    client = as_user(bob)
    assert codes(ask(client, CONSUMER, resource)) == ["allocation_paused"]

    vetting.refuse(bob, evidence="Not who they say.", actor=dave, now=now)
    _, body = ask(as_user(bob), CONSUMER, resource)
    assert [one["code"] for one in body["obstacles"]] == ["vetting_refused"]
    assert body["checked"] == ASKED_FIRST
    assert "Not who" not in str(body)

    vetting.withdraw(bob, actor=dave, now=now)
    members.revoke(scope=project, user=bob, role=member, actor=dave, now=now)
    assert codes(ask(as_user(bob), CONSUMER, resource)) == ["role_taken"]
    assert ask(as_user(bob), PROVIDER, resource) == (404, REFUSED)
    about = ask(as_user(pi), CONSUMER, resource, user_uuid=bob.uuid.hex)
    assert codes(about) == ["role_taken", "allocation_paused"]


def test_what_slurm_says_is_explained_or_it_is_said_that_it_is_not(as_user, bob, resource, now):
    client = as_user(bob)

    def answered(text: str) -> tuple[str | None, list[str], list[str]]:
        slurm = ask(client, CONSUMER, resource, slurm=text)[1]["slurm"]
        return slurm["message"], slurm["explained_by"], slurm["ask"]

    assert ask(client, CONSUMER, resource)[1]["slurm"] is None
    assert answered("assocgrpcpuminuteslimit") == ("AssocGrpCPUMinutesLimit", [], ["provider"])
    assert answered("Segmentation fault") == (None, [], ["provider"])
    ComponentUsageFactory(resource=resource, usage=11, date=now)
    spent = ["limit_reached"]
    assert answered("(AssocGrpCPUMinutesLimit)")[1:] == (spent, ["project"])
    assert answered("sbatch: error: Batch job submission failed: Invalid qos specification") == (
        "Invalid qos specification",
        [],
        ["provider"],
    )
    assert ask(client, CONSUMER, resource, slurm="x" * LONGEST)[0] == 200
    assert ask(client, CONSUMER, resource, slurm="x" * (LONGEST + 1)) == (
        400,
        {"slurm": [f"Give at most {LONGEST} characters of it."]},
    )


def test_it_takes_as_many_queries_however_much_there_is(
    as_user: Callable[[User], APIClient],
    dave: User,
    bob: User,
    project: Project,
    offering: Offering,
    resource: Resource,
) -> None:
    client = as_user(dave)

    def counted() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            codes(ask(client, CONSUMER, resource, user_uuid=bob.uuid.hex))
        return len(queries)

    one_of_each(bob, project, offering, resource)
    few = counted()
    for _ in range(3):
        one_of_each(bob, project, offering, resource)

    assert counted() == few
    assert few <= 26


def one_of_each(bob: User, project: Project, offering: Offering, resource: Resource) -> None:
    GrantFactory(user=bob, scope=project, role=RoleName.PROJECT_ADMIN, is_active=False)
    OfferingEndpointFactory(offering=offering)
    ConsentFactory(user=bob, offering=offering, revocation_date=resource.created)
    SshKeyFactory(user=bob)
    MembershipSyncStatusFactory(resource=resource, user=bob, role_name=uuid4().hex)
    AgentServiceFactory(identity=AgentIdentityFactory(offering=offering, name=uuid4().hex))
    month = resource.created - timedelta(days=31 * resource.component_usages.count())
    ComponentUsageFactory(resource=resource, date=month)
    component = offering.components.exclude(user_limits__resource=resource).first()
    account = offering.offering_users.get(user=bob)
    ComponentUserUsageLimitFactory(resource=resource, component=component, user=account)


def test_every_operation_that_lifts_something_is_there(case: Case) -> None:
    names = ("user", "customer", "project", "resource", "offering", "order", "account", "policy")
    rows = dict.fromkeys(names, uuid4().hex)
    named = {at for _, table in ORDER for reason in table for at in reason.at}
    assert len(named) > 20
    for at in sorted(named):
        with case(at=at):
            method, path = at.split(" ")
            view = resolve(path.format(**rows)).func
            actions = getattr(view, "actions", None)
            assert actions is None or method.lower() in actions
            assert actions or method == "GET"
