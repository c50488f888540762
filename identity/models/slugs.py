"""Short names that were ever given, so that none is given a second time."""

from django.db import models


class UsedSlug(models.Model):
    """A slug that a row of a kind has or had, in lower case: sites compare names without case.

    Sites make accounts and directories of slugs, and keep them. The database writes these rows
    itself (triggers on each table with slugs), and refuses what belongs to another row, also to one
    that is changed or gone since.
    """

    kind = models.CharField(max_length=30)
    slug = models.CharField(max_length=80, db_collation="C")
    owner = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "slug"], name="used_slug_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"
