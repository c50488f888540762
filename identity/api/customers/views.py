"""`/api/customers/`: organisations and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, STAFF, Needs, Rule
from common.api.actions import command, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.customers.filters import CustomerFilter
from identity.api.customers.inputs import CustomerInput
from identity.api.customers.serializers import CustomerOutput
from identity.api.events.row_events import RowEvents
from identity.api.members.views import Members
from identity.api.organization_groups import OrganizationGroupsInput
from identity.models import Customer
from identity.permissions import Permission
from identity.services import organisations

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class CustomerViewSet(Members, RowEvents, Listed, Retrieved, ApiViewSet):
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
