"""What a site asks again and again costs little, and writes nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import populate

POLLED = (
    "backend-resource-requests/?state=Sent&offering_uuid={offering}",
    "backend-resource-requests/{request}/",
    "backend-resources/?offering_uuid={offering}&page_size=100",
    "component-user-usage-limits/?resource_uuid={resource}&page_size=100",
    "marketplace-provider-offerings/{offering}/importable_resources/",
    "marketplace-provider-offerings/{offering}/?field=partitions",
)
MOST = 8


@pytest.mark.parametrize("path", POLLED)
def test_a_poll_is_cheap(as_user, carol, bob, project, provider, now, path):
    world = populate(project=project, provider=provider, member=bob, now=now, rows=3)
    uuids = {
        "offering": world.offering.uuid.hex,
        "resource": world.resource.uuid.hex,
        "request": world.offering.backend_resource_requests.get().uuid.hex,
    }
    client = as_user(carol)
    client.get("/api/users/me/")  # the token's last use is written once a minute

    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/api/{path.format(**uuids)}")

    assert response.status_code == 200
    assert response.json()
    assert len(queries) <= MOST, [query["sql"][:120] for query in queries]
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
