"""Bodies of the requests and answers about SSH keys."""

from __future__ import annotations

from rest_framework import serializers

from common.api.inputs import Input
from common.api.reads.outputs import Output, UrlField, UuidField
from identity.models import SshKey


class SshKeyOutput(Output):
    """A public key."""

    class Meta:
        model = SshKey
        fields = (
            "fingerprint_md5",
            "fingerprint_sha256",
            "fingerprint_sha512",
            "is_shared",
            "name",
            "public_key",
            "type",
            "url",
            "user_uuid",
            "uuid",
        )

    url = UrlField("sshkey-detail")
    user_uuid = UuidField(source="user.uuid")


class SshKeyInput(Input):
    """A public key in OpenSSH's form; its comment is its name unless another is given."""

    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    public_key = serializers.CharField(max_length=20_000)
