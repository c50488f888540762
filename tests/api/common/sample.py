"""A small endpoint of its own, so that the base is tested apart from every real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.urls import include, path
from rest_framework import serializers

from common.api.access import PUBLIC, SCOPED, STAFF, Needs, Own, Rule
from common.api.actions import command, creates, listing, updates
from common.api.filters import (
    ApiFilterSet,
    Before,
    Choices,
    Contains,
    Exact,
    Flag,
    Never,
    Ordering,
    Search,
    Since,
    Url,
    Uuids,
)
from common.api.inputs import Input, RelatedUrl
from common.api.reads.outputs import Output, UrlField, UuidField
from common.api.schema import ApiRouter
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.errors import Conflict, Invalid
from identity.models import Customer, Project
from identity.permissions import Permission
from identity.project_kinds import ProjectKind

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class SampleOutput(Output):
    class Meta:
        model = Project
        fields = ("url", "uuid", "name", "description", "end_date")

    url = UrlField("sample-detail")
    uuid = UuidField()


class SampleInput(Input):
    name = serializers.CharField(max_length=20)
    customer = RelatedUrl("sample-customer-detail", Customer)


class SampleChange(Input):
    name = serializers.CharField(max_length=20)


class SampleFilter(ApiFilterSet):
    class Meta:
        model = Project

    name = Contains("name")
    name_exact = Exact("name")
    customer = Uuids("customer__uuid")
    customer_url = Url("customer__uuid")
    kind = Choices("kind", ProjectKind)
    is_industry = Flag("is_industry")
    created = Since("created")
    created_before = Before("created")
    query = Search("name__icontains", "backend_id", uuid="uuid")
    affiliation = Never("affiliations are not served", kind="boolean")
    o = Ordering({"name": "name", "customer_name": "customer__name"})


class SampleViewSet(Listed, Retrieved, ApiViewSet):
    model = Project
    output = SampleOutput
    filterset_class = SampleFilter
    default_order = ("name",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": Needs(Permission.CREATE_PROJECT, on=("customer",)),
        "update": Needs(Permission.UPDATE_PROJECT, on=("", "customer")),
        "only_staff": STAFF,
        "break_a_rule": SCOPED,
        "come_too_late": SCOPED,
        "crash": SCOPED,
        "unasked": Own("end_date_requested_by"),
        "others": SCOPED,
    }

    @creates(SampleInput)
    def create(self, request: Request) -> Response:
        data = self.data(SampleInput)
        return self.created(Project.objects.create(**data, slug=uuid4().hex))

    @updates(SampleChange)
    def update(self, request: Request, uuid: str) -> Response:
        project = self.row()
        project.name = self.data(SampleChange)["name"]
        project.save()
        return self.reply(project)

    @command()
    def only_staff(self, request: Request, uuid: str) -> Response:
        return self.answer()

    @command()
    def undeclared(self, request: Request, uuid: str) -> Response:
        return self.answer()

    @command()
    def unasked(self, request: Request, uuid: str) -> Response:
        return self.answer()

    @command()
    def break_a_rule(self, request: Request, uuid: str) -> Response:
        raise Invalid({"limits": {"cpu": ["Too many."]}, "usages": [{"amount": ["Negative."]}]})

    @command()
    def come_too_late(self, request: Request, uuid: str) -> Response:
        raise Conflict("Valid states for operation: OK.")

    @command()
    def crash(self, request: Request, uuid: str) -> Response:
        Project.objects.create(customer=self.row().customer, name="half", slug="half")
        raise ZeroDivisionError

    @listing(SampleOutput, order=("-name",))
    def others(self, request: Request, uuid: str) -> Response:
        return self.page(self.rows().exclude(pk=self.row().pk))


class SampleCustomerOutput(Output):
    class Meta:
        model = Customer
        fields = ("uuid", "name")

    uuid = UuidField()


class SampleCustomerViewSet(Listed, Retrieved, ApiViewSet):
    model = Customer
    output = SampleCustomerOutput
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}


router = ApiRouter()
router.register("sample", SampleViewSet, basename="sample")
router.register("sample-customers", SampleCustomerViewSet, basename="sample-customer")
urlpatterns = [path("api/", include(router.urls))]
