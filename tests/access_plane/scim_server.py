"""The AAI of the tests: `scim2-server` as a process, whose users are known by their CUID.

Run as `python -m tests.access_plane.scim_server KEY [--filters-only | --values-only] [--no-etags]`;
it prints its port. What is removed is named by a filter in the path, as the standard has it, or by
its values, as some services want it; without an option both will do.
"""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from scim2_models import InvalidPathException, ScimPolicy, ScimProvider, UnauthorizedException
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


class OfCuids(InMemoryStorage):
    """Users whose ID is their user name: the AAI's are asked for by their CUID."""

    def generate_id(self, resource_type: Any, resource: Any) -> str:
        """Return the user name, or what any other resource is called."""
        return getattr(resource, "user_name", None) or super().generate_id(resource_type, resource)


class WithKey(WSGIApplication):
    """The application, for whoever has the key."""

    key = ""
    takes_filters = True

    def dispatch_request(self, request: Any) -> Any:
        """Serve a request; one that removes by a filter perhaps not."""
        if request.method == "PATCH" and b"[value eq" in request.body and not self.takes_filters:
            raise InvalidPathException
        return super().dispatch_request(request)

    def check_auth(self, request: Any) -> None:
        """Refuse a request without the key."""
        if request.header("X-API-Key") != self.key:
            raise UnauthorizedException


class Threads(ThreadingMixIn, WSGIServer):
    """Serves each request in a thread."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


def main(key: str, *options: str) -> None:
    """Serve until the process ends."""
    config = load_default_service_provider_config()
    if "--no-etags" in options and config.etag is not None:
        config.etag.supported = False
    remove = ScimPolicy.RemoveValue
    policy = ScimPolicy(
        remove_value_as_filter=remove.forbid if "--filters-only" in options else remove.apply
    )
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=config,
        policy=policy,
    )
    app = WithKey(OfCuids(), provider, ScimService(provider, secret="a secret of the tests"))
    app.key = key
    app.takes_filters = "--values-only" not in options

    def below_scim(environ: Any, start_response: Any) -> Any:
        """Serve below `/scim/v2`, as the AAI does."""
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/scim"
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/scim")
        return app(environ, start_response)

    with make_server("127.0.0.1", 0, below_scim, Threads, Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
