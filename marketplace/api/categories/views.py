"""`/api/marketplace-categories/` and `/api/marketplace-category-groups/`: for everybody to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import PUBLIC, STAFF, Rule
from common.api.actions import creates, deletes, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from marketplace.api.categories.filters import CategoryFilter, CategoryGroupFilter
from marketplace.api.categories.inputs import CategoryInput
from marketplace.api.categories.serializers import (
    CategoryGroupOutput,
    MarketplaceCategoryOutput,
)
from marketplace.models import Category, CategoryGroup
from marketplace.services import categories

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class CategoryViewSet(Listed, Retrieved, ApiViewSet):
    """The shelves of the catalogue."""

    model = Category
    output = MarketplaceCategoryOutput
    filterset_class = CategoryFilter
    default_order = ("title",)
    access: ClassVar[dict[str, Rule]] = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "create": STAFF,
        "update": STAFF,
        "destroy": STAFF,
    }

    @creates(CategoryInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Put up a new shelf."""
        data = self.data(CategoryInput)
        return self.created(categories.create(**data, actor=request.user, now=self.now))

    @updates(CategoryInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change what is written on a shelf."""
        row, data = self.row(), self.data(CategoryInput)
        return self.reply(categories.change(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take an empty shelf down."""
        categories.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()


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
