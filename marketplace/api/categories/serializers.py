"""Categories, as they are shown."""

from __future__ import annotations

from rest_framework import serializers

from common.api.json_shapes import (
    ANYTHING,
    TEXT,
    TRUTH,
    WHOLE,
    JsonField,
    list_of,
    map_of,
    or_null,
    record,
    words,
)
from common.api.reads.outputs import Omitted, Output, UrlField
from marketplace.models import Category, CategoryGroup

NO_IMAGES = "images are not stored"
NOT_DESCRIBED = "attributes of offerings are not described by their category"

ARTICLE = record({"title": or_null(TEXT), "url": TEXT})
COLUMN = record(
    {
        "attribute": TEXT,
        "index": WHOLE,
        "title": TEXT,
        "uuid": TEXT,
        "widget": or_null(words("attached_instance", "csv", "filesize")),
    }
)
COMPONENT = record({"description": TEXT, "measured_unit": TEXT, "name": TEXT, "type": TEXT})
ATTRIBUTE = record(
    {
        "default": or_null(map_of(ANYTHING)),
        "key": TEXT,
        "options": list_of(record({"is_default": TRUTH, "key": TEXT, "title": TEXT, "uuid": TEXT})),
        "required": TRUTH,
        "title": TEXT,
        "type": words("boolean", "choice", "integer", "list", "string", "text"),
        "uuid": TEXT,
    }
)
SECTION = record(
    {"attributes": list_of(ATTRIBUTE), "is_standalone": TRUTH, "key": TEXT, "title": TEXT}
)


class MarketplaceCategoryOutput(Output):
    """A category of the catalogue, with how many offerings are in it."""

    class Meta:
        model = Category
        fields = (
            "articles",
            "available_offerings_count",
            "columns",
            "components",
            "default_vm_category",
            "default_volume_category",
            "description",
            "group",
            "icon",
            "offering_count",
            "sections",
            "title",
            "url",
            "uuid",
        )

    articles = Omitted(JsonField(list_of(ARTICLE)), reason="categories have no articles")
    available_offerings_count = serializers.IntegerField()
    columns = Omitted(JsonField(list_of(COLUMN)), reason=NOT_DESCRIBED)
    components = Omitted(JsonField(list_of(COMPONENT)), reason="components belong to offerings")
    group = UrlField("marketplace-category-group-detail", source="group.uuid", allow_null=True)
    icon = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    offering_count = serializers.IntegerField()
    sections = Omitted(JsonField(list_of(SECTION)), reason=NOT_DESCRIBED)
    url = UrlField("marketplace-category-detail")


class CategoryGroupOutput(Output):
    """A group of categories."""

    class Meta:
        model = CategoryGroup
        fields = ("description", "icon", "title", "url", "uuid")

    icon = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    url = UrlField("marketplace-category-group-detail")
