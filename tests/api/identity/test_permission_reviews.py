"""Reviews of who has which role: what is shown of them and to whom, and how one is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from identity.api.permission_reviews import (
    CustomerPermissionReviewViewSet,
    ProjectPermissionReviewViewSet,
)
from identity.models import Event, PermissionReview
from identity.services import organisations, projects
from tests.api.plain import listed
from tests.api.tables import CONSUMER_SIDE, asker, check_all, read, untested
from tests.api.times import iso
from tests.factories.identity import (
    CustomerFactory,
    PersonalTokenFactory,
    ProjectFactory,
    take_twin_roles,
)
from tests.factories.reviews import PermissionReviewFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Project, User
    from tests.cases import Case

pytestmark = pytest.mark.django_db

OF_CUSTOMERS = "/api/customer-permissions-reviews/"
OF_PROJECTS = "/api/project-permissions-reviews/"
GIVES = "PROJECT.CREATE_PERMISSION"

TABLE = """
GET    /api/customer-permissions-reviews/                  200 -++++++++
GET    /api/customer-permissions-reviews/{customers}/      200 -?????+++
POST   /api/customer-permissions-reviews/{customers}/close/ 200 -?????+x+
GET    /api/project-permissions-reviews/                   200 -++++++++
GET    /api/project-permissions-reviews/{projects}/        200 -???+?+++
POST   /api/project-permissions-reviews/{projects}/close/  200 -???+?+x+
"""

LINES = read(TABLE, below="")


@pytest.fixture
def of_customer(allocator: Customer, now: datetime) -> PermissionReview:
    review: PermissionReview = PermissionReviewFactory(customer=allocator, created=now)
    return review


@pytest.fixture
def of_project(project: Project, now: datetime) -> PermissionReview:
    review: PermissionReview = PermissionReviewFactory(project=project, created=now)
    return review


@pytest.mark.parametrize("twins", [False, True])
def test_the_table(
    consumer_side: dict[str, User],
    of_customer: PermissionReview,
    of_project: PermissionReview,
    clients_of: Callable[..., dict[str, APIClient]],
    case: Case,
    *,
    twins: bool,
) -> None:
    """The outsider, the provider's owner, member, PI, reader and owner, support and staff."""
    if twins:
        take_twin_roles(consumer_side.values())
    named = {"customers": of_customer.uuid.hex, "projects": of_project.uuid.hex}
    check_all(LINES, CONSUMER_SIDE, asker(clients_of(consumer_side), named, lambda _: None), case)


def test_every_action_is_in_the_table() -> None:
    viewsets = (CustomerPermissionReviewViewSet, ProjectPermissionReviewViewSet)
    assert untested(LINES, *viewsets) == set()


def test_who_gives_no_roles_there_is_listed_no_review(
    consumer_side: dict[str, User],
    of_customer: PermissionReview,
    of_project: PermissionReview,
    as_user: Callable[[User], APIClient],
    case: Case,
) -> None:
    customers, projects_too = [of_customer.uuid.hex], [of_project.uuid.hex]
    seen = {
        **dict.fromkeys(("mallory", "carol", "bob", "reader"), ([], [])),
        "pi": ([], projects_too),
        **dict.fromkeys(("alice", "sam", "dave"), (customers, projects_too)),
    }
    for name, user in consumer_side.items():
        with case(who=name):
            client = as_user(user)
            got = tuple(listed(client, at, "uuid") for at in (OF_CUSTOMERS, OF_PROJECTS))
            assert got == seen[name]


def test_a_review_is_closed_by_whoever_looked_and_once(
    of_customer: PermissionReview,
    of_project: PermissionReview,
    alice: User,
    project: Project,
    as_user: Callable[[User], APIClient],
    case: Case,
) -> None:
    client = as_user(alice)
    allocator = project.customer
    for at, review, scope in (
        (OF_CUSTOMERS, of_customer, {"customer": allocator}),
        (OF_PROJECTS, of_project, {"project": project}),
    ):
        with case(at=at):
            url = f"{at}{review.uuid.hex}/"
            ((kind, row),) = scope.items()
            waiting = {
                "url": f"http://testserver{url}",
                "uuid": review.uuid.hex,
                "reviewer_full_name": None,
                "reviewer_uuid": None,
                f"{kind}_uuid": row.uuid.hex,
                f"{kind}_name": row.name,
                "is_pending": True,
                "created": iso(review.created),
                "closed": None,
            }
            assert client.get(url).json() == waiting
            assert client.get(at).json() == [waiting]

            answer = client.post(f"{url}close/")
            assert (answer.status_code, answer.content) == (200, b"")

            review.refresh_from_db()
            assert review.closed is not None
            assert client.get(url).json() == {
                **waiting,
                "reviewer_full_name": "Alice Tester",
                "reviewer_uuid": alice.uuid.hex,
                "is_pending": False,
                "closed": iso(review.closed),
            }
            event = Event.objects.get(kind="permission_review.closed", subject_uuid=review.uuid)
            assert (event.actor, event.message, event.payload) == (
                alice,
                f"Who has which role in {row.name} was reviewed.",
                {"scope_type": kind, "scope_uuid": row.uuid.hex},
            )

            again = client.post(f"{url}close/")
            assert (again.status_code, again.json()) == (
                409,
                {"detail": "This review was closed before."},
            )
            assert Event.objects.filter(subject_uuid=review.uuid).count() == 1


def test_reviews_of_what_was_removed_wait_for_nobody(
    of_project: PermissionReview,
    project: Project,
    dave: User,
    now: datetime,
    as_user: Callable[[User], APIClient],
) -> None:
    customer = CustomerFactory(is_removed=True)
    of_customer = PermissionReviewFactory(customer=customer)
    projects.remove(project, actor=dave, now=now)
    client = as_user(dave)
    for at, review, what in (
        (OF_CUSTOMERS, of_customer, "customer"),
        (OF_PROJECTS, of_project, "project"),
    ):
        url = f"{at}{review.uuid.hex}/"
        assert client.get(url).json()["is_pending"] is False
        assert listed(client, at, "uuid", is_pending=True) == []
        assert listed(client, at, "uuid", is_pending=False) == [review.uuid.hex]
        answer = client.post(f"{url}close/")
        assert (answer.status_code, answer.json()) == (
            409,
            {"detail": f"This {what} was removed."},
        )


def test_reviews_are_filtered_and_ordered(
    project: Project, dave: User, alice: User, now: datetime, as_user: Callable[[User], APIClient]
) -> None:
    client, day = as_user(dave), timedelta(days=1)
    made: dict[str, Any] = {}
    for name, created, closed, reviewer, scope in (
        ("first", now - 9 * day, now - 5 * day, alice, project),
        ("second", now - 8 * day, now - 7 * day, dave, project),
        ("open", now - day, None, None, project),
        ("elsewhere", now, None, None, ProjectFactory()),
    ):
        more = {"created": created, "closed": closed, "reviewer": reviewer}
        made[name] = PermissionReviewFactory(project=scope, **more).uuid.hex

    def found(**query: Any) -> list[str]:
        names = {uuid: name for name, uuid in made.items()}
        return [names[uuid] for uuid in listed(client, OF_PROJECTS, "uuid", **query)]

    assert found() == ["elsewhere", "open", "second", "first"]
    assert found(o="created") == ["first", "second", "open", "elsewhere"]
    assert found(o="-created") == ["elsewhere", "open", "second", "first"]
    assert found(o="closed", is_pending=False) == ["second", "first"]
    assert found(o="-closed", is_pending=False) == ["first", "second"]
    assert found(is_pending=True) == ["elsewhere", "open"]
    assert found(closed=iso(now - 6 * day)) == ["first"]
    assert found(closed=iso(now - 7 * day)) == ["second", "first"]
    assert found(reviewer_uuid=alice.uuid.hex) == ["first"]
    assert found(project_uuid=project.uuid.hex) == ["open", "second", "first"]
    assert client.get(OF_PROJECTS, {"closed": "soon"}).status_code == 400

    own = PermissionReviewFactory(customer=project.customer).uuid.hex
    PermissionReviewFactory(customer=CustomerFactory())
    of = {"customer_uuid": project.customer.uuid.hex}
    assert listed(client, OF_CUSTOMERS, "uuid", **of) == [own]
    assert client.get(f"{OF_PROJECTS}{own}/").status_code == 404


def test_an_organization_that_is_gone_takes_its_reviews_with_it(dave: User, now: datetime) -> None:
    customer = CustomerFactory()
    PermissionReviewFactory(customer=customer)
    organisations.remove(customer, actor=dave, now=now)
    assert not PermissionReview.objects.pending().exists()


def test_a_personal_access_token_sees_and_closes_by_its_scopes(
    of_project: PermissionReview, pi: User, project: Project, case: Case
) -> None:
    """It is asked as a person would be who has no more than these permissions."""
    url = f"{OF_PROJECTS}{of_project.uuid.hex}/"
    for digit, scopes, status in (("1", ["PROJECT.VIEW"], 404), ("2", [GIVES], 200)):
        with case(scopes=scopes):
            secret = "efp_" + digit * 40
            PersonalTokenFactory(user=pi, scope=project, plaintext=secret, scopes=scopes)
            client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")
            assert client.get(url).status_code == status
            assert client.post(f"{url}close/").status_code == status
