"""Every model's pages: for the staff and for nobody else, cheap, and without a way to delete."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from common.admin.records import RecordAdmin
from tests.admin.pages import action_address, address, buttons, page_of, text
from tests.admin.rows import MAKERS
from tests.cases import each
from tests.rooms import APPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.test import Client

    from identity.models import User
    from tests.cases import Case

pytestmark = pytest.mark.django_db

REGISTRY: list[tuple[type[Model], Any]] = sorted(
    admin.site._registry.items(), key=lambda item: item[0]._meta.label
)
PAGES = dict(REGISTRY)
MODELS = [model for model, _ in REGISTRY]
STAFF_ACTIONS = [(model, action) for model, pages in REGISTRY for action in pages.staff_actions]


def named(pair: tuple[type[Model], Any]) -> str:
    """Return what names an action of a model where it fails."""
    return f"{pair[0]._meta.model_name}-{pair[1].name}"


every_model = each("model", MODELS, ids=lambda model: model._meta.label)
every_action = each(("model", "action"), STAFF_ACTIONS, ids=named)


def test_every_model_of_ours_has_its_pages_and_nothing_else_has() -> None:
    ours = {
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy
    }
    assert set(MODELS) == ours == set(MAKERS)
    assert all(isinstance(pages, RecordAdmin) for _, pages in REGISTRY)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
        assert response.status_code == 200, response
    return len(captured)


@every_model
def test_a_list_takes_as_many_queries_for_ten_rows_as_for_one(
    staff: Client, model: type[Model]
) -> None:
    MAKERS[model]()
    url = address(model, "changelist")
    staff.get(url)  # once, so that nothing is asked for the first time only
    few = queries_of(staff, url)
    for _ in range(9):
        MAKERS[model]()
    assert queries_of(staff, url) == few


@every_model
def test_a_list_is_searched_filtered_by_date_and_by_everything_it_offers(
    staff: Client, model: type[Model]
) -> None:
    row = MAKERS[model]()
    url = address(model, "changelist")
    response = staff.get(url, {"q": "some thing"})
    assert response.status_code == 200
    uuid = getattr(row, "uuid", None)
    if uuid is not None:
        for form in (uuid.hex, str(uuid)):
            found = staff.get(url, {"q": form}).context["cl"]
            assert [other.pk for other in found.result_list] == [row.pk]
    offered = {
        choice["query_string"]
        for spec in staff.get(url).context["cl"].filter_specs
        for choice in spec.choices(response.context["cl"])
    }
    for query in sorted(offered):  # "All" of each filter leads to the same page
        assert staff.get(url + query).status_code == 200, query


@every_model
def test_a_row_s_page_shows_it_and_lets_nobody_type_in_states_and_identifiers(
    staff: Client, model: type[Model]
) -> None:
    row = MAKERS[model]()
    response = staff.get(page_of(row))
    assert response.status_code == 200
    title = PAGES[model].title_of(row)
    assert title in text(response)
    form = response.context["adminform"].form
    assert not {"state", "uuid", "digest", "password", "secret_options"} & set(form.fields)


@every_model
def test_a_new_row_is_offered_exactly_where_a_service_makes_it(
    staff: Client, model: type[Model]
) -> None:
    pages = PAGES[model]
    makes = bool(pages.create_with) or type(pages).create is not RecordAdmin.create
    changes = bool(pages.change_with) or type(pages).change is not RecordAdmin.change
    assert staff.get(address(model, "add")).status_code == (200 if makes else 403)
    assert bool(pages.asked) == makes
    assert bool(pages.editable) == changes


@every_model
def test_nothing_is_deleted(staff: Client, model: type[Model]) -> None:
    row = MAKERS[model]()
    url = address(model, "delete", row.pk)
    assert (staff.get(url).status_code, staff.post(url, {"post": "yes"}).status_code) == (403, 403)
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    staff.post(address(model, "changelist"), chosen)
    assert model._default_manager.filter(pk=row.pk).exists()


@each("model", [m for m in MODELS if not PAGES[m].editable], ids=lambda model: model._meta.label)
def test_a_row_that_no_service_changes_is_not_changed(staff: Client, model: type[Model]) -> None:
    row = MAKERS[model]()
    assert staff.post(page_of(row), {"state": "done"}).status_code == 403


@pytest.fixture
def outsiders(
    client: Client, browser: Callable[[User], Client], alice: User, carol: User, sam: User
) -> list[Client]:
    """Return the browsers of nobody, an allocator, a provider and somebody of the support."""
    return [client, *(browser(user) for user in (alice, carol, sam))]


@every_model
def test_nobody_but_the_staff_comes_in(outsiders: list[Client], model: type[Model]) -> None:
    row = MAKERS[model]()
    pages = (
        address(model, "changelist"),
        address(model, "add"),
        page_of(row),
        address(model, "delete", row.pk),
        address(model, "history", row.pk),
        address(model, "do", "remove"),
    )
    for outsider, url in product(outsiders, pages):
        response = outsider.get(url)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_somebody_who_is_no_longer_active_does_not_come_in(dave: User, staff: Client) -> None:
    dave.is_active = False
    dave.save()
    assert staff.get("/admin/").status_code == 302


@every_action
def test_an_action_asks_before_it_is_done(staff: Client, model: type[Model], action: Any) -> None:
    row = MAKERS[model]()
    response = staff.get(action_address(action.name, row))
    assert response.status_code == 200
    assert action.label in text(response)
    offered = f'value="{escape(action.label)}"' in response.content.decode()
    assert offered == action.possible(row)


@each(
    "model",
    [m for m in MODELS if any(action.states is not None for action in PAGES[m].staff_actions)],
    ids=lambda model: model._meta.label,
)
def test_an_action_is_refused_with_a_message_in_every_state_that_does_not_allow_it(
    staff: Client, model: type[Model], case: Case
) -> None:
    row = MAKERS[model]()
    actions = [action for action in PAGES[model].staff_actions if action.states is not None]
    for state in sorted(state for state, _ in row._meta.get_field("state").flatchoices):
        model._default_manager.filter(pk=row.pk).update(state=state)
        row.refresh_from_db()
        refused = [action for action in actions if state not in action.states]
        offered = buttons(staff, row) if refused else []
        for action in refused:
            with case(model=model._meta.label, state=state, action=action.name):
                assert action.label not in offered
                _refuses(staff, model, action, row)


def _refuses(staff: Client, model: type[Model], action: Any, row: Any) -> None:
    before = model._default_manager.filter(pk=row.pk).values().get()
    answers = {name: _answer(field) for name, field in action.form(rows=[row]).fields.items()}
    response = staff.post(action_address(action.name, row), answers)
    assert response.status_code == 200
    assert "This is not possible" in text(response)
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def _answer(field: Any) -> str:
    choices = getattr(field, "choices", None)
    return str(next(iter(choices))[0]) if choices else "something"


def test_an_unknown_action_is_not_found(staff: Client, dave: User) -> None:
    assert staff.get(action_address("conjure", dave)).status_code == 404


@pytest.mark.parametrize("rows", ["", "nothing", "0", "99999999999999999999", "1;drop"])
def test_an_action_to_no_row_leads_back_to_the_list(staff: Client, rows: str) -> None:
    response = staff.get("/admin/identity/user/do/deactivate/", {"rows": rows})
    assert (response.status_code, response["Location"]) == (302, "/admin/identity/user/")


def test_the_sidebar_leads_to_every_list(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the other tests leave it out
    shown = staff.get("/admin/identity/user/").content.decode().partition('id="nav-sidebar"')[2]
    assert [
        model for model in MODELS if f'href="{address(model, "changelist")}"' not in shown
    ] == []
