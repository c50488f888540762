"""Accounts of robots: who sees them, and by whose keys people act as them."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Exists, JSONField, OuterRef, QuerySet, Value, When
from django.db.models.functions import JSONObject

from allocations.lifecycle import RobotAccountState
from identity import access
from identity.models import Grant, SshKey
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.querysets import consumed_or_provided, provider_side

SHOWN = (
    *("fingerprint_md5", "fingerprint_sha256", "fingerprint_sha512"),
    *("is_shared", "name", "public_key", "type"),
)
"""What a site is shown of a person's key."""


class RobotAccountQuerySet(QuerySet[Any]):
    """Accounts of robots."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the user's projects and of the offerings that they help to provide."""
        return consumed_or_provided(
            self, user, project="resource__project", offering="resource__offering"
        )

    def kept(self) -> Self:
        """Keep those that are not deleted."""
        return self.exclude(state=RobotAccountState.DELETED)

    def for_api(self, user: Any) -> Self:
        """Add, for those who provide, the keys of the people who may act as each.

        Whoever has no role in the project any more is not among them, whatever the account says.
        """
        side = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering="resource__offering")
        if side is None:
            return self.annotate(user_keys=self._keys())
        shown = When(side, then=self._keys())
        return self.annotate(
            user_keys=Case(shown, default=Value(None), output_field=ArrayField(JSONField()))
        )

    def _keys(self) -> Any:
        working = Grant.objects.filter(
            access.in_force(),
            scope_type=ScopeType.PROJECT,
            project__resources__robot_accounts=OuterRef(OuterRef("pk")),
            user=OuterRef("user"),
        )
        keys = SshKey.objects.filter(
            Exists(working), user__robot_accounts=OuterRef("pk"), user__is_active=True
        )
        shown = JSONObject(**{name: name for name in SHOWN}, user_uuid="user__uuid", uuid="uuid")
        return ArraySubquery(keys.order_by("pk").values(shown=shown))
