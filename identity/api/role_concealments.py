"""`/api/customer-role-concealments/`: roles that are concealed from an organization."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from common.api.access import SCOPED, STAFF, Rule
from common.api.filters import ApiFilterSet, OneUuid
from common.api.inputs import Input, RelatedUuid
from common.api.operation_texts import Noun
from common.api.reads.outputs import Output, UuidField
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.models import Customer, Role, RoleConcealment
from identity.services import concealments


class CustomerRoleConcealmentOutput(Output):
    """A role that is concealed from an organization."""

    class Meta:
        model = RoleConcealment
        fields = always = ("customer_name", "customer_uuid", "role", "role_name", "uuid")

    customer_name = serializers.CharField(source="customer.name", allow_null=True)
    customer_uuid = UuidField(source="customer.uuid", allow_null=True)
    role = UuidField(source="role.uuid")
    role_name = serializers.CharField(source="role.name")


class CustomerRoleConcealmentInput(Input):
    """The role to conceal, and from which organization."""

    customer = RelatedUuid(Customer)
    role = RelatedUuid(Role)


class CustomerRoleConcealmentFilter(ApiFilterSet):
    """Concealed roles by role and organization."""

    role_uuid = OneUuid("role__uuid")
    scope_uuid = OneUuid("customer__uuid")


class CustomerRoleConcealmentViewSet(Listed, Retrieved, ApiViewSet):
    """A role that is concealed from an organization.

    There, in its projects and in its offerings, nobody but staff gives it or invites to it, and
    `GET /api/roles/` does not list it for the organization unless asked to. Who has it keeps it.
    Staff conceal roles; those who may give roles in the organization see which.
    """

    model = RoleConcealment
    noun = Noun("a concealed role", "concealed roles")
    output = CustomerRoleConcealmentOutput
    filterset_class = CustomerRoleConcealmentFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": STAFF,
        "destroy": STAFF,
    }

    create = creating(
        CustomerRoleConcealmentInput,
        concealments.create,
        "Conceal a role from an organization.\n\n"
        "Invitations and links to it that are open are refused when somebody accepts or uses them,"
        " unless they are in the name of staff. Answers 400 where it is concealed there already.",
    )
    destroy = deleting(
        concealments.remove,
        "Conceal a role from an organization no more.\n\nIt can be given there again.",
    )
