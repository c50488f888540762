"""Query parameters of the list of SSH keys."""

from __future__ import annotations

from common.api.filters import (
    ApiFilterSet,
    Before,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Since,
)


class SshKeyFilter(ApiFilterSet):
    """Keys by fingerprint and owner."""

    created = Since("created")
    created_before = Before("created")
    fingerprint_md5 = Exact("fingerprint_md5")
    fingerprint_sha256 = Exact("fingerprint_sha256")
    fingerprint_sha512 = Exact("fingerprint_sha512")
    is_shared = Flag("is_shared")
    modified = Since("modified")
    modified_before = Before("modified")
    name = Contains("name")
    name_exact = Exact("name")
    user_uuid = OneUuid("user__uuid")
    uuid = OneUuid("uuid")
    o = Ordering({"name": "name"})
