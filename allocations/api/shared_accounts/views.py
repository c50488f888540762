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
from common.api.actions import command, creates, listing, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.api.events.row_events import RowEvents
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


class ServiceAccountViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """An account of a program."""

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

    destroy = deleting(
        shared_accounts.close,
        "Close {one}.\n\nThe site takes it out; it stays on record as Closed.",
    )

    def with_key(self, account: Any, key: str) -> dict[str, Any]:
        """Return the account as it is shown, with its key: this once."""
        return {**self.rendered(account), "token": key}


class ProjectServiceAccountViewSet(ServiceAccountViewSet):
    """An account of a program that works for a project.

    It is opened at the sites of its allocations.
    """

    model = ProjectServiceAccount
    noun = Noun("a project service account", "project service accounts")
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
        """Open {one}.

        The username is made of `preferred_identifier` unless one is given. The account's key is in
        the answer (`token`) and is shown only there. The project may have as many as staff allow.
        """
        data = self.data(ProjectServiceAccountInput)
        opened = shared_accounts.open_for_project(**data, actor=request.user, now=self.now)
        return self.answer(self.with_key(*opened))

    @updates(ProjectServiceAccountInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update {one}.

        Its username and its owner stay.
        """
        return self.changed(request, ProjectServiceAccountInput)

    @command(output=ProjectServiceAccountOutput)
    def rotate_api_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace the key of {one}.

        The former key is void at once; the new one is in the answer and is shown only there.
        Answers 409 where the account is closed.
        """
        return self.rotated(request)


class CustomerServiceAccountViewSet(ServiceAccountViewSet):
    """An account of a program that works for an organization (customer).

    It is opened at the sites of its allocations.
    """

    model = CustomerServiceAccount
    noun = Noun("an organization service account", "organization service accounts")
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
        """Open {one}.

        The username is made of `preferred_identifier` unless one is given. The account's key is in
        the answer (`token`) and is shown only there. The organization (customer) may have as many
        as staff allow.
        """
        data = self.data(CustomerServiceAccountInput)
        opened = shared_accounts.open_for_customer(**data, actor=request.user, now=self.now)
        return self.answer(self.with_key(*opened))

    @updates(CustomerServiceAccountInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update {one}.

        Its username and its owner stay.
        """
        return self.changed(request, CustomerServiceAccountInput)

    @command(output=CustomerServiceAccountOutput)
    def rotate_api_key(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace the key of {one}.

        The former key is void at once; the new one is in the answer and is shown only there.
        Answers 409 where the account is closed.
        """
        return self.rotated(request)


class CourseAccountViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """An account for somebody who takes a course.

    It is opened at the sites of the course project's allocations.
    """

    model = CourseAccount
    noun = Noun("a course account", "course accounts")
    output = CourseAccountOutput
    filterset_class = CourseAccountFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED, "events": SCOPED}


class AccountsAtOfferingViewSet(ApiViewSet):
    """The accounts that an offering's site has to have, for those who provide it."""

    model = Offering
    noun = Noun("an offering", "offerings")
    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {
        "list_project_service_accounts": SCOPED,
        "list_customer_service_accounts": SCOPED,
        "list_course_accounts": SCOPED,
    }

    @listing(ProjectServiceAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_project_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the project service accounts at an offering.

        Those whose project holds an allocation that is in use, closed ones too: the site has to
        take these out.
        """
        return self.page(ProjectServiceAccount.objects.all().at(self._resources()))

    @listing(CustomerServiceAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_customer_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organization service accounts at an offering.

        Those whose organization holds an allocation that is in use, closed ones too: the site has
        to take these out.
        """
        return self.page(CustomerServiceAccount.objects.all().at(self._resources()))

    @listing(CourseAccountOutput, filterset=OfferingOfPathFilter, order=("created",))
    def list_course_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the course accounts at an offering.

        Those whose project holds an allocation that is in use, closed ones too: the site has to
        take these out.
        """
        return self.page(CourseAccount.objects.all().at(self._resources()))

    def _resources(self) -> Any:
        return Resource.objects.filter(offering=self.row(), state__in=SERVED)


class AccountsAtProviderViewSet(ApiViewSet):
    """The accounts that a provider's sites have to have."""

    model = ServiceProvider
    noun = Noun("a service provider", "service providers")
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "project_service_accounts": Serves(),
        "course_accounts": Serves(),
    }

    @listing(ProjectServiceAccountOutput, filterset=ProjectServiceAccountFilter, order=("created",))
    def project_service_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the project service accounts at a service provider.

        Those whose project holds an allocation that is in use, closed ones too.
        """
        return self.page(ProjectServiceAccount.objects.all().at(self._resources()))

    @listing(CourseAccountOutput, filterset=CourseAccountFilter, order=("created",))
    def course_accounts(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the course accounts at a service provider.

        Those whose project holds an allocation that is in use, closed ones too. For site agents up
        to 1.0.5.
        """
        return self.page(CourseAccount.objects.all().at(self._resources()))

    def _resources(self) -> Any:
        user, customer = self.request.user, self.row().customer
        provided = Offering.objects.provided_by(user).filter(customer=customer)
        return Resource.objects.filter(offering__in=provided.values("pk"), state__in=SERVED)
