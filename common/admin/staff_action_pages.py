"""The pages on which staff actions are confirmed and carried out, and the ways that lead there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from common.admin import refusals
from common.admin.choosing import that_can_be
from common.admin.related_tables import facts
from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern

    from common.admin.staff_actions import StaffAction, StaffActionForm

    Pages = admin.ModelAdmin[Any]
else:
    Pages = admin.ModelAdmin

MOST_ROWS = 200
"""How many rows are acted on at once: each is a transaction of its own in one request."""


class StaffActionPages(Pages):
    """The pages on which staff actions are confirmed, and the ways that lead there."""

    staff_actions: tuple[StaffAction, ...] = ()

    def title_of(self, row: Any) -> str:
        """Return what people call a row."""
        return str(row)

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the staff actions to those of the model."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        view = self.admin_site.admin_view(self.staff_action_view)
        return [path("do/<slug:name>/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the actions that are possible in the state the list is narrowed to."""
        actions: dict[str, Any] = super().get_actions(request)
        state = request.GET.get("state__exact")
        for action in self.staff_actions:
            if not action.alone and (state is None or action.allowed_in(state)):
                go = partial(_to_confirmation, name=action.name)
                actions[action.name] = (go, action.name, action.label)
        return actions

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Do what was chosen from the list; what is no key chooses no row."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        keys = that_can_be(self.opts.pk, chosen)
        if keys != chosen:
            sent = request.POST.copy()
            sent.setlist(ACTION_CHECKBOX_NAME, keys)
            request.POST = sent  # type: ignore[assignment]
        return super().response_action(request, queryset, *args, **kwargs)

    def staff_action_url(self, name: str, keys: Sequence[object], filters: str = "") -> str:
        """Return the address at which a staff action is confirmed for the rows with these keys."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_do", args=[name])
        rows = urlencode({"rows": ",".join(str(key) for key in keys)})
        context: dict[str, Any] = {"preserved_filters": filters, "opts": self.opts}
        return add_preserved_filters(context, f"{address}?{rows}")

    def buttons(self, row: Any, filters: str) -> list[dict[str, str]]:
        """Return the actions that can be done to a row now, as links."""
        return [
            {"label": action.label, "url": self.staff_action_url(action.name, [row.pk], filters)}
            for action in self.staff_actions
            if action.possible(row)
        ]

    def staff_action_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask for what an action needs, then do it to each of the rows and tell how it went."""
        action = next((action for action in self.staff_actions if action.name == name), None)
        if action is None:
            raise Http404(f"There is no such action: {name}.")
        rows = self._chosen(request)
        if not rows or (action.alone and len(rows) > 1):
            messages.error(request, "Choose one row." if rows else "These rows are gone.")
            return HttpResponseRedirect(self._list_url(request))
        form = action.form(request.POST if request.method == "POST" else None, rows=rows)
        if request.method == "POST" and form.is_valid():
            answer = self._carry_out(request, action, rows, form)
            if answer is not None:
                return answer
        return self._staff_action_page(request, action, rows, form)

    def _chosen(self, request: HttpRequest) -> list[Any]:
        keys = that_can_be(self.opts.pk, request.GET.get("rows", "").split(","))
        rows = self.get_queryset(request).filter(pk__in=keys)
        joined = self.list_select_related
        if isinstance(joined, (list, tuple)) and joined:
            rows = rows.select_related(*joined)
        return list(rows.order_by("pk")[:MOST_ROWS])

    def _carry_out(
        self, request: HttpRequest, action: StaffAction, rows: Sequence[Any], form: StaffActionForm
    ) -> HttpResponse | None:
        """Do the action row by row; None when the one row was refused and the form says why."""
        now = timezone.now()
        done: list[Any] = []
        result: Any = None
        refused: list[tuple[Any, DomainError]] = []
        for row in rows:
            title = self.title_of(row)
            try:
                asked = dict(form.cleaned_data)
                result = action.do(row, actor=request.user, now=now, asked=asked)
            except DomainError as error:
                refused.append((title, error))
            else:
                done.append(title)
        if refused and len(rows) == 1:
            refusals.put_on(form, refused[0][1])
            return None
        if action.reveals is not None and done:
            return self._revelation(request, action, rows[0], action.reveals(result))
        if done:
            count = f" ({len(done)})" if len(done) > 1 else ""
            messages.success(request, f"{action.done}{count}: {', '.join(done)}.")
        for title, refusal in refused:
            reason = refusals.words(refusal)
            messages.error(request, f"{action.label}: not done to {title}. {reason}")
        return HttpResponseRedirect(self._way_back(request, rows))

    def _way_back(self, request: HttpRequest, rows: Sequence[Any]) -> str:
        """Return the row's page when there is one row and it is still there, else the list."""
        if len(rows) > 1 or not self.get_queryset(request).filter(pk=rows[0].pk).exists():
            return self._list_url(request)
        return self._row_url(request, rows[0])

    def _row_url(self, request: HttpRequest, row: Any) -> str:
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return self._filtered(request, reverse(address, args=[row.pk]))

    def _list_url(self, request: HttpRequest) -> str:
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return self._filtered(request, reverse(address))

    def _filtered(self, request: HttpRequest, address: str) -> str:
        filters = self.get_preserved_filters(request)
        return add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, address)

    def _staff_action_page(
        self, request: HttpRequest, action: StaffAction, rows: Sequence[Any], form: StaffActionForm
    ) -> HttpResponse:
        one = rows[0] if len(rows) == 1 else None
        back = self._row_url(request, one) if one is not None else self._list_url(request)
        able = [row for row in rows if action.possible(row)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.label,
            "subtitle": self.title_of(one) if one is not None else f"{len(rows)} chosen",
            "action": action,
            "form": form,
            "media": self.media + form.media,
            "one": one,
            "one_title": self.title_of(one) if one is not None else "",
            "facts": facts(one, self) if one is not None else [],
            "able": [self.title_of(row) for row in able],
            "unable": [
                (self.title_of(row), getattr(row, "state", "")) for row in rows if row not in able
            ],
            "list_url": self._list_url(request),
            "back_url": back,
        }
        return TemplateResponse(request, "admin/staff/staff_action.html", context)

    def _revelation(
        self, request: HttpRequest, action: StaffAction, row: Any, revealed: str
    ) -> HttpResponse:
        """Show what nobody will see again; kept by no message, session or cache."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.done,
            "subtitle": self.title_of(row),
            "media": self.media,
            "one_title": self.title_of(row),
            "revealed": revealed,
            "list_url": self._list_url(request),
            "back_url": self._row_url(request, row),
        }
        response = TemplateResponse(request, "admin/staff/revealed.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _to_confirmation(
    pages: StaffActionPages, request: HttpRequest, queryset: QuerySet[Any], *, name: str
) -> HttpResponse | None:
    """Lead from the changelist to the page that confirms a staff action for the chosen rows."""
    keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(keys) > MOST_ROWS:
        messages.error(request, f"Choose at most {MOST_ROWS} rows at once.")
        return None
    filters = urlencode({"_changelist_filters": request.GET.urlencode()})
    return HttpResponseRedirect(pages.staff_action_url(name, keys, filters if request.GET else ""))
