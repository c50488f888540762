"""The base of every model's pages in the admin.

A row can be looked at. It can be made or changed where a service does so, and never be deleted:
what shall go away goes by a staff action, so that the record of it stays.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, DateTimeField, JSONField, Q, URLField
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from common.admin import refusals
from common.admin.choosing import RowSelect
from common.admin.columns import EMPTY
from common.admin.lists import RecordList
from common.admin.staff_action_pages import StaffActionPages
from common.admin.staff_actions import faults_of_names
from common.admin.times import DayFormField, SplitMomentField
from common.errors import DomainError
from common.json_values import unkeepable_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.contrib.admin.views.main import ChangeList
    from django.db.models import ForeignKey, QuerySet
    from django.forms import ModelChoiceField, ModelForm
    from django.http import HttpRequest, HttpResponse

    from common.admin.related_tables import RelatedTable


def section(title: str | None, *fields: Any, folded: bool = False) -> Any:
    """Return a group of fields of a row's page: columns, methods or callables."""
    classes = {"classes": ("collapse",)} if folded else {}
    return (title, {"fields": fields, **classes})


class RecordAdmin(StaffActionPages):
    """A model's pages.

    `asked` are the fields of a new row, which the service `create_with` makes; `editable` those
    that the service `change_with` writes. Without them nothing is added or changed. Where a service
    takes its arguments otherwise, `create` or `change` is overridden. `fieldsets` are what a row's
    page shows: columns, methods or callables; without them what was asked for, and its record.
    """

    asked: tuple[Any, ...] = ()
    editable: tuple[str, ...] = ()
    create_with: Callable[..., Any] | None = None
    change_with: Callable[..., Any] | None = None
    add_form: type[ModelForm[Any]] | None = None
    related_tables: tuple[RelatedTable, ...] = ()
    uuids: tuple[str, ...] = ("uuid",)

    change_form_template = "admin/staff/record.html"
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    save_on_top = False
    view_on_site = False
    empty_value_display = EMPTY
    formfield_overrides = {
        URLField: {"assume_scheme": "https"},
        DateField: {"form_class": DayFormField},
        DateTimeField: {"form_class": SplitMomentField},
    }

    class Media:
        css = {"all": ("staff/staff.css",)}

    def create(self, fields: dict[str, Any], *, actor: Any, now: datetime) -> Any:
        """Make a row through a service and return it; without one, nothing is added here."""
        if self.create_with is None:
            raise PermissionDenied
        return self.create_with(**fields, actor=actor, now=now)

    def change(self, row: Any, changes: dict[str, Any], *, actor: Any, now: datetime) -> None:
        """Change a row through a service; without one, nothing is changed here."""
        if self.change_with is None:
            raise PermissionDenied
        self.change_with(row, **changes, actor=actor, now=now)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list in the order of people that takes every address."""
        return RecordList

    # --- who may what -----------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let staff add where a service makes rows."""
        return bool(self.asked) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let staff change where a service changes rows."""
        return bool(self.editable) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete nothing."""
        return False

    # --- fields -----------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that a new row is asked for, or all that is shown of a known one."""
        if obj is None and self.asked:
            return ((None, {"fields": self.asked}),)
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None else self._shown(fieldsets, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what the page of a row shows where no `fieldsets` say it."""
        return (*self.asked, "uuid", "created", "modified")

    def _shown(self, fieldsets: Any, row: Any) -> Any:
        """Leave out what is neither known nor can be filled in."""
        shown = []
        for title, options in fieldsets:
            fields = tuple(n for n in options["fields"] if n in self.editable or self._says(n, row))
            if fields:
                shown.append((title, {**options, "fields": fields}))
        return tuple(shown)

    def _says(self, name: Any, row: Any) -> bool:
        if not callable(name) and not hasattr(self, name):
            column = self.model._meta.get_field(name)
            if column.many_to_many:
                return True
            value = getattr(row, column.attname)
            return value is not None and value not in ("", {}, [])
        return bool((name(row) if callable(name) else getattr(self, name)(row)) != EMPTY)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return everything that is shown and not editable."""
        if obj is None:
            return ()
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))
        return tuple(name for name in shown if name not in self.editable)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Return the form, with what the service objected to when it is shown again."""
        if obj is None and self.add_form is not None:
            kwargs["form"] = self.add_form
        form = super().get_form(request, obj, *args, **kwargs)
        form = refusals.judged(form, faults_of_names)
        if rules := getattr(self.admin_site, "faults", None):
            form = refusals.judged(form, rules)
        refusal = getattr(request, "refusal", None)
        return form if refusal is None else refusals.refused(form, refusal)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Return the field of a reference; what is no key chooses nothing in it."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- saving -----------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form again, as it was filled in, when the service objects."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:  # noqa: FBT001
        """Hand what was filled in to the service and return the row that it wrote."""
        now = timezone.now()
        if not change:
            return self.create(_values(form, form.cleaned_data), actor=request.user, now=now)
        row = self.get_queryset(request).get(pk=form.instance.pk)
        self.change(row, _values(form, form.changed_data), actor=request.user, now=now)
        row.refresh_from_db()
        return row

    def save_model(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the service has written the row."""

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the service has written what belongs to it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Keep no second log: the service has recorded an event."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Keep no second log: the service has recorded an event."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row at an address; one that names an empty column means the key."""
        return super().get_object(request, object_id, from_field or None)

    # --- pages ------------------------------------------------------------------------------------

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find rows by a UUID in either form, and by what `search_fields` say if it is nobody's."""
        if unkeepable_text(search_term) is not None:
            return queryset.none(), False
        uuid = _uuid(search_term)
        if uuid is not None and self.uuids:
            named = queryset.filter(reduce(or_, (Q(**{name: uuid}) for name in self.uuids)))
            if named.exists():
                return named, False
        return super().get_search_results(request, queryset, search_term)

    def get_related_tables(self, row: Any) -> tuple[RelatedTable, ...]:
        """Return the related tables of a row's page."""
        return self.related_tables

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the row's staff actions and related tables to its page."""
        row = context.get("original")
        if row is not None:
            filters = self.get_preserved_filters(request)
            context["row_title"] = context["subtitle"] = self.title_of(row)
            context["staff_actions"] = self.buttons(row, filters)
            if links_about := getattr(self.admin_site, "links_about", None):
                context["links_about"] = links_about(row)
            context["related_tables"] = [
                self._related_table(table, row, request) for table in self.get_related_tables(row)
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def _related_table(
        self, table: RelatedTable, row: Any, request: HttpRequest
    ) -> Mapping[str, Any]:
        pages = self.admin_site.get_model_admin(table.model)
        return table.on(row, pages, may_add=pages.has_add_permission(request))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the events about the row: they are its history."""
        row = self.get_object(request, object_id)
        if row is None or not hasattr(row, "uuid"):
            raise Http404("Nothing is recorded about this.")
        events = reverse("admin:identity_event_changelist")
        return HttpResponseRedirect(f"{events}?subject_uuid__exact={row.uuid.hex}")


def _values(form: Any, names: Any) -> dict[str, Any]:
    """Return what was filled in; an empty JSON field is what the column is without it."""
    columns = {column.name: column for column in form._meta.model._meta.get_fields()}
    values = {name: form.cleaned_data[name] for name in names}
    for name, value in values.items():
        column = columns.get(name)
        if value is None and isinstance(column, JSONField) and not column.null:
            values[name] = column.get_default()
    return values


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
