"""Days and moments come in through fields with bounds, wherever they come in."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from rest_framework import serializers

from common.admin.staff_actions import StaffActionForm
from common.admin.times import DayFormField, MomentFormField, SplitMomentField
from common.api.inputs import Input
from common.api.times import DayField, MomentField
from tests.house.test_structure import ROOT
from tests.rooms import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = {"fromisoformat", "fromtimestamp", "parse_date", "parse_datetime", "strptime"}
MAY_READ = {
    "common/times.py",
    "config/logs.py",  # the time of a line, by its own clock
    "common/api/times.py",
    "identity/services/told.py",  # what it wrote itself; what cannot be read is old
    "marketplace/options.py",  # a time of day
}


def below(parent: Any) -> Iterator[type[Any]]:
    child: type[Any]
    for child in parent.__subclasses__():
        yield child
        yield from below(child)


def all_of(field: Any) -> Iterator[Any]:
    while field is not None:
        yield field
        field = getattr(field, "child", None)


def test_every_day_and_moment_of_an_input_has_bounds() -> None:
    unbounded = [
        f"{one.__module__}.{one.__name__}.{name}"
        for one in set(below(Input))
        if getattr(getattr(one, "Meta", None), "fields", True)
        for name, declared in getattr(one, "_declared_fields", {}).items()
        for field in all_of(declared)
        if isinstance(field, serializers.DateField | serializers.DateTimeField)
        and not isinstance(field, DayField | MomentField)
    ]
    assert unbounded == []


def test_every_day_and_moment_of_a_form_has_bounds(rf: Any) -> None:
    request = rf.get("/admin/")
    pages = {
        f"{model.__name__}.{column.name}": page.formfield_for_dbfield(column, request)
        for model, page in admin.site._registry.items()
        for column in model._meta.concrete_fields
        if column.get_internal_type() in {"DateField", "DateTimeField"}
    }
    declared = {
        f"{form.__name__}.{name}": field
        for form in set(below(StaffActionForm)) | set(below(forms.ModelForm))
        if form.__module__.split(".")[0] in PACKAGES
        for name, field in form.base_fields.items()
    }
    unbounded = [
        name
        for name, field in {**pages, **declared}.items()
        if isinstance(field, forms.DateField | forms.DateTimeField | forms.SplitDateTimeField)
        and not isinstance(field, DayFormField | MomentFormField | SplitMomentField)
    ]
    assert unbounded == []


def test_texts_are_read_as_days_and_moments_in_one_place() -> None:
    strangers = [
        f"{path.relative_to(ROOT)}: {node.attr if isinstance(node, ast.Attribute) else node.id}"
        for app in PACKAGES
        for path in sorted(Path(ROOT / app).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in MAY_READ and "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in READERS)
        or (isinstance(node, ast.Name) and node.id in READERS)
    ]
    assert strangers == []
