"""Names are held to one rule by every input, by the staff's pages and by presets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework import serializers

from config.common import names
from config.common.api.inputs import Input, check_name
from config.presets.loader.broken import Fault
from config.presets.loader.rows import checked
from identity.models import Customer, Project
from tests.factories.identity import CustomerFactory, ProjectFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

TURNED = "Ada\u202eecalevoL"


def inputs(base: Any = Input) -> list[Any]:
    return [one for sub in base.__subclasses__() for one in (sub, *inputs(sub))]


def test_every_input_checks_what_is_a_name() -> None:
    seen = set()
    for one in inputs():
        if issubclass(one, serializers.ModelSerializer) and not one.Meta.fields:
            continue
        for name, field in one().fields.items():
            if isinstance(field, serializers.CharField) and name in names.NAMES:
                assert check_name in field.validators, (one, name)
                seen.add(name)
    assert {"name", "first_name", "title", "username", "backend_id", "slug"} <= seen


def test_no_organisation_project_person_or_order_gets_such_a_name(
    as_user: Callable[[User], Any], dave: User, project: Project, offering: Offering
) -> None:
    client = as_user(dave)
    at = "http://testserver/api"
    refused, nameless = {"name": [names.STRANGE]}, {"name": [names.EMPTY]}
    me = f"users/{dave.uuid.hex}/"
    customer = f"{at}/customers/{project.customer.uuid.hex}/"
    order = {
        "offering": f"{at}/marketplace-public-offerings/{offering.uuid.hex}/",
        "project": f"{at}/projects/{project.uuid.hex}/",
        "attributes": {"name": TURNED},
    }
    for method, path, body, answer in (
        ("post", "customers/", {"name": TURNED}, refused),
        ("post", "projects/", {"name": TURNED, "customer": customer}, refused),
        ("patch", f"projects/{project.uuid.hex}/", {"name": "a\nb"}, refused),
        ("patch", f"projects/{project.uuid.hex}/", {"name": "\u200b"}, nameless),
        (
            "patch",
            me,
            {"first_name": TURNED},
            {"first_name": [names.STRANGE]},
        ),
        ("post", "marketplace-orders/", order, refused),
    ):
        sent = getattr(client, method)(f"/api/{path}", body, format="json")
        assert (sent.status_code, sent.json()) == (400, answer), path


def test_presets_have_no_such_names() -> None:
    for model in (CustomerFactory, ProjectFactory):
        with pytest.raises(Fault, match="not allowed in names"):
            checked(model(name=TURNED))


def test_staff_give_no_such_names(client: Any, dave: User) -> None:
    client.force_login(dave)
    answer = client.post("/admin/identity/customer/add/", {"name": TURNED})
    assert names.STRANGE in answer.content.decode()
    assert not Customer.objects.exists()
