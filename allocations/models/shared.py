"""Accounts at sites that are nobody's own: of programs, and of courses."""

from typing import ClassVar

from django.db import models

from allocations.lifecycle import CourseAccountState, ServiceAccountState
from allocations.querysets import CustomerAccountQuerySet, ProjectAccountQuerySet
from common.address_column import AddressColumn
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import Customer, EventSubject, Project, User


class SharedAccount(EventSubject, Timestamped):
    """An account at every site where its owner has an allocation.

    `username` is never given again: a site that is told that the one is closed and the other open
    could not tell them apart. `state` is written by `allocations.services.shared_accounts` only.
    """

    username = models.CharField(max_length=32, unique=True)
    email = AddressColumn(max_length=320, blank=True, default="")
    description = text(long=True)
    error_message = text(long=True)
    error_traceback = text(long=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.username


class ServiceAccount(SharedAccount):
    """A program's account; its key was shown once, and only the SHA-256 of it is kept."""

    preferred_identifier = text()
    key_digest = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=choices(ServiceAccountState), default=ServiceAccountState.OK
    )

    class Meta:
        abstract = True


class ProjectServiceAccount(ServiceAccount):
    """A program's account for the work of a project."""

    event_nouns: ClassVar[tuple[str, ...]] = ("service_account",)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="service_accounts")

    objects = ProjectAccountQuerySet.as_manager()

    class Meta:
        constraints = (one_of("state", ServiceAccountState, "project_service_account_state"),)

    def event_scope(self) -> EventScope:
        """Return the scope of its project."""
        return self.project.event_scope()


class CustomerServiceAccount(ServiceAccount):
    """A program's account for all projects of an organization."""

    event_nouns: ClassVar[tuple[str, ...]] = ("service_account",)

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="service_accounts"
    )

    objects = CustomerAccountQuerySet.as_manager()

    class Meta:
        constraints = (one_of("state", ServiceAccountState, "customer_service_account_state"),)

    def event_scope(self) -> EventScope:
        """Return the scope of its organization."""
        return self.customer.event_scope()


class CourseAccount(SharedAccount):
    """An account for somebody who takes a course; who that is need not be known here."""

    event_nouns: ClassVar[tuple[str, ...]] = ("course_account",)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="course_accounts")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="course_accounts"
    )
    state = models.CharField(
        max_length=10, choices=choices(CourseAccountState), default=CourseAccountState.OK
    )

    objects = ProjectAccountQuerySet.as_manager()

    class Meta:
        constraints = (one_of("state", CourseAccountState, "course_account_state"),)

    def event_scope(self) -> EventScope:
        """Return the scope of its project."""
        return self.project.event_scope()
