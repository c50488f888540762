"""Rows of reviews of who has which role, and of roles that are concealed."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from identity.models import PermissionReview, RoleConcealment
from tests.factories.identity import CustomerFactory, CustomRoleFactory, ProjectFactory


class PermissionReviewFactory(DjangoModelFactory[PermissionReview]):
    """A review that waits, of a project unless it is said to be of a `customer`."""

    class Meta:
        model = PermissionReview

    customer = None
    project = factory.Maybe(
        "customer", yes_declaration=None, no_declaration=factory.SubFactory(ProjectFactory)
    )


class RoleConcealmentFactory(DjangoModelFactory[RoleConcealment]):
    """A role that staff made, and conceal from an organization."""

    class Meta:
        model = RoleConcealment

    customer = factory.SubFactory(CustomerFactory)
    role = factory.SubFactory(CustomRoleFactory)
