"""Names are held to one rule by every input, by the staff's pages and by presets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import get_resolver
from rest_framework import serializers

from accounting.api.usage_policies.inputs import SlurmCommandResultInput
from allocations.api.agent_logs.inputs import SiteAgentLogCreateInput
from allocations.api.agents.inputs import AgentServiceStatisticsInput
from common import names
from common.api.inputs import Input, check_name
from config.presets.loader.faults import Fault
from config.presets.loader.rows import checked
from identity.api.keys.serializers import SshKeyInput
from identity.models import Customer, Project
from marketplace.api.orders.inputs import OrderErrorDetailsInput
from tests.factories.identity import CustomerFactory, ProjectFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

TURNED = "Ada\u202eecalevoL"


def inputs(base: Any = Input) -> list[Any]:
    get_resolver().url_patterns  # noqa: B018 - what imports them all
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
            if isinstance(field, serializers.ListField) and name != "commands_executed":
                is_free = isinstance(field.child, serializers.CharField)
                assert not is_free or check_name in field.child.validators, (one, name)
            plain = type(field) in {serializers.JSONField, serializers.DictField}
            assert not plain or name in {"prices", "quotas"}, (one, name)  # keys are components
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
        ("post", "marketplace-orders/", order, {"attributes": [f"name: {names.STRANGE}"]}),
    ):
        sent = getattr(client, method)(f"/api/{path}", body, format="json")
        assert (sent.status_code, sent.json()) == (400, answer), path


def test_lists_and_documents_hold_no_such_names_either(
    as_user: Callable[[User], Any], dave: User, project: Project, offering: Offering
) -> None:
    client = as_user(dave)
    at = f"marketplace-provider-offerings/{offering.uuid.hex}"
    described = {"order": ["a"], "options": {"a": {"type": "string", "label": TURNED}}}
    odd_key = {"order": [TURNED], "options": {TURNED: {"type": "string", "label": "a"}}}
    source = {"username": "asa", "source": "isd:efp"}
    person = {"username": "asa", "email": "asa@example.org"}
    patterns = ("user_affiliations", "user_email_patterns", "user_identity_sources")
    wrong: list[tuple[str, str, Any, str]] = [
        ("post", f"{at}/update_options/", {"options": described}, "options"),
        ("post", f"{at}/update_options/", {"options": odd_key}, "options"),
        ("post", f"{at}/update_resource_options/", {"resource_options": described},
         "resource_options"),
        ("post", f"{at}/update_attributes/", {TURNED: "a"}, "non_field_errors"),
        ("post", f"{at}/update_attributes/", {"a": "b\x07"}, "non_field_errors"),
        ("post", f"{at}/update_integration/", {"plugin_options": {"a": [TURNED]}},
         "plugin_options"),
        ("post", "users/", {**person, "affiliations": [TURNED]}, "affiliations"),
        ("post", "identity-bridge/", {**source, "affiliations": ["a\x07"]}, "affiliations"),
        ("post", "identity-bridge/", {**source, "identity_source": TURNED}, "identity_source"),
        *(("patch", f"projects/{project.uuid.hex}/", {name: [TURNED]}, name) for name in patterns),
        *(("patch", f"customers/{project.customer.uuid.hex}/", {name: [TURNED]}, name)
          for name in patterns),
    ]  # fmt: skip
    for method, path, body, field in wrong:
        sent = getattr(client, method)(f"/api/{path}", body, format="json")
        assert (sent.status_code, list(sent.json())) == (400, [field]), (path, sent.json())


def test_slugs_begin_with_a_letter_or_a_digit(
    as_user: Callable[[User], Any], dave: User, project: Project, offering: Offering
) -> None:
    client = as_user(dave)
    resource = ResourceFactory(project=project, offering=offering)
    for method, path in (
        ("patch", f"projects/{project.uuid.hex}/"),
        ("patch", f"customers/{project.customer.uuid.hex}/"),
        ("patch", f"users/{dave.uuid.hex}/"),
        ("post", f"marketplace-resources/{resource.uuid.hex}/set_slug/"),
        ("post", f"marketplace-provider-offerings/{offering.uuid.hex}/update_overview/"),
    ):
        sent = getattr(client, method)(f"/api/{path}", {"slug": "-x", "name": "a"}, format="json")
        assert (sent.status_code, sent.json()) == (400, {"slug": [names.NO_SLUG]}), path


def test_what_machines_tell_is_kept_as_they_wrote_it() -> None:
    statistics = {"last_error": "\x1b[31mslurmctld: no\x1b[0m"}
    assert AgentServiceStatisticsInput(data={"statistics": statistics}).is_valid()
    for one, told in (
        (SlurmCommandResultInput, {"commands_executed": ["sacctmgr\x1b[0m\nmodify"]}),
        (OrderErrorDetailsInput, {"error_traceback": 'File "a"\n\t\x1b[31mKeyError'}),
        (SshKeyInput, {"public_key": "ssh-ed25519 AAAA a@b\r\n"}),
        (SiteAgentLogCreateInput, {"message": "\x1b[1mINFO\x1b[0m \u202e"}),
    ):
        judged: Any = one(data=told)
        judged.is_valid()
        assert not set(told) & set(judged.errors), judged.errors


def test_presets_have_no_such_names() -> None:
    for model in (CustomerFactory, ProjectFactory):
        for wrong in ({"name": TURNED}, {"user_affiliations": ["a", TURNED]}, {"slug": "-x"}):
            with pytest.raises(Fault, match="not allowed|begins with"):
                checked(model(**wrong))


def test_staff_give_no_such_names(client: Any, dave: User) -> None:
    client.force_login(dave)
    answer = client.post("/admin/identity/customer/add/", {"name": TURNED})
    assert names.STRANGE in answer.content.decode()
    assert not Customer.objects.exists()


def test_staff_edit_a_row_whose_names_are_from_before(client: Any, dave: User) -> None:
    """What was not touched is not judged; what was, is."""
    old = ProjectFactory(name=TURNED, slug="-old", user_affiliations=[TURNED])
    page = f"/admin/identity/project/{old.pk}/change/"
    client.force_login(dave)
    form = client.get(page).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in shown.items()}

    answer = client.post(page, {**sent, "description": "new", "_reason": "x"})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    old.refresh_from_db()
    assert (old.description, old.name, old.slug) == ("new", TURNED, "-old")
    again = client.post(page, {**sent, "name": f"{TURNED}.", "backend_id": "a\u202eb"})
    assert set(again.context["adminform"].form.errors) == {"name", "backend_id"}
