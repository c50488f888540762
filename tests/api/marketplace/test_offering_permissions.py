"""Roles in offerings, and the log of those that ended: whole bodies, filters, either address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from waldur_api_client.models import OfferingPermission

from identity.roles import RoleName
from identity.services import members
from tests.api.times import iso
from tests.factories.identity import GrantFactory, RoleFactory, UserFactory
from tests.factories.marketplace import OfferingFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-offering-permissions/"
LOG = "/api/marketplace-offering-permissions-log/"
HOST = "http://testserver"


def test_who_helps_to_provide_is_listed_and_goes_to_the_log_at_the_end(
    as_user: Callable[[User], APIClient],
    offering: Offering,
    carol: User,
    mallory: User,
    now: datetime,
) -> None:
    olga, role = UserFactory(username="olga"), RoleFactory(name=RoleName.OFFERING_MANAGER)
    given = members.grant(scope=offering, user=olga, role=role, actor=carol, now=now)
    type(offering).objects.filter(pk=offering.pk).update(name="LUMI-D", slug="lumi-d")
    client = as_user(carol)
    whole = {
        "created": iso(now),
        "created_by": f"{HOST}/api/users/{carol.uuid.hex}/",
        "expiration_time": None,
        "offering": f"{HOST}/api/marketplace-provider-offerings/{offering.uuid.hex}/",
        "offering_name": "LUMI-D",
        "offering_slug": "lumi-d",
        "offering_uuid": offering.uuid.hex,
        "pk": given.pk,
        "role": f"{HOST}/api/roles/{role.uuid.hex}/",
        "role_name": "OFFERING.MANAGER",
        "url": f"{HOST}{AT}{given.uuid.hex}/",
        "user": f"{HOST}/api/users/{olga.uuid.hex}/",
        "user_email": "olga@example.org",
        "user_full_name": "Olga Tester",
        "user_native_name": "",
        "user_username": "olga",
        "user_uuid": olga.uuid.hex,
        "uuid": given.uuid.hex,
    }
    assert client.get(AT).json() == [whole]
    assert OfferingPermission.from_dict(whole).pk == given.pk
    for name in (given.pk, given.uuid):
        assert client.get(f"{AT}{name}/").json() == whole
        assert client.get(f"{LOG}{name}/").status_code == 404
        assert as_user(mallory).get(f"{AT}{name}/").json() == {
            "detail": "No OfferingRole matches the given query."
        }
    assert client.get(LOG).json() == []

    members.revoke(scope=offering, user=olga, role=role, actor=carol, now=now)

    ended = {**whole, "url": f"{HOST}{LOG}{given.uuid.hex}/"}
    assert client.get(AT).json() == []
    assert client.get(LOG).json() == [ended]
    assert client.get(f"{LOG}{given.pk}/").json() == ended
    assert as_user(olga).get(LOG).json() == [ended]
    assert as_user(mallory).get(LOG).json() == []


def test_roles_in_offerings_are_filtered_and_found_by_no_strange_number(
    as_user: Callable[[User], APIClient], offering: Offering, carol: User, now: datetime
) -> None:
    """A role whose time is over is in the log at once; those in other scopes are in neither."""
    other = OfferingFactory(customer=offering.customer)
    for name, scope, end in (
        ("olga", offering, None),
        ("late", offering, now - timedelta(days=1)),
        ("oscar", other, None),
    ):
        GrantFactory(
            scope=scope,
            user=UserFactory(username=name),
            role=RoleName.OFFERING_MANAGER,
            expiration_time=end,
        )
    client = as_user(carol)
    for path, query, names in (
        (AT, "o=username", ["olga", "oscar"]),
        (AT, f"offering={offering.uuid.hex}", ["olga"]),
        (AT, f"customer={offering.customer.uuid.hex}&o=-username", ["oscar", "olga"]),
        (AT, f"customer={'0' * 32}", []),
        (AT, f"scope_uuid={other.uuid.hex}", ["oscar"]),
        (AT, "role_name=OFFERING.MANAGER&username=olga", ["olga"]),
        (AT, "is_active=false", []),
        (LOG, "", ["late"]),
        (LOG, f"offering={other.uuid.hex}", []),
    ):
        rows = client.get(f"{path}?{query}").json()
        assert [row["user_username"] for row in rows] == names, query
    for strange in ("0", "9" * 18, "9" * 19, "9" * 40, "1.0", "-1", "x"):
        assert client.get(f"{AT}{strange}/").status_code == 404
