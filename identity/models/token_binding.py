"""What personal access tokens are bound to."""

from django.db import models

from common.models import UuidModel, one_of
from identity.models.credentials import Token
from identity.models.organisation import Customer
from identity.models.project import Project
from identity.roles import ScopeType


class TokenBinding(UuidModel):
    """That a token counts in an organization, a project or an offering; named as a grant's scope.

    A token that is bound to several counts in each, and nowhere else. The row outlives what it
    names: without it the token would be bound to nothing, and so count everywhere.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="bindings")
    scope_type = models.CharField(max_length=30, choices=[(s.value, s.value) for s in ScopeType])
    scope_id = models.BigIntegerField()
    scope_uuid = models.UUIDField()
    scope_name = models.CharField(max_length=500)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["token", "scope_type", "scope_id"], name="a_token_is_bound_once_to_each"
            ),
            one_of("scope_type", ScopeType, "token_binding_scope_type"),
        )

    def __str__(self) -> str:
        return f"{self.scope_type} {self.scope_name}"
