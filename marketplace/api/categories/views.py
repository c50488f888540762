"""`/api/marketplace-categories/` and `/api/marketplace-category-groups/`: for everybody to read."""

from __future__ import annotations

from typing import Any, ClassVar

from common.api.access import KEPT_BY_STAFF, PUBLIC, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from marketplace.api.categories.filters import CategoryFilter, CategoryGroupFilter
from marketplace.api.categories.inputs import CategoryInput
from marketplace.api.categories.serializers import (
    CategoryGroupOutput,
    MarketplaceCategoryOutput,
)
from marketplace.models import Category, CategoryGroup
from marketplace.services.categories import categories


class CategoryViewSet(Listed, Retrieved, ApiViewSet):
    """A category groups the offerings of the catalogue. Everybody may read categories."""

    model = Category
    noun = Noun("a category", "categories")
    output = MarketplaceCategoryOutput
    filterset_class = CategoryFilter
    default_order = ("title",)
    access: ClassVar[dict[str, Rule]] = {**KEPT_BY_STAFF, "list": PUBLIC, "retrieve": PUBLIC}

    create = creating(
        CategoryInput, categories.create, "Create {one}.\n\nOfferings are put in it afterwards."
    )
    update = updating(CategoryInput, categories.change)
    destroy = deleting(
        categories.remove,
        "Delete {one}.\n\nAnswers 409 while offerings are in it, in whatever state.",
    )


class CategoryGroupViewSet(Listed, Retrieved, ApiViewSet):
    """A group of categories. Everybody may read groups."""

    model = CategoryGroup
    noun = Noun("a category group", "category groups")
    output = CategoryGroupOutput
    filterset_class = CategoryGroupFilter
    default_order = ("title",)
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}

    def rows(self) -> Any:
        """Return all: everybody sees them."""
        return CategoryGroup.objects.all()
