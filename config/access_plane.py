"""The settings of the access plane: which AAI is told who may log in where, and as whom."""

import re

from django.core.exceptions import ImproperlyConfigured

from common.env import env_secret, env_str
from config.checked_values import check_url

LONGEST = 200
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[A-Za-z0-9.:_~%-]*[A-Za-z0-9]")


def read() -> tuple[str, str, str]:
    """Return where the AAI's SCIM service is, its API key, and the namespace of entitlements.

    :raises ImproperlyConfigured: one of them is no such thing, or is missing while another is set.
    """
    url = env_str("SCIM_API_URL").rstrip("/")
    key = env_secret("SCIM_API_KEY")
    namespace = env_str("SCIM_URN_NAMESPACE").rstrip(":")
    check_url("SCIM_API_URL", url, ("https", "http"))
    if url and not (key and namespace):
        raise ImproperlyConfigured("SCIM_API_URL needs SCIM_API_KEY and SCIM_URN_NAMESPACE.")
    if namespace and (_URN.fullmatch(namespace) is None or len(namespace) > LONGEST):
        raise ImproperlyConfigured(
            f"SCIM_URN_NAMESPACE must be a URN like urn:geant:example.org, not {namespace!r}."
        )
    return url, key, namespace
