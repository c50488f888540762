"""Shelves of the catalogue are put up, changed and taken down by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event
from marketplace.models import Category
from tests.factories.marketplace import CategoryFactory, CategoryGroupFactory, OfferingFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-categories/"


def test_staff_put_up_change_and_take_down_a_shelf(
    as_user: Callable[[User], Any], dave: User
) -> None:
    client, group = as_user(dave), CategoryGroupFactory()
    at_group = f"http://testserver/api/marketplace-category-groups/{group.uuid.hex}/"
    made = client.post(AT, {"title": "HPC", "group": at_group, "icon": None}, format="json")
    body = made.json()
    assert made.status_code == 201
    assert made["Location"] == body["url"]
    assert (body["title"], body["group"], body["offering_count"]) == ("HPC", at_group, 0)
    changed = client.put(body["url"], {"title": "Compute"}, format="json").json()
    assert (changed["title"], changed["group"]) == ("Compute", at_group)
    patched = client.patch(body["url"], {"group": None}, format="json").json()
    assert (patched["title"], patched["group"]) == ("Compute", None)
    assert client.delete(body["url"]).status_code == 204
    assert client.delete(body["url"]).status_code == 404
    actions = Event.objects.filter(kind__startswith="category.")
    kinds = actions.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "category.created",
        "category.updated",
        "category.updated",
        "category.removed",
    ]


def test_a_shelf_with_offerings_stays(as_user: Callable[[User], Any], dave: User) -> None:
    offering = OfferingFactory()
    answer = as_user(dave).delete(f"{AT}{offering.category.uuid.hex}/")
    assert (answer.status_code, answer.json()) == (409, {"detail": "Category has offerings."})


def test_what_is_no_shelf_is_refused(as_user: Callable[[User], Any], dave: User) -> None:
    client = as_user(dave)
    for body, refusal in (
        ({}, {"title": ["This field is required."]}),
        ({"title": ""}, {"title": ["This field may not be blank."]}),
        ({"title": "A", "group": "x"}, {"group": ["Invalid hyperlink - No URL match."]}),
        ({"title": "A", "icon": "x.png"}, {"icon": ["Images are not stored."]}),
    ):
        answer = client.post(AT, body, format="json")
        assert (answer.status_code, answer.json()) == (400, refusal)
    assert not Category.objects.exists()


def test_nobody_else_touches_shelves(
    as_user: Callable[[User], Any], carol: User, alice: User
) -> None:
    shelf = CategoryFactory(title="HPC")
    at = f"{AT}{shelf.uuid.hex}/"
    for user in (carol, alice):
        client = as_user(user)
        assert client.post(AT, {"title": "A"}, format="json").status_code == 403
        assert client.patch(at, {"title": "A"}, format="json").status_code == 403
        assert client.delete(at).status_code == 403
    assert list(Category.objects.values_list("title", flat=True)) == ["HPC"]
