"""The page of the staff that says why a person cannot use an allocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounting.services.explaining import explain
from accounting.slurm_messages import LONGEST
from allocations.models import MembershipSyncStatus, OfferingUser
from common.admin import refusals
from common.admin.choosing import RowSelect
from common.errors import DomainError
from common.obstacles import who
from config.pages.dashboard.panel import Cell, page_of
from identity.models import Grant, User
from identity.roles import ScopeType
from marketplace.models import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.urls import URLPattern

    from accounting.services.explaining import Explanation
    from common.obstacles import Told

NAME = "obstacles"
NOUNS = {
    "account": "account",
    "customer": "organization",
    "entitled": "person at the AAI",
    "offering": "offering",
    "order": "order",
    "policy": "usage policy",
    "project": "project",
    "resource": "allocation",
    "user": "person",
}
"""What the rows are called that staff look at."""

MOST_OFFERED = 50
"""How many people, or allocations, are offered to choose from."""


class ObstaclesForm(forms.Form):
    """Whose use of what is looked at, and what Slurm says."""

    resource = forms.ModelChoiceField(
        Resource.objects.select_related("project__customer", "offering__customer"),
        label="Allocation",
        widget=RowSelect(MembershipSyncStatus._meta.get_field("resource"), admin.site),
    )
    user = forms.ModelChoiceField(
        User.objects.filter(is_removed=False),
        label="Person",
        widget=RowSelect(OfferingUser._meta.get_field("user"), admin.site),
    )
    slurm = forms.CharField(
        label="What Slurm says",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="As squeue has it in brackets, or what sbatch prints: (AssocGrpCPUMinutesLimit)",
    )


class ObstacleLine(NamedTuple):
    """An obstacle as a line of the page."""

    told: Told
    lifted_by: str
    looked_at: Cell | None


def links_about(row: Any) -> list[Cell]:
    """Return where a row's page leads to: why a person cannot use it, or somebody an allocation."""
    if isinstance(row, Resource):
        return [Cell("Why can somebody not use it?", address(resource=row.pk))]
    if isinstance(row, User):
        return [Cell("Why can they not use an allocation?", address(user=row.pk))]
    return []


def address(**query: int) -> str:
    """Return the address of the page for an allocation, a person, or both."""
    return f"{reverse(f'admin:{NAME}')}?{urlencode(query)}"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the page's route, for the staff alone."""

    def page(request: HttpRequest) -> TemplateResponse:
        return _page(site, request)

    return [path(f"{NAME}/", site.admin_view(page), name=NAME)]


def _page(site: admin.AdminSite, request: HttpRequest) -> TemplateResponse:
    form = ObstaclesForm(request.GET or None)
    explained: Explanation | None = None
    refusal = ""
    if form.is_valid():
        try:
            explained = _explained(form.cleaned_data, request.user)
        except DomainError as error:
            refusal = refusals.words(error)
    chosen: dict[str, Any] = getattr(form, "cleaned_data", {})
    context = {
        **site.each_context(request),
        "title": "Why can a person not use an allocation?",
        "form": form,
        "explained": explained,
        "lines": _lines(explained) if explained else (),
        "asked": _asked(explained) if explained else (),
        "offered": _offered(chosen),
        "refusal": refusal,
        "is_begun": bool(chosen.get("resource") or chosen.get("user")),
    }
    return TemplateResponse(request, "admin/staff/obstacles.html", context)


def _explained(chosen: dict[str, Any], asker: Any) -> Explanation:
    return explain(
        chosen["resource"],
        about=chosen["user"].uuid,
        slurm=chosen["slurm"],
        asker=asker,
        now=timezone.now(),
    )


def _lines(explained: Explanation) -> list[ObstacleLine]:
    return [
        ObstacleLine(one, who(one.lifted_by), _looked_at(one, explained))
        for one in explained.obstacles
    ]


def _looked_at(one: Told, explained: Explanation) -> Cell | None:
    row = explained.rows.get(one.on)
    if row is None:
        return None
    noun = NOUNS[one.on]
    title = noun if str(row).startswith(noun) else f"{noun}: {row}"
    return Cell(title, page_of(row))


def _asked(explained: Explanation) -> str:
    return who(explained.slurm.ask) if explained.slurm else ""


def _offered(chosen: dict[str, Any]) -> Sequence[Cell]:
    """Return the people of the allocation that was chosen, or the allocations of the person."""
    resource, user = chosen.get("resource"), chosen.get("user")
    grants = Grant.objects.filter(scope_type=ScopeType.PROJECT)
    if resource and not user:
        members = grants.filter(project=resource.project_id).values("user")
        people = User.objects.filter(pk__in=members, is_removed=False).order_by("username", "pk")
        return [
            Cell(f"{one.full_name} ({one.username})", address(resource=resource.pk, user=one.pk))
            for one in people[:MOST_OFFERED]
        ]
    if user and not resource:
        theirs = Resource.objects.filter(project__in=grants.filter(user=user).values("project"))
        rows = theirs.select_related("offering", "project").order_by("-pk")
        return [
            Cell(
                f"{one.name or one.slug} of {one.offering.name}, {one.project.name}",
                address(resource=one.pk, user=user.pk),
            )
            for one in rows[:MOST_OFFERED]
        ]
    return ()
