"""Keys of resources that are used as an API."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from allocations.lifecycle import ApiKeyAction, ApiKeyState
from allocations.querysets import ResourceApiKeyQuerySet
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import Resource


class ResourceApiKey(EventSubject, Timestamped):
    """A key that the site made and applied; `sealed` is its value, which only `reveal` opens.

    `client_id` is its public half. `pending_action` is what the site is to do, or could not.
    `current_usages` are those of the month of `usage_period`. `user` is the one person who may have
    the value; without one it is for all who work in the project. `state` is written by
    `allocations.services.api_keys` and `.api_key_reports` only.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("api_key",)

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="resource_api_keys"
    )
    client_id = text()
    sealed = models.TextField(blank=True, default="", editable=False)
    state = models.CharField(max_length=10, choices=choices(ApiKeyState))
    pending_action = models.CharField(
        max_length=10, choices=choices(ApiKeyAction), blank=True, default=""
    )
    error_message = text(long=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    limits = JsonColumn(null=True, blank=True)
    allowed_models = ArrayField(models.CharField(max_length=255), null=True, blank=True)
    current_usages = JsonColumn(null=True, blank=True)
    usage_period = models.DateField(null=True, blank=True)
    paused_by_limit = models.BooleanField(default=False)

    objects = ResourceApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "resource API key"
        constraints = (
            one_of("state", ApiKeyState, "api_key_state"),
            models.CheckConstraint(
                name="api_key_pending_action",
                condition=Q(pending_action__in=["", *(action.value for action in ApiKeyAction)]),
            ),
            models.CheckConstraint(
                name="a_deleted_api_key_opens_nothing",
                condition=~Q(state=ApiKeyState.DELETED.value) | Q(sealed=""),
            ),
            models.UniqueConstraint(
                fields=["resource", "client_id"],
                condition=~Q(client_id="") & ~Q(state=ApiKeyState.DELETED.value),
                name="one_api_key_per_client_id",
            ),
        )
        indexes = (models.Index(fields=["state", "modified"], name="api_key_awaited"),)

    def __str__(self) -> str:
        return self.client_id or f"key {self.uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return the scope of its resource."""
        return self.resource.event_scope()
