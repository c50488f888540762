"""The shelves of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Event
from marketplace.models import Category
from marketplace.services import categories
from tests.factories.marketplace import CategoryGroupFactory, OfferingFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db


def test_a_category_is_put_up_changed_and_taken_down(dave: User, now: datetime) -> None:
    group = CategoryGroupFactory()
    category = categories.create(title="HPC", group=group, actor=dave, now=now)
    assert (category.title, category.group) == ("HPC", group)

    categories.change(category, actor=dave, now=now, title="Compute", group=group)
    categories.change(category, actor=dave, now=now, title="Compute")
    assert Category.objects.get().title == "Compute"

    categories.remove(category, actor=dave, now=now)
    assert not Category.objects.exists()
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "category.created",
        "category.updated",
        "category.removed",
    ]


def test_a_category_with_offerings_stays(dave: User, now: datetime) -> None:
    category = OfferingFactory(state="Archived").category
    with pytest.raises(categories.CategoryInUse) as refused:
        categories.remove(category, actor=dave, now=now)
    assert refused.value.detail == "Category has offerings."
