"""Categories: the shelves of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Conflict
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import Category

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import CategoryGroup


class CategoryInUse(Conflict):
    """There are offerings in the category."""

    code = "category_in_use"


class CategoryGone(Conflict):
    """The category was removed in the meantime."""

    code = "category_gone"


@transaction.atomic
def create(
    *,
    title: str,
    actor: User,
    now: datetime,
    description: str = "",
    group: CategoryGroup | None = None,
    default_vm_category: bool = False,
    default_volume_category: bool = False,
) -> Category:
    """Put up a new shelf."""
    category = Category.objects.create(
        title=title,
        description=description,
        group=group,
        default_vm_category=default_vm_category,
        default_volume_category=default_volume_category,
        created=now,
    )
    events.record(kinds.CATEGORY_CREATED, category, actor=actor, now=now)
    return category


@transaction.atomic
def change(category: Category, *, actor: User, now: datetime, **wanted: Any) -> Category:
    """Change what a category is called or described as, or its group.

    :raises CategoryGone: it was removed meanwhile.
    """
    category = _locked(category)
    if changed := changes.write(category, wanted, now=now):
        events.record(
            kinds.CATEGORY_UPDATED,
            category,
            actor=actor,
            now=now,
            payload={"changed": list(changed)},
        )
    return category


@transaction.atomic
def remove(category: Category, *, actor: User, now: datetime) -> None:
    """Take an empty shelf down.

    :raises CategoryInUse: while it holds offerings, in whatever state.
    :raises CategoryGone: it was removed meanwhile.
    """
    category = _locked(category)
    if category.offerings.exists():
        raise CategoryInUse("Category has offerings.")
    events.record(kinds.CATEGORY_REMOVED, category, actor=actor, now=now)
    category.delete()


def _locked(category: Category) -> Category:
    locked: Category | None = Category.objects.select_for_update().filter(pk=category.pk).first()
    if locked is None:
        raise CategoryGone("This category was removed.")
    return locked
