"""What is sent to put up a shelf and to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.inputs import RelatedUrl
from identity.api.inputs import Columns, NotKept
from marketplace.api.categories.serializers import NO_IMAGES
from marketplace.models import Category, CategoryGroup

if TYPE_CHECKING:
    from uuid import UUID


class GroupByUrl(RelatedUrl):
    """A group of shelves, which everybody sees, by its URL."""

    def __init__(self, **kwargs: Any) -> None:
        """Expect a group's URL."""
        super().__init__("marketplace-category-group-detail", CategoryGroup, **kwargs)

    def found(self, uuid: UUID) -> CategoryGroup:
        """Return the group."""
        return CategoryGroup.objects.get(uuid=uuid)


class CategoryInput(Columns):
    """A category of the catalogue."""

    class Meta:
        model = Category
        fields: ClassVar[tuple[str, ...]] = (
            "default_vm_category",
            "default_volume_category",
            "description",
            "group",
            "icon",
            "title",
        )

    group = GroupByUrl(allow_null=True)
    icon = NotKept(f"{NO_IMAGES.capitalize()}.")
