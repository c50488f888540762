"""The base of every endpoint.

A viewset declares its model, its output, its filters and who may call which action; it inherits how
rows are scoped, paged, rendered, refused, replayed (`Idempotency-Key`) and guarded (`If-Match`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import status as http
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from common import stored
from common.api import conditional, readings, replay
from common.api.access import PUBLIC, SCOPED, NotAllowed, Rule, refuse_limited
from common.api.actions import Declared
from common.api.operation_texts import Noun
from common.api.paging import Page
from common.api.parsers import take_in
from common.api.reads.caller import Caller
from common.api.reads.compiler import plan_for
from common.api.reads.one_row import one_row
from common.api.reads.outputs import Output
from common.api.renderers import OrjsonRenderer
from common.sorting import as_people_sort

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from rest_framework.request import Request


class ApiViewSet(ViewSet):
    """A noun of the API; see the module's docstring and CONTRIBUTING for how to add one."""

    model: ClassVar[Any] = None
    noun: ClassVar[Noun] = Noun("an object", "objects")
    output: ClassVar[Any] = None
    filterset_class: ClassVar[Any] = None
    default_order: ClassVar[tuple[str, ...]] = ("pk",)
    visible: ClassVar[str] = "visible_to"
    related: ClassVar[tuple[str, ...]] = ()
    locks_first: ClassVar[tuple[str, ...]] = ()  # relations that the noun's services lock before it
    never_replayed: ClassVar[frozenset[str]] = frozenset()  # whose answers must not be stored
    access: ClassVar[Mapping[str, Rule]] = {}
    lets_go: ClassVar[bool] = False  # also whoever may do nothing else
    for_newcomers: ClassVar[frozenset[str]] = frozenset()  # before terms are accepted, and the like
    lookup_field = "uuid"
    lookup_value_regex = "[^/.]+"
    permission_classes = ()
    _settled = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give PATCH to whoever has PUT, and compile the read plans: a bad field fails here."""
        super().__init_subclass__(**kwargs)
        if "update" in cls.__dict__ and "partial_update" not in cls.__dict__:
            cls.partial_update = cls.update  # type: ignore[attr-defined]
        for output in cls.outputs():
            plan_for(output)

    @classmethod
    def outputs(cls) -> tuple[type[Output], ...]:
        """Return every output of a model that the viewset answers with."""
        declared = [getattr(value, "api", None) for value in cls.__dict__.values()]
        found = [cls.output, *(d.output for d in declared if isinstance(d, Declared))]
        return tuple(o for o in found if isinstance(o, type) and issubclass(o, Output))

    # --- before the action ------------------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Serve a request; one with an `Idempotency-Key` is carried out once, then replayed."""
        self.args, self.kwargs, self.people = args, kwargs, readings.nobody()
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        stored.replaced()  # what others of this thread have left
        try:
            take_in(self.request)
            self.initial(self.request, *args, **kwargs)
        except Exception as error:
            return self.finish(self.handle_exception(error))
        return replay.serve(self, self.request, self._serve)

    def _serve(self) -> Response:
        handler = getattr(self, str(self.request.method).lower(), self.http_method_not_allowed)
        try:
            with conditional.guard(self, self.request):
                response = handler(self.request, *self.args, **self.kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        return readings.noted(self, self.finish(response))

    def finish(self, response: Response) -> Response:
        """Return an answer ready to be sent."""
        self.response = self.finalize_response(self.request, response, *self.args, **self.kwargs)
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, and refuse what is not declared or can be refused at once."""
        super().initial(request, *args, **kwargs)
        self.now: datetime = timezone.now()
        self._settled = False
        rule = self.rule()
        if rule is None:
            raise PermissionDenied
        if rule is not PUBLIC and not self.lets_go:
            self._refuse_early(request, rule)
        if rule.at_once:
            self._settle(rule, None)
        elif not request.user.is_authenticated:
            self.permission_denied(request)
        elif request.user.is_staff:
            self._settled = True

    def _refuse_early(self, request: Request, rule: Rule) -> None:
        """Refuse a limited token what takes a login, and who has something to do before all else.

        :raises APIException: it is so; or Forbidden, what they have to do.
        """
        refuse_limited(rule, request.user, only_reads=request.method in conditional.SAFE)
        if request.user.is_authenticated:
            request.user.check_standing(
                only_reads=request.method in conditional.SAFE,
                for_newcomers=self.action in self.for_newcomers,
            )

    @property
    def settled(self) -> bool:
        """Tell whether the rule has been asked already: it needs no row."""
        return self._settled

    def rule(self) -> Rule | None:
        """Return the declared rule of the action; PUT and PATCH share theirs."""
        action: str | None = self.action
        if action is None:
            return PUBLIC  # no such method here: 405, whoever asks
        if action == "metadata":
            return SCOPED
        shared = {"partial_update": "update", "update": "partial_update"}
        return self.access.get(action) or self.access.get(shared.get(action, ""))

    def _settle(self, rule: Rule, target: Any) -> None:
        if not rule.allows(self.request.user, target):
            if self.request.user.is_authenticated:
                raise NotAllowed(rule.needs)
            self.permission_denied(self.request)
        self._settled = True

    def require(self, target: Any) -> None:
        """Check the action's rule against what it is about.

        :raises PermissionDenied: when the rule does not allow it.
        """
        rule = self.rule()
        if rule is not None and not self._settled:
            self._settle(rule, target)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let no answer out of an action whose rule was never asked."""
        if response.status_code < http.HTTP_400_BAD_REQUEST and not self._settled:
            raise RuntimeError(f"{type(self).__name__}.{self.action} did not check its rule")
        if response.content_type is None:
            response.content_type = OrjsonRenderer.media_type  # also for who accepts problems only
        response = super().finalize_response(request, response, *args, **kwargs)
        volatile = conditional.volatile_keys(self.declared.output or self.output)
        response = conditional.finish(request, response, volatile)
        if count := stored.replaced():
            response["X-Replaced-Values"] = str(count)
        return response

    # --- what an action works with ----------------------------------------------------------------

    @property
    def declared(self) -> Declared:
        """What the current action takes and answers."""
        return getattr(getattr(self, self.action or "", None), "api", None) or Declared()

    @property
    def caller(self) -> Caller:
        """For whom the answer is rendered."""
        return Caller(base=self.request.build_absolute_uri("/")[:-1], user=self.request.user)

    @property
    def which_rows(self) -> Any:
        """What `rows` depends on beside the caller, but for lists: mostly the viewset alone."""
        return type(self)

    def rows(self) -> Any:
        """Return what the caller may see; but for lists, by visibility and `which_rows` alone."""
        return getattr(self.model.objects.all(), self.visible)(self.request.user)

    def _rows_with_related(self) -> Any:
        return self.rows().select_related(*self.related) if self.related else self.rows()

    def row(self) -> Any:
        """Return the row that the URL names, once the rule allows the action on it.

        :raises NotFound: when there is none that the caller may see, in Waldur's words.
        """
        with self.caller.reading():
            uuid = as_uuid(self.kwargs["uuid"], self.model)
            found = one_row(self.which_rows, self._rows_with_related, uuid, self.caller)
            if found is None:
                raise missing(self.model)
            self.require(found)
        return found

    def lock(self, row: Any) -> None:
        """Lock the row of a write that insists on its version; with what comes before it, if any.

        The order of locks is the services' (`locks_first`, or an override for a longer chain); in
        another one the two would wait for each other.
        """
        for relation in self.locks_first:
            parent = getattr(row, relation)
            type(parent).objects.select_for_update(no_key=True, of=("self",)).get(pk=parent.pk)
        type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)

    def data(self, input: type, **context: Any) -> dict[str, Any]:  # noqa: A002
        """Return the validated body; on a collection the rule is asked about it.

        :raises ValidationError: with Waldur's body.
        """
        serializer = input(
            data=self.request.data,
            partial=self.request.method == "PATCH",
            context={"request": self.request, "view": self, **context},
        )
        with self.caller.reading():
            serializer.is_valid(raise_exception=True)
            validated: dict[str, Any] = dict(serializer.validated_data)
            if not self.detail:
                self.require(validated)
        return validated

    def entries(self, input: type, *, at_most: int) -> list[Any]:  # noqa: A002
        """Return the validated entries of a body that is a list; the rule is asked about them all.

        :raises ValidationError: with what is wrong with each, in its place.
        """
        serializer = input(
            data=self.request.data,
            many=True,
            allow_empty=False,
            max_length=at_most,
            context={"request": self.request, "view": self},
        )
        with self.caller.reading():
            serializer.is_valid(raise_exception=True)
            self.require(serializer.validated_data)
        return list(serializer.validated_data)

    # --- answers ----------------------------------------------------------------------------------

    def answer(
        self, body: Any = None, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Answer a plain body, or none, with the declared status."""
        return Response(body, status=status or self.declared.status, headers=dict(headers or {}))

    def no_content(self) -> Response:
        """Answer 204."""
        return Response(status=http.HTTP_204_NO_CONTENT)

    def reply(self, row: Any, output: Any = None, status: int | None = None) -> Response:
        """Answer one row, read again as it is now."""
        return self.answer(self.rendered(row, output), status)

    def created(self, row: Any, output: Any = None) -> Response:
        """Answer 201 with the new row and where it is."""
        body = self.rendered(row, output)
        headers = {"Location": body["url"]} if "url" in body else {}
        return self.answer(body, http.HTTP_201_CREATED, headers)

    def reply_several(self, rows: Sequence[Any]) -> Response:
        """Answer several rows of the model, read again as they are now, in the order of keys."""
        chosen = self.model.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        return self.answer(self.render(chosen, self.declared.output or self.output, None))

    def rendered(self, row: Any, output: Any = None) -> dict[str, Any]:
        """Return one row as the output shows it; `field=` restricts reads.

        :raises NotFound: when it is not there any more.
        """
        output = output or self.declared.output or self.output
        only = self.chosen(output, detail=True)
        model = row._meta.model
        rendered = self.render(model.objects.filter(pk=row.pk), output, only)
        if not rendered:
            raise missing(model)  # somebody removed it meanwhile
        return rendered[0]

    def page(
        self,
        rows: QuerySet[Any],
        output: Any = None,
        filterset: Any = None,
        order: tuple[str, ...] = (),
    ) -> Response:
        """Answer a page of rows, filtered and ordered as the query says."""
        declared = self.declared
        output = output or declared.output or self.output
        rows = self.filtered(rows, filterset or declared.filterset, output)
        if not rows.query.order_by:
            columns = order or declared.order or self.default_order
            rows = rows.order_by(*as_people_sort(rows.model, columns), "pk")
        url = self.request.build_absolute_uri(self.request.path)
        page = Page(rows, self.request.query_params, url)
        if self.request.method == "HEAD":
            return Response(None, headers=page.headers)
        body = self.render(page.rows, output, self.chosen(output, detail=False))
        return Response(body, headers=page.headers)

    def filtered(self, rows: QuerySet[Any], filterset: Any, output: Any = None) -> QuerySet[Any]:
        """Return the rows that the query asks for, by what the output shows the caller of them.

        :raises ValidationError: for a value that cannot be read.
        """
        query = self.request.query_params
        if filterset is None or filterset.is_idle(query):
            return rows
        bound = filterset(data=query, queryset=rows, request=self.request, output=output)
        if not bound.is_valid():
            raise ValidationError(bound.errors)
        return bound.qs  # type: ignore[no-any-return]

    def chosen(self, output: type[Output], *, detail: bool) -> frozenset[str] | None:
        """Return the keys that `field=` asks for; None is all of them.

        When none of them is known the whole object is answered, as Waldur does.
        """
        names = names_of(output)
        wanted: set[str] = set()
        if self.request.method in {"GET", "HEAD"}:
            given = self.request.query_params.getlist("field")
            wanted = {name for value in given for name in value.split(",")} & names
        if wanted:
            return frozenset(wanted)
        hidden = () if detail else getattr(output.Meta, "detail_only", ())
        return names - frozenset(hidden) if hidden else None

    def render(
        self, rows: QuerySet[Any], output: type[Output], only: frozenset[str] | None
    ) -> list[dict[str, Any]]:
        """Return rows as an output shows them to the caller, with the keys of `only`."""
        return plan_for(output, only).read(rows, self.caller, self.people)


class Listed:
    """Serves GET and HEAD on the collection."""

    def list(self: Any, request: Request) -> Response:
        """List {many}."""
        return self.page(self.rows(), self.output, self.filterset_class)  # type: ignore[no-any-return]


class Retrieved:
    """Serves GET on one row."""

    def retrieve(self: Any, request: Request, uuid: str) -> Response:
        """Get {one}."""
        if not self.settled:  # where the rule needs no row, none is made
            return self.reply(self.row())  # type: ignore[no-any-return]
        rows = self.rows().filter(uuid=as_uuid(uuid, self.model))
        found = self.render(rows, self.output, self.chosen(self.output, detail=True))
        if not found:
            raise missing(self.model)
        return self.answer(found[0])  # type: ignore[no-any-return]


@lru_cache(maxsize=1024)
def names_of(output: type[Output]) -> frozenset[str]:
    """Return the keys of an output; making its fields costs more than a page of its rows."""
    return frozenset(output().fields)


def as_uuid(text: str, model: Any) -> UUID:
    """Return a UUID of either form.

    :raises NotFound: when it is none: no row can have it.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise missing(model) from error


def missing(model: Any) -> NotFound:
    """Return the 404 that Waldur's clients know."""
    return NotFound(f"No {model.__name__} matches the given query.")
