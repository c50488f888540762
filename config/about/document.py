"""The schema document: what `make schema` wrote for this version, served from memory.

To make it takes seconds, and it is the same for everybody; so nobody's request makes it where the
file is there, and one does, once in a process, where it is not.
"""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest
    from rest_framework.request import Request

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"


@dataclass
class Form:
    """The document in one form, as it is sent."""

    content: bytes

    @cached_property
    def compressed(self) -> bytes:
        """The same, compressed."""
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def tag(self) -> str:
        """What changes with the content."""
        return f'"{sha256(self.content).hexdigest()[:32]}"'


@dataclass
class Document:
    """The schema in both of its forms, each made when it is first asked for."""

    file: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def form(self, media_type: str) -> Form:
        """Return the document in the form of a media type; whoever comes second waits for it."""
        with self._lock:
            return self._json if "json" in media_type else self._yaml

    @cached_property
    def _yaml(self) -> Form:
        if self.file.exists():
            return Form(self.file.read_bytes())
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return Form(OpenApiYamlRenderer().render(schema))  # type: ignore[no-untyped-call]

    @cached_property
    def _json(self) -> Form:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return Form(json.dumps(yaml.load(self._yaml.content, loader)).encode())  # noqa: S506 - safe


DOCUMENT = Document(FILE)


class SchemaView(SpectacularAPIView):
    """`/api/schema/`; anybody may read it, so nobody is asked who they are."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the document as YAML, or as JSON if that is asked for."""
        media_type: str = request.accepted_renderer.media_type
        return answer(request, DOCUMENT.form(media_type), media_type)

    def handle_exception(self, exc: Exception) -> Any:
        """Answer an error as the rest of the API does, which is not in the document's forms."""
        refused = super().handle_exception(exc)
        answered = JsonResponse(refused.data, status=refused.status_code)
        for name in ("Allow", "Retry-After"):
            if name in refused.headers:
                answered.headers[name] = refused.headers[name]
        return answered


def answer(request: HttpRequest, form: Form, media_type: str) -> HttpResponse:
    """Answer one form of the document, compressed for those who can read that."""
    response: HttpResponse
    if request.headers.get("If-None-Match", "") == form.tag:
        response = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(form.compressed, content_type=f"{media_type}; charset=utf-8")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(form.content, content_type=f"{media_type}; charset=utf-8")
    response.headers["ETag"] = form.tag
    response.headers["Cache-Control"] = "public, max-age=300"
    patch_vary_headers(response, ("Accept", "Accept-Encoding"))
    return response
