"""What changes all the time spoils no write with `If-Match`, and no read withholds it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.documents.routes import all_outputs
from tests.cases import each
from tests.factories.agents import AgentIdentityFactory, AgentServiceFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from common.api.reads.outputs import Output
    from identity.models import Project, User
    from marketplace.models import Offering, Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(as_user: Callable[[User], APIClient], dave: User) -> APIClient:
    return as_user(dave)


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    made: Resource = ResourceFactory(project=project, offering=offering)
    return made


def at(offering: Offering) -> str:
    return f"/api/marketplace-provider-offerings/{offering.uuid.hex}/"


def describe(client: APIClient, offering: Offering, text: str, tag: str) -> Any:
    path, body = f"{at(offering)}update_overview/", {"name": "LUMI", "description": text}
    return client.post(path, body, format="json", HTTP_IF_MATCH=tag)


def test_an_agent_that_was_seen_is_news_to_a_reader_and_no_new_version_to_a_writer(
    client: APIClient, offering: Offering
) -> None:
    agent = AgentIdentityFactory(offering=offering)
    service = AgentServiceFactory(identity=agent)
    tag = client.get(at(offering))["ETag"]
    assert client.get(at(offering), HTTP_IF_NONE_MATCH=tag).status_code == 304

    type(service).objects.update(last_seen=service.last_seen + timedelta(minutes=5))
    seen = client.get(at(offering), HTTP_IF_NONE_MATCH=tag)

    assert seen.status_code == 200
    assert seen["ETag"] != tag
    answer = describe(client, offering, "new", tag)
    assert answer.status_code == 200, answer.content


def test_an_order_is_no_new_version_of_its_offering(
    client: APIClient, offering: Offering, resource: Resource
) -> None:
    before = client.get(at(offering))
    OrderFactory(resource=resource)
    after = client.get(at(offering), HTTP_IF_NONE_MATCH=before["ETag"])

    assert after.status_code == 200
    assert after.json()["order_count"] == before.json()["order_count"] + 1
    assert describe(client, offering, "new", before["ETag"]).status_code == 200


def test_what_people_change_is_a_new_version(client: APIClient, offering: Offering) -> None:
    tag = client.get(at(offering))["ETag"]
    assert describe(client, offering, "one", tag).status_code == 200

    answer = describe(client, offering, "two", tag)

    assert answer.status_code == 412
    assert answer.json() == {"detail": "The object has been changed since it was read."}
    assert client.get(at(offering)).json()["description"] == "one"
    assert client.get(at(offering), HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_the_tag_of_a_part_is_no_version_of_the_whole(
    client: APIClient, offering: Offering
) -> None:
    for keys in ("integration_status", "description", "integration_status&field=description"):
        tag = client.get(f"{at(offering)}?field={keys}")["ETag"]
        assert describe(client, offering, "new", tag).status_code == 412


def test_a_sign_of_life_of_a_site_is_no_new_version_of_a_resource(
    client: APIClient, resource: Resource, now: datetime
) -> None:
    path = f"/api/marketplace-provider-resources/{resource.uuid.hex}/"
    tag = client.get(path)["ETag"]
    assert client.post(f"{path}refresh_last_sync/").status_code == 200

    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 200
    assert client.patch(path, {"name": "new"}, HTTP_IF_MATCH=f'"old", W/{tag}').status_code == 200
    assert client.patch(path, {"name": "newer"}, HTTP_IF_MATCH=tag).status_code == 412


@each("output", all_outputs(), ids=lambda output: output.__qualname__)
def test_what_is_no_part_of_the_version_is_part_of_the_output(output: type[Output]) -> None:
    assert set(getattr(output.Meta, "volatile", ())) <= set(output.Meta.fields)
