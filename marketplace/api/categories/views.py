"""`/api/marketplace-categories/` and `/api/marketplace-category-groups/`: for everybody to read."""

from __future__ import annotations

from typing import Any, ClassVar

from config.common.api.access import PUBLIC, Rule
from config.common.api.viewsets import ApiViewSet, Listed, Retrieved
from marketplace.api.categories.filters import CategoryFilter, CategoryGroupFilter
from marketplace.api.categories.serializers import (
    CategoryGroupOutput,
    MarketplaceCategoryOutput,
)
from marketplace.models import Category, CategoryGroup


class CategoryViewSet(Listed, Retrieved, ApiViewSet):
    """The shelves of the catalogue."""

    model = Category
    output = MarketplaceCategoryOutput
    filterset_class = CategoryFilter
    default_order = ("title",)
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}


class CategoryGroupViewSet(Listed, Retrieved, ApiViewSet):
    """Groups of shelves."""

    model = CategoryGroup
    output = CategoryGroupOutput
    filterset_class = CategoryGroupFilter
    default_order = ("title",)
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}

    def rows(self) -> Any:
        """Return all: everybody sees them."""
        return CategoryGroup.objects.all()
