"""Is a webhook from the service, and fresh? Copy this; it needs nothing but Python."""

import base64
import hashlib
import hmac
import time


def verify(secret, headers, body):
    """Tell whether a request was signed with the secret; `headers` by lower-case names."""
    message, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    given = headers["webhook-signature"].split()
    return any(hmac.compare_digest(expected, signature) for signature in given)
