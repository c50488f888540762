"""Whatever an address or a form has in the place of a word, a number or a key: no page fails."""

from __future__ import annotations

import re
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import RequestFactory

from tests.admin.pages import address, page_of, said
from tests.admin.rows import MAKERS
from tests.rooms import APPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model
    from django.http import HttpRequest
    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

ODD: tuple[Any, ...] = ("\x00", "x", "9" * 30, "-1", "1e400", "٣", "[", b"\xed\xa0\x80")
TYPED = tuple(odd for odd in ODD if isinstance(odd, str))
"""Those that a form carries: half a surrogate is found in the bytes of addresses only."""

NO_KEYS = ("x", "9" * 30, "1e400", "[")

PAGES: dict[type[Model], Any] = dict(admin.site._registry)
UNITS = ("year", "month", "day")
OF_EVERY_LIST = ("q", "o", "p", "all", "_popup", "_facets")

each_app = pytest.mark.parametrize("app", APPS)


def models_of(app: str) -> list[type[Model]]:
    return [model for model in PAGES if model._meta.app_label == app]


def asked(client: Client, place: str, data: dict[str, Any] | None = None) -> Any:
    """Return the answer to an address or to a form, which is none of a fault of ours."""
    try:
        response = client.get(place) if data is None else client.post(place, data)
    except Exception as error:
        error.add_note(f"asked for {place} with {data}")
        raise
    assert response.status_code < 500, (place, data)
    return response


def with_odd(names: Iterable[str], in_turn: Iterator[Any]) -> Iterator[tuple[str, str]]:
    """Name every parameter with a NUL and the next of the values, as a query."""
    for name in names:
        for odd in ("\x00", next(in_turn)):
            yield name, f"?{name}={quote(odd)}"


# --- lists ----------------------------------------------------------------------------------------


def looked_at(model: type[Model], query: str, user: User) -> Any:
    """Return the answer of a list before it is drawn, which takes most of the time."""
    request: HttpRequest = RequestFactory().get(address(model, "changelist") + query)
    request.user = user
    try:
        return PAGES[model].changelist_view(request)
    except Exception as error:
        error.add_note(f"asked for {request.get_full_path()}")
        raise


@each_app
def test_a_list_is_filtered_by_anything(dave: User, app: str) -> None:
    odd = cycle(ODD)
    for model in models_of(app):
        MAKERS[model]()
        specs = looked_at(model, "", dave).context_data["cl"].filter_specs
        names = [name for spec in specs for name in spec.expected_parameters()]
        for _, query in with_odd(names, odd):
            assert looked_at(model, query, dave).status_code in {200, 302}, query


@each_app
def test_the_calendar_of_a_list_is_turned_to_any_day(dave: User, app: str) -> None:
    odd = cycle(ODD)
    for model in models_of(app):
        MAKERS[model]()
        if column := PAGES[model].date_hierarchy:
            names = [f"{column}__{unit}" for unit in UNITS]
            queries = [query for _, query in with_odd(names, odd)]
            last = "&".join(f"{column}__{unit}=" for unit in UNITS)
            queries += [f"?{names[0]}=9999", f"?{names[0]}=9999&{names[1]}=12", f"?{last}"]
            for query in queries:
                answer = looked_at(model, query, dave)
                assert answer.status_code == 302 or answer.render(), query


def test_every_lookup_of_every_kind_of_column_takes_anything(dave: User) -> None:
    odd = cycle(ODD)
    kinds = {type(c): (m, c) for m in PAGES for c in m._meta.concrete_fields}
    for model, column in kinds.values():
        MAKERS[model]()
        for lookup in column.get_lookups():
            for _, query in with_odd([f"{column.name}__{lookup}"], odd):
                assert looked_at(model, query, dave).status_code in {200, 302}, query


@each_app
def test_a_list_is_searched_ordered_and_paged_by_anything(staff: Client, app: str) -> None:
    odd = cycle(ODD)
    for model in models_of(app):
        MAKERS[model]()
        url, given = address(model, "changelist"), quote(next(odd))
        query = "&".join(f"{name}={given}" for name in OF_EVERY_LIST)
        assert asked(staff, f"{url}?{query}").status_code == 200
        assert asked(staff, f"{url}?_to_field={given}").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["state__exact=%00", "created__year=" + "9" * 30, "created__year=9999", "id__range=1,x"],
)
def test_a_list_that_cannot_be_narrowed_like_that_is_shown_whole(staff: Client, query: str) -> None:
    url = "/admin/marketplace/order/"
    response = staff.get(f"{url}?{query}", follow=True)
    assert response.redirect_chain == [(f"{url}?e=1", 302)]
    assert response.status_code == 200


# --- actions --------------------------------------------------------------------------------------


@each_app
def test_an_action_on_no_key_leads_back_to_the_list_and_says_why(staff: Client, app: str) -> None:
    no_key = cycle(NO_KEYS)
    for model in models_of(app):
        url = address(model, "changelist")
        for action in PAGES[model].staff_actions:
            if action.alone:
                continue
            for odd in ("\x00", next(no_key)):
                chosen = {"action": action.name, "_selected_action": odd, "index": odd}
                response = asked(staff, url, chosen)
                assert (response.status_code, response["Location"]) == (302, url)
                assert "Items must be selected" in said(response)[-1]


def test_an_action_is_done_to_the_rows_among_odd_keys(staff: Client, alice: User) -> None:
    chosen = {"action": "deactivate", "_selected_action": ["x", alice.pk, "\x00"], "index": "0"}
    response = staff.post("/admin/identity/user/", chosen)
    assert response["Location"] == f"/admin/identity/user/do/deactivate/?rows={alice.pk}"


@each_app
def test_an_action_to_odd_keys_leads_back_to_the_list(staff: Client, app: str) -> None:
    odd = cycle(ODD)
    for model in models_of(app):
        for action in PAGES[model].staff_actions:
            for _, query in with_odd(["rows"], odd):
                response = asked(staff, address(model, "do", action.name) + query)
                assert response.status_code == 302, (model, action.name, query)
                assert response["Location"] == address(model, "changelist")


# --- forms ----------------------------------------------------------------------------------------


def references(form: Any) -> list[str]:
    """Name the fields of a form that want another row."""
    return [name for name, field in form.fields.items() if hasattr(field, "queryset")]


@each_app
def test_a_form_that_is_prefilled_with_no_key_has_nothing_chosen(staff: Client, app: str) -> None:
    no_key = cycle(NO_KEYS)
    for model in models_of(app):
        if not PAGES[model].asked:
            continue
        url = address(model, "add")
        wanted = references(asked(staff, url).context["adminform"].form)
        for name, query in with_odd(wanted, no_key):
            drawn = str(asked(staff, url + query).context["adminform"].form[name])
            assert not re.search(r'<option value="[^"]+"[^>]* selected', drawn), query


@each_app
def test_a_form_is_shown_again_with_an_error_at_what_wants_a_key(staff: Client, app: str) -> None:
    no_key = cycle(NO_KEYS)
    for model in models_of(app):
        new = [address(model, "add")] if PAGES[model].asked else []
        known = [page_of(MAKERS[model]())] if PAGES[model].editable else []
        for url in chain(new, known):
            wanted = references(asked(staff, url).context["adminform"].form)
            for odd in ("\x00", next(no_key)) if wanted else ():
                form = asked(staff, url, dict.fromkeys(wanted, odd)).context["adminform"].form
                assert set(wanted) <= set(form.errors), (url, odd)


# --- other pages ----------------------------------------------------------------------------------


@each_app
def test_a_search_for_a_row_to_choose_finds_nothing_by_what_no_text_has(
    staff: Client, app: str
) -> None:
    nothing = {"results": [], "pagination": {"more": False}}
    for model in models_of(app):
        for column in model._meta.get_fields():
            if not column.is_relation:
                continue
            names = f"app_label={app}&model_name={model._meta.model_name}&field_name={column.name}"
            response = asked(staff, f"/admin/autocomplete/?{names}&term=%00")
            found = response.json() if response.status_code == 200 else nothing
            assert found == nothing, names
            assert column.concrete or response.status_code == 403, names


@each_app
def test_a_row_s_pages_are_asked_for_with_anything(staff: Client, app: str) -> None:
    odd = cycle(ODD)
    for model in models_of(app):
        row = MAKERS[model]()
        for page in ("change", "delete", "history"):
            asked(staff, address(model, page, "KEY").replace("KEY", quote(next(odd))))
        asked(staff, f"{page_of(row)}?_to_field=")
        for _, query in with_odd(["_to_field", "_changelist_filters"], odd):
            asked(staff, page_of(row) + query)


def test_pages_of_no_model_are_asked_for_with_anything(client: Client, staff: Client) -> None:
    places = ("login/?next=", "jsi18n/?language=", "password_change/?next=", "?x=", "r/1/", "")
    for visitor in (client, staff):
        for place in places:
            for odd in ODD:
                asked(visitor, f"/admin/{place}{quote(odd)}")
    for odd in TYPED:
        asked(client, "/admin/login/?next=%00", {"username": odd, "password": odd, "next": odd})
        asked(staff, "/admin/password_change/", {"old_password": odd, "new_password1": odd})
        names = ("app_label", "model_name", "field_name", "page")
        asked(staff, "/admin/autocomplete/?" + "&".join(f"{n}={quote(odd)}" for n in names))


@pytest.mark.parametrize(
    "key", [r'"\000aaaaaaaaaaa"', r'"\303\251aaaaaaaa"', "x" * 3000, "a-b_c.d.e"]
)
def test_who_has_an_odd_session_is_nobody(client: Client, key: str) -> None:
    response = client.get("/admin/", headers={"cookie": f"sessionid={key}"})
    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/admin/")
