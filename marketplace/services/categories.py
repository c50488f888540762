"""Categories: the shelves of the catalogue."""

from common.errors import Conflict
from identity.services.standard import StandardServices
from marketplace import event_kinds as kinds
from marketplace.models import Category


class CategoryInUse(Conflict):
    """There are offerings in the category, in whatever state."""

    code = "category_in_use"


class CategoryGone(Conflict):
    """The category was removed in the meantime."""

    code = "category_gone"


categories = StandardServices(
    Category,
    created=kinds.CATEGORY_CREATED,
    updated=kinds.CATEGORY_UPDATED,
    removed=kinds.CATEGORY_REMOVED,
    gone=CategoryGone,
    in_use=CategoryInUse,
    in_use_says="Category has {what}.",
)
