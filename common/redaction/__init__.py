"""Texts and documents of others without the secrets in them (`texts` says by which rules)."""

from common.redaction.texts import without_secrets, without_secrets_in

__all__ = ["without_secrets", "without_secrets_in"]
