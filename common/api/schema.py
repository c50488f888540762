"""The OpenAPI document, from the same declarations that serve: operation ids are Waldur's."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, cast

from django.urls import include, path
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.routers import SimpleRouter

from common.api import documented_errors, meanings
from common.api.actions import Declared
from common.api.inputs import RelatedUrl
from common.api.operation_texts import text_of
from common.api.reads.outputs import Omitted, Output
from common.api.renderers import PlainTextRenderer

CRUD = {
    "list": "list",
    "create": "create",
    "retrieve": "retrieve",
    "update": "update",
    "partial_update": "partial_update",
    "destroy": "destroy",
}

CHANGES = {"PUT": "update", "PATCH": "partial_update", "DELETE": "destroy"}
"""What the name of an action that changes something ends in; one that is POSTed ends in nothing."""


class ApiRouter(SimpleRouter):
    """Routes viewsets under Waldur's paths."""

    def get_urls(self) -> list[Any]:
        """Return the routes, those of a noun below one pattern.

        Patterns are tried in turn: so an address is compared with each noun, and with each route of
        its own noun only.
        """
        nouns: dict[str, list[tuple[str, Any, str]]] = {}
        for prefix, viewset, basename in self.registry:
            nouns.setdefault(prefix, []).append(("", viewset, basename))
        return [path(f"{prefix}/", include(_routes(below))) for prefix, below in nouns.items()]


def _routes(registry: list[tuple[str, Any, str]]) -> list[Any]:
    """Return the routes of viewsets, as DRF makes them."""
    router = SimpleRouter()
    router.registry = registry
    return router.get_urls()


class ApiSchema(AutoSchema):
    """Describes an action from what it declares (`common.api.actions`)."""

    view: Any

    @property
    def declared(self) -> Declared:
        """What the action takes and answers."""
        method = getattr(self.view, self.view.action or "", None)
        declared = getattr(method, "api", None)
        return declared or Declared(many=self.view.action == "list")

    def get_summary(self) -> str:
        """Return what the operation does, in a line."""
        return text_of(self.view, self.method).summary

    def get_description(self) -> str:  # type: ignore[override]  # its stubs are of DRF's own
        """Return what an integrator has to know of the operation."""
        return text_of(self.view, self.method).description

    def get_operation_id(self) -> str:
        """Return Waldur's name of the operation."""
        words = [
            word.replace("-", "_")
            for word in self.path.strip("/").split("/")
            if not word.startswith("{") and word != "api"
        ]
        if self.view.action in CRUD:
            words.append(CRUD[self.view.action])
        elif self.method == "GET":
            words.append("list" if self.declared.many else "retrieve")
        elif self.method in CHANGES:
            words.append(CHANGES[self.method])
        return re.sub(r"\W", "_", "_".join(words)) if words != ["retrieve"] else "api_root"

    def get_tags(self) -> list[str]:
        """Return the collection's name."""
        words = self.path.strip("/").split("/")
        return [words[1] if words[0] == "api" and len(words) > 1 else words[0]]

    def get_request_serializer(self) -> Any:
        """Return the declared input."""
        declared = self.declared
        if declared.takes_many and declared.input is not None:
            return declared.input(many=True)
        return declared.input

    def get_response_serializers(self) -> Any:
        """Return the declared outputs by status."""
        declared = self.declared
        output = declared.output or self.view.output
        if declared.empty:
            output = None
        elif declared.many:
            output = output(many=True)
        return {declared.status: output, **dict(declared.also)}

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Add what may be answered instead (`common.api.documented_errors`)."""
        bodies = super()._get_response_bodies(direction)
        for status in documented_errors.statuses(self.view, self.method, self.path, self.declared):
            bodies.setdefault(str(status.value), documented_errors.reference(status))
        for code, body in bodies.items():
            if body.get("description") in {"", "No response body"}:
                body["description"] = HTTPStatus(int(code)).phrase
        return dict(sorted(bodies.items()))

    def map_renderers(self, attribute: str) -> list[Any]:
        """Describe JSON, or text; problem details are errors in another dress."""
        if PlainTextRenderer in self.view.renderer_classes:
            return ["txt" if attribute == "format" else PlainTextRenderer.media_type]
        return ["json" if attribute == "format" else "application/json"]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.declared.many

    def _get_paginator(self) -> None:
        return None

    def _get_filter_parameters(self) -> list[Any]:
        return []

    def _resolve_path_parameters(self, variables: Any) -> list[Any]:
        return [
            {
                "in": "path",
                "name": name,
                "schema": {"type": "string"}
                | ({"format": "uuid"} if name.endswith("uuid") else {}),
                "required": True,
                "description": meanings.of_path(name, self.view.noun),
            }
            for name in variables
        ]

    def get_override_parameters(self) -> list[Any]:
        """Return the query parameters: paging, filters, and `field=`."""
        if self.method != "GET":
            return []
        parameters: dict[str, dict[str, Any]] = {}
        hints: dict[str, str] = {}
        demanded: frozenset[str] = frozenset()
        filterset = self.declared.filterset
        if self.view.action == "list":
            filterset = filterset or self.view.filterset_class
        if self.declared.many and self.declared.paged:
            parameters |= {"page": {"type": "integer"}, "page_size": {"type": "integer"}}
        if filterset is not None:
            filters = cast("Any", filterset).base_filters
            parameters |= {name: declared.api_schema for name, declared in filters.items()}
            hints = {name: getattr(declared, "hint", "") for name, declared in filters.items()}
            demanded = cast("Any", filterset).demanded()
        output = self.declared.output or self.view.output
        if isinstance(output, type) and issubclass(output, Output):
            parameters["field"] = {
                "type": "array",
                "items": {"type": "string", "enum": sorted(output().fields)},
            }
        return [
            OpenApiParameter(
                name,
                type=schema,
                location=OpenApiParameter.QUERY,
                required=name in demanded,
                description=meanings.of_parameter(name, filterset, hints.get(name, "")),
            )
            for name, schema in sorted(parameters.items())
        ]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return the component's name: the noun without our suffix."""
        name = str(super().get_serializer_name(serializer, direction))
        return name.removesuffix("Output").removesuffix("Input")

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> Any:
        """Leave out what a column says of itself: that is for the staff's pages."""
        meta: Any = super()._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        columns = getattr(getattr(model, "_meta", None), "concrete_fields", ())
        if any(column.help_text and column.help_text == field.help_text for column in columns):
            meta.pop("description", None)
        return meta

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Call required only what is always there: the rest may be left out when it is None."""
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if "__doc__" not in vars(type(serializer)) or not type(serializer).__doc__:
            schema.pop("description", None)  # the base's docstring is not about this noun
        if isinstance(serializer, Output):
            always = getattr(serializer.Meta, "always", ())
            schema.pop("required", None)
            if always:
                schema["required"] = sorted(always)
        return schema


class DeclaredField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Types a computed, derived, nested, omitted or URL key by the field that it carries."""

    target_class = "common.api.reads.outputs._Declared"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        """Return the schema of the carried field, and why it is not sent if it is not."""
        schema = auto_schema._map_serializer_field(self.target.output, direction)  # noqa: SLF001
        if not isinstance(self.target, Omitted):
            return schema
        how = "Always an empty list" if self.target.is_empty_list else "Never sent"
        schema = {"allOf": [schema]} if "$ref" in schema else schema
        return {**schema, "description": f"{how}: {self.target.reason}."}


class RelatedField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Types an object that is named by its URL or its UUID."""

    target_class = "common.api.inputs._Related"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        """Return the schema of the name."""
        is_url = isinstance(self.target, RelatedUrl)
        return {"type": "string", "format": "uri" if is_url else "uuid"}
