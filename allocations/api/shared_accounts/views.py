"""Accounts of programs, for those who own them and for the sites; of courses, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allocations.api.shared_accounts.filters import (
    CourseAccountFilter,
    CustomerServiceAccountFilter,
    ProjectServiceAccountFilter,
)
from allocations.api.shared_accounts.inputs import (
    CustomerServiceAccountInput,
    ProjectServiceAccountInput,
    ServiceAccountInput,
)
from allocations.api.shared_accounts.serializers import (
    CourseAccountOutput,
    CustomerServiceAccountOutput,
    ProjectServiceAccountOutput,
)
from allocations.models import CourseAccount, CustomerServiceAccount, ProjectServiceAccount
from allocations.services import shared_accounts
from allocations.services.membership import SERVED
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, creates, deletes, listing, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from identity.permissions import P
from marketplace.api.offerings.filters import OfferingOfPathFilter
from marketplace.api.providers.access import Serves
from marketplace.models import Offering, Resource, ServiceProvider

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

OF_PROJECT = Needs(P.CREATE_PROJECT_MEMBER, on=("project", "project.customer"))
OF_CUSTOMER = Needs(P.CREATE_CUSTOMER_MEMBER, on=("customer",))
"""A program's account is let in like a member."""


class ServiceAccountViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """What accounts of programs have in common, whoever owns them."""

    default_order = ("created",)
    never_replayed = frozenset({"create", "rotate_api_key"})

    def changed(self, request: AuthenticatedRequest, wanted: type[ServiceAccountInput]) -> Response:
        """Answer the account after a change."""
        account, data = self.row(), self.data(wanted)
        data = {field: value for field, value in data.items() if value or field != "username"}
        return self.reply(shared_accounts.change(account, **data, actor=request.user, now=self.now))

    def rotated(self, request: AuthenticatedRequest) -> Response:
        """Answer the account with another key."""
        account = self.row()
        key = shared_accounts.rotate_key(account, actor=request.user, now=self.now)
        return self.answer(self.with_key(account, key))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Close the account; it stays on record."""
        shared_accounts.close(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    def with_key(self, account: Any, key: str) -> dict[str, Any]:
        """Return the account as it is shown, with its key: this once."""
        return {**self.rendered(account), "token": key}


class ProjectServiceAccountViewSet(ServiceAccountViewSet):
    """Accounts of programs that work for a project."""

    model = ProjectServiceAccount
    output = ProjectServiceAccountOutput
    filterset_class = ProjectServiceAccountFilter
    related = ("project__customer",)
    locks_first = ("project",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "create": OF_PROJECT,
        "update": OF_PROJECT,
        "destroy": OF_PROJECT,
        "rotate_api_key": OF_PROJECT,
    }

    @creates(ProjectServiceAccountInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Open an account for a project; its key is shown once."""
        data = self.data(ProjectServiceAccountInput)
        opened = shared_accounts.open_for_project(**data, actor=request.user, now=self.now)
        return self.answer(self.with_key(*opened))

    @updates(ProjectServiceAccountInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change what is told of an account."""
        return self.changed(request, ProjectServiceAccountInput)

    @command(output=ProjectServiceAccountOutput)
    def rotate_api_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give the account another key, which is shown once."""
        return self.rotated(request)


class CustomerServiceAccountViewSet(ServiceAccountViewSet):
    """Accounts of programs that work for all projects of an organisation."""

    model = CustomerServiceAccount
    output = CustomerServiceAccountOutput
    filterset_class = CustomerServiceAccountFilter
    related = ("customer",)
    locks_first = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "create": OF_CUSTOMER,
        "update": OF_CUSTOMER,
        "destroy": OF_CUSTOMER,
        "rotate_api_key": OF_CUSTOMER,
    }

    @creates(CustomerServiceAccountInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Open an account for an organisation; its key is shown once."""
        data = self.data(CustomerServiceAccountInput)
        opened = shared_accounts.open_for_customer(**data, actor=request.user, now=self.now)
        return self.answer(self.with_key(*opened))

    @updates(CustomerServiceAccountInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change what is told of an account."""
        return self.changed(request, CustomerServiceAccountInput)

    @command(output=CustomerServiceAccountOutput)
    def rotate_api_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give the account another key, which is shown once."""
        return self.rotated(request)


class CourseAccountViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """Accounts for courses; staff open and close them in the admin."""

    model = CourseAccount
    output = CourseAccountOutput
    filterset_class = CourseAccountFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED, "events": SCOPED}


class AccountsAtOfferingViewSet(ApiViewSet):
    """The accounts that an offering's site has to have, for those who provide it."""

    model = Offering
    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {
        "list_project_service_accounts": SCOPED,
        "list_customer_service_accounts": SCOPED,
        "list_course_accounts": SCOPED,
    }

    @listing(ProjectServiceAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_project_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List those of the programs of projects with a live allocation, closed ones too."""
        return self.page(ProjectServiceAccount.objects.all().at(self._resources()))

    @listing(CustomerServiceAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_customer_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List those of the programs of organisations with a live allocation, closed ones too."""
        return self.page(CustomerServiceAccount.objects.all().at(self._resources()))

    @listing(CourseAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_course_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List those for courses with a live allocation, closed ones too."""
        return self.page(CourseAccount.objects.all().at(self._resources()))

    def _resources(self) -> Any:
        return Resource.objects.filter(offering=self.row(), state__in=SERVED)


class AccountsAtProviderViewSet(ApiViewSet):
    """The accounts that a provider's sites have to have."""

    model = ServiceProvider
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "project_service_accounts": Serves(),
        "course_accounts": Serves(),
    }

    @listing(ProjectServiceAccountOutput, filterset=ProjectServiceAccountFilter, order=("created",))
    def project_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List those of the programs of projects with a live allocation, closed ones too."""
        return self.page(ProjectServiceAccount.objects.all().at(self._resources()))

    @listing(CourseAccountOutput, filterset=CourseAccountFilter, order=("created",))
    def course_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List those for courses with a live allocation, closed ones too. Agents up to 1.0.5."""
        return self.page(CourseAccount.objects.all().at(self._resources()))

    def _resources(self) -> Any:
        user, customer = self.request.user, self.row().customer
        provided = Offering.objects.provided_by(user).filter(customer=customer)
        return Resource.objects.filter(offering__in=provided.values("pk"), state__in=SERVED)
