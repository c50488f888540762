"""Answers that are kept so that a repeated request is not carried out twice."""

from django.db import models

from common.json_column import JsonColumn
from identity.models.people import User


class IdempotencyKey(models.Model):
    """What a user's POST with an `Idempotency-Key` was and what it was answered.

    Without a status it is still in flight. Rows older than a day are pruned.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = JsonColumn(default=dict)
    body = models.BinaryField(default=b"")
    created = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "key"], name="an_idempotency_key_once_a_user"),
        )
        indexes = (models.Index(fields=["created"], name="idempotency_key_age"),)

    def __str__(self) -> str:
        return self.key
