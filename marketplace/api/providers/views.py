"""`/api/marketplace-service-providers/`: who offers, and to themselves, whom they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import PUBLIC, STAFF, Needs, Rule
from common.api.actions import listing
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.api.keys.filters import SshKeyFilter
from identity.api.keys.serializers import SshKeyOutput
from identity.api.projects.filters import ProjectFilter
from identity.api.projects.serializers import ProjectOutput
from identity.models import Grant, Project, SshKey
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.api.offerings.filters import PublicOfferingFilter
from marketplace.api.offerings.serializers import ProviderOfferingOutput
from marketplace.api.providers.access import Serves
from marketplace.api.providers.filters import (
    CustomerProjectFilter,
    ProjectPermissionFilter,
    ProviderCustomerFilter,
    ProviderUserFilter,
    ServiceProviderFilter,
)
from marketplace.api.providers.provider_customers import (
    MarketplaceProviderCustomerOutput,
    MarketplaceProviderCustomerProjectOutput,
    MarketplaceServiceProviderUserOutput,
    ProjectPermissionLogOutput,
)
from marketplace.api.providers.serializers import ServiceProviderInput, ServiceProviderOutput
from marketplace.models import (
    Offering,
    ProviderCustomer,
    ProviderPerson,
    ProviderProject,
    ServiceProvider,
)
from marketplace.services import providers

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class ServiceProviderViewSet(Listed, Retrieved, ApiViewSet):
    """A Hosting Entity (service provider) is an organization (customer) that offers allocations.

    Everybody may read who they are; whom they serve is for those who help to provide.
    """

    model = ServiceProvider
    noun = Noun("a service provider", "service providers")
    output = ServiceProviderOutput
    filterset_class = ServiceProviderFilter
    default_order = ("customer__name",)
    locks_first = ("customer",)
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "create": Needs(Permission.REGISTER_PROVIDER, on=("customer",)),
        "update": Needs(Permission.UPDATE_PROVIDER, on=("customer",)),
        "destroy": STAFF,
        "offerings": Serves(),
        "customers": Serves(),
        "user_customers": Serves(),
        "customer_projects": Serves(),
        "projects": Serves(),
        "project_permissions": Serves(),
        "users": Serves(),
        "keys": Serves(),
    }

    create = creating(
        ServiceProviderInput,
        providers.register,
        "Register an organization as a service provider.\n\nAnswers 400 where it is one already.",
    )

    update = updating(
        ServiceProviderInput,
        providers.change,
        "Update {one}.\n\nIts organization stays.",
        keeps=("customer",),
    )
    destroy = deleting(
        providers.remove,
        "Remove a service provider.\n\n"
        "The organization stays. Answers 400 while an offering of it is not archived.",
    )

    @listing(ProviderOfferingOutput, filterset=PublicOfferingFilter, order=("name",))
    def offerings(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the offerings of a service provider.

        Those that you help to provide, in any state.
        """
        return self.page(self._offerings())

    @listing(MarketplaceProviderCustomerOutput, filterset=ProviderCustomerFilter, order=("name",))
    def customers(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organizations that a service provider serves.

        Organizations (customers) that hold allocations of the offerings that you help to provide,
        with their projects and people.
        """
        return self.page(ProviderCustomer.objects.all().of(self._offerings()))

    @listing(MarketplaceProviderCustomerOutput, filterset=ProviderCustomerFilter, order=("name",))
    def user_customers(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organizations of a person that a service provider serves.

        Of the organizations (customers) that hold allocations, those in which the person of
        `user_uuid` has a role.
        """
        return self.page(ProviderCustomer.objects.all().of(self._offerings()))

    @listing(
        MarketplaceProviderCustomerProjectOutput, filterset=CustomerProjectFilter, order=("name",)
    )
    def customer_projects(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the projects of an organization that a service provider serves.

        Of the organization of `project_customer_uuid`, the projects that hold allocations, with how
        many.
        """
        return self.page(ProviderProject.objects.all().of(self._offerings()))

    @listing(ProjectOutput, filterset=ProjectFilter, order=("name",))
    def projects(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the projects that a service provider serves.

        Projects that hold allocations of the offerings that you help to provide.
        """
        return self.page(Project.objects.filter(pk__in=self._projects()))

    @listing(ProjectPermissionLogOutput, filterset=ProjectPermissionFilter, order=("created",))
    def project_permissions(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the project roles of the people whom a service provider serves.

        In the projects that hold allocations, also roles that ended.
        """
        of_projects = Grant.objects.filter(
            scope_type=ScopeType.PROJECT, project__in=self._projects()
        )
        return self.page(of_projects)

    @listing(
        MarketplaceServiceProviderUserOutput, filterset=ProviderUserFilter, order=("username",)
    )
    def users(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the people whom a service provider serves.

        People with a role in a project that holds allocations. Names and addresses are there for
        those who agreed to the terms of service of an offering.
        """
        return self.page(ProviderPerson.objects.all().of(self._offerings()))

    @listing(SshKeyOutput, filterset=SshKeyFilter, order=("name",))
    def keys(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the SSH keys of the people whom a service provider serves.

        Of those people who agreed to the terms of service of an offering.
        """
        people = ProviderPerson.objects.all().of(self._offerings()).agreed()
        return self.page(SshKey.objects.filter(user__in=people.values("pk")))

    def _offerings(self) -> Any:
        """Return those of the provider's offerings that the caller helps to provide."""
        provided = Offering.objects.provided_by(self.request.user)
        return provided.filter(customer=self.row().customer)

    def _projects(self) -> Any:
        return ProviderProject.objects.all().of(self._offerings()).values("pk")
