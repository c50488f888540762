"""`/api/customers/`: organisations and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, STAFF, SUPPORT, Needs, Rule
from common.api.actions import command, listing, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.customers.filters import CustomerFilter
from identity.api.customers.inputs import CustomerInput
from identity.api.customers.people import CustomerUser, CustomerUserFilter, people_of, with_roles
from identity.api.customers.serializers import COUNTRIES, CountryOutput, CustomerOutput
from identity.api.events.row_events import RowEvents
from identity.api.history import RowHistory
from identity.api.members.views import Members
from identity.api.organization_groups import OrganizationGroupsInput
from identity.api.users.serializers import BasicUserOutput
from identity.models import Customer
from identity.permissions import Permission
from identity.services import organisations

if TYPE_CHECKING:
    from rest_framework.response import Response

    from common.api.reads.outputs import Output
    from identity.api.requests import AuthenticatedRequest


class CustomerViewSet(Members, RowEvents, RowHistory, Listed, Retrieved, ApiViewSet):
    """An organization (customer) owns projects.

    One that is registered as a Hosting Entity (service provider) also offers allocations. You see
    the organizations in which you have a role, directly or through a project or an offering.
    """

    model = Customer
    noun = Noun("an organization", "organizations")
    output = CustomerOutput
    filterset_class = CustomerFilter
    default_order = ("name",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "history": SUPPORT,
        "history_at": SUPPORT,
        "countries": AUTHENTICATED,
        "users": SCOPED,
        "create": STAFF,
        "update": Needs(Permission.UPDATE_CUSTOMER, on=("",)),
        "destroy": STAFF,
        "update_organization_groups": STAFF,
        "list_users": SCOPED,
        "add_user": Needs(Permission.CREATE_CUSTOMER_MEMBER, on=("",)),
        "update_user": Needs(Permission.UPDATE_CUSTOMER_MEMBER, on=("",)),
        "delete_user": Needs(Permission.DELETE_CUSTOMER_MEMBER, on=("",)),
    }

    create = creating(
        CustomerInput,
        organisations.create,
        "Create {one}.\n\nWithout a slug one is made of the name.",
    )

    @updates(CustomerInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update an organization.

        Fields that only staff may change are ignored from others.
        """
        customer, changes = self.row(), self.data(CustomerInput)
        organisations.update(customer, actor=request.user, now=self.now, wanted=changes)
        return self.reply(customer)

    @listing(CountryOutput, filterset=CustomerFilter, detail=False)
    def countries(self, request: AuthenticatedRequest) -> Response:
        """List the countries in which organizations can be.

        Their codes (ISO 3166-1) as `value`, and their names as `label`. All of them, whatever the
        query asks.
        """
        rows = [{"label": name, "value": code} for code, name in COUNTRIES]
        return self.answer(rows, headers={"X-Result-Count": str(len(rows))})

    @listing(CustomerUser, filterset=CustomerUserFilter, order=("first_name", "last_name"))
    def users(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the people of an organization.

        Whoever has a role in it (`role_name`) or in a project of it (`projects`), as far as you see
        them. `organization_role` and `project_role` keep those with any of the roles.
        """
        customer = self.row()
        page = self.page(people_of(customer, seen_by=request.user), BasicUserOutput)
        if page.data:
            asked = ",".join(request.query_params.getlist("field")).split(",")
            page.data = with_roles(page.data, customer, self.caller, only=asked)
        return page

    def chosen(self, output: type[Output], *, detail: bool) -> frozenset[str] | None:
        """Return the keys that `field=` asks for; of people who they are, to find their roles."""
        only = super().chosen(output, detail=detail)
        return only if only is None or output is not BasicUserOutput else only | {"uuid"}

    @command(OrganizationGroupsInput, input_optional=True)
    def update_organization_groups(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the groups that an organization is in.

        They take the place of the former ones; an empty list takes it out of all. It sees and
        orders what is open to its groups at once.
        """
        customer, changes = self.row(), self.data(OrganizationGroupsInput)
        organisations.update(customer, actor=request.user, now=self.now, wanted=changes)
        return self.answer()

    destroy = deleting(
        organisations.remove,
        "Remove an organization.\n\n"
        "Answers 409 while it has projects that are not removed, offerings, or is a service "
        "provider. Its roles and hooks end.",
    )
