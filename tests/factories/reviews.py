"""Rows of reviews of who has which role."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from identity.models import PermissionReview
from tests.factories.identity import ProjectFactory


class PermissionReviewFactory(DjangoModelFactory[PermissionReview]):
    """A review that waits, of a project unless it is said to be of a `customer`."""

    class Meta:
        model = PermissionReview

    customer = None
    project = factory.Maybe(
        "customer", yes_declaration=None, no_declaration=factory.SubFactory(ProjectFactory)
    )
