"""Whom a provider serves: organizations, projects and people, as those who provide see them."""

from identity.models import Customer, Project, User
from marketplace.querysets.provider_customers import (
    ProviderCustomerQuerySet,
    ProviderPersonQuerySet,
    ProviderProjectQuerySet,
)


class ProviderCustomer(Customer):
    """An organization with allocations of a provider."""

    objects = ProviderCustomerQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True


class ProviderProject(Project):
    """A project with allocations of a provider."""

    objects = ProviderProjectQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True


class ProviderPerson(User):
    """Somebody in a project with allocations of a provider."""

    objects = ProviderPersonQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
