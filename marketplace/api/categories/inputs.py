"""What is sent to put up a shelf and to change it."""

from __future__ import annotations

from typing import ClassVar

from config.common.api.inputs import RelatedUrl
from identity.api.inputs import Columns, NotKept
from marketplace.api.categories.serializers import NO_IMAGES
from marketplace.models import Category, CategoryGroup


class CategoryInput(Columns):
    """A shelf of the catalogue."""

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
        required: ClassVar[tuple[str, ...]] = ("title",)

    group = RelatedUrl("marketplace-category-group-detail", CategoryGroup, allow_null=True)
    icon = NotKept(f"{NO_IMAGES.capitalize()}.")
