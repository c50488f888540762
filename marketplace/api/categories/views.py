"""`/api/marketplace-categories/` and `/api/marketplace-category-groups/`: for everybody to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import PUBLIC, STAFF, Rule
from common.api.actions import creates, deletes, updates
from common.api.operation_texts import Noun
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
    """A category groups the offerings of the catalogue. Everybody may read categories."""

    model = Category
    noun = Noun("a category", "categories")
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
        """Create a category.

        Offerings can be put into it at once.
        """
        data = self.data(CategoryInput)
        return self.created(categories.create(**data, actor=request.user, now=self.now))

    @updates(CategoryInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a category."""
        row, data = self.row(), self.data(CategoryInput)
        return self.reply(categories.change(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete a category.

        Answers 409 while offerings are in it, in whatever state.
        """
        categories.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()


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
