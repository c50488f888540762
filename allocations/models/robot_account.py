"""Accounts of robots: of the automation that works with one allocation."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from allocations.lifecycle import RobotAccountState
from allocations.querysets import RobotAccountQuerySet
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import Resource


class RobotAccount(EventSubject, Timestamped):
    """An account at a site for what works by itself with a resource, such as a pipeline.

    `users` are those who may act as it, by their own SSH keys; `keys` are further public ones;
    `responsible_user` answers for it. `state` is written by `allocations.services.robot_accounts`
    only.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("robot_account",)

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="robot_accounts")
    type = models.CharField(max_length=50, help_text="What it is for, in a word.")
    username = text(length=32)
    description = text(long=True)
    users = models.ManyToManyField(User, blank=True, related_name="robot_accounts")
    responsible_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    keys = ArrayField(models.TextField(), default=list, blank=True)
    backend_id = text()
    state = models.CharField(
        max_length=20, choices=choices(RobotAccountState), default=RobotAccountState.REQUESTED
    )
    error_message = text(long=True)
    error_traceback = text(long=True)

    objects = RobotAccountQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", RobotAccountState, "robot_account_state"),
            models.UniqueConstraint(
                fields=["resource", "username"],
                condition=~Q(username="") & ~Q(state=RobotAccountState.DELETED.value),
                name="a_robots_name_once_per_resource",
            ),
        )

    def __str__(self) -> str:
        return self.username or f"{self.type} {self.uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return the scope of its resource."""
        return self.resource.event_scope()
