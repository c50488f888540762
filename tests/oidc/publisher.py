"""A provider that answers as a test wants it, good or bad, and signs whatever a test wants signed.

The real one (`tests/oidc/provider.py`) forges nothing and is never slow.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from identity.oidc.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

RSA_KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
"""Making one takes a while: all tests share these."""
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def public_jwk(key: Any, kid: str | None, algorithm: str = "RS256", **more: Any) -> dict[str, Any]:
    """Return a key as a provider publishes it."""
    made: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(
        key.public_key(), as_dict=True
    )
    made.pop("key_ops", None)
    return {**made, **({"kid": kid} if kid else {}), "use": "sig", **more}


def public_pem(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def hash_of(access_token: str) -> str:
    """Return the `at_hash` of an access token, for RS256."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any]) -> str:
    """Return a token of the algorithm `none`."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def with_secret(claims: dict[str, Any], secret: bytes, kid: str) -> str:
    """Return a token of HS256, whatever the secret is: PyJWT would not take a public key."""
    head = {"alg": "HS256", "typ": "JWT", "kid": kid}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims)
    ]
    signature = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@dataclass
class Publisher:
    """What it publishes, and how it behaves; `asked` counts the requests for each path."""

    port: int = 0
    keys: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    is_away: bool = False

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def provider(self, **more: Any) -> Provider:
        """Return it as the service knows it."""
        told = {"name": "local", "issuer": self.issuer, "client_id": "efp", "label": "Local"}
        return Provider(**{**told, "client_secret": "hush", "audience": "efp-api", **more})

    def sign(
        self,
        claims: dict[str, Any],
        *,
        key: Any = RSA_KEYS[0],
        kid: str | None = "one",
        algorithm: str = "RS256",
        typ: str | None = "JWT",
    ) -> str:
        """Sign any claims with any key."""
        headers = {"typ": typ, **({"kid": kid} if kid else {})}
        return jwt.encode(claims, key, algorithm=algorithm, headers=headers)

    def document(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
                "introspection_endpoint": f"{self.issuer}/introspection",
                **self.metadata,
            }
        return {"keys": self.keys} if path == "/jwks" else self.documents.get(path)


def dribbling(handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte now and then, without an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def silent(_handler: BaseHTTPRequestHandler) -> None:
    """Answer nothing for a long while."""
    time.sleep(3)


def redirecting(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def saying(body: bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return what answers a body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def publishing() -> Iterator[Publisher]:
    """Run a provider for a while, which has one key."""
    publisher = Publisher(keys=[public_jwk(RSA_KEYS[0], "one")])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            publisher.asked[self.path] += 1
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            if publisher.is_away:
                saying(b"", 503)(self)
            elif self.path in publisher.answers:
                try:
                    publisher.answers[self.path](self)
                except OSError:
                    self.close_connection = True  # who asked has gone
            else:
                found = publisher.document(self.path)
                body = b"{}" if found is None else json.dumps(found).encode()
                saying(body, 404 if found is None else 200)(self)

        do_POST = do_GET  # noqa: N815 - so the server calls it

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        publisher.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield publisher
        finally:
            server.shutdown()
            thread.join()
