"""Keys that seal secrets can be changed without a secret being lost."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from config.common.sealing import Unreadable, seal, unseal
from config.management.commands.reseal_secrets import SEALED
from identity.models import Hook
from tests.factories.identity import EmailHookFactory, WebHookFactory

pytestmark = pytest.mark.django_db

OLD = "the-key-of-last-year-which-has-been-long-enough"
NEW = "the-key-of-this-year-which-is-as-long-as-the-other"


def test_every_secret_is_sealed_under_the_newest_key(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    hook = WebHookFactory(sealed_secret=seal("one"), sealed_previous=seal("two"))
    EmailHookFactory()
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    for _ in range(2):
        told = StringIO()
        call_command("reseal_secrets", stdout=told)
        assert told.getvalue() == "Secrets sealed anew: 2\n"

    settings.ENCRYPTION_KEYS = [NEW]
    kept = Hook.objects.get(pk=hook.pk)
    assert (unseal(kept.sealed_secret), unseal(kept.sealed_previous)) == ("one", "two")


def test_a_secret_that_no_key_opens_is_named_and_the_others_are_sealed(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["a-key-that-was-thrown-away-too-early"]
    lost = WebHookFactory(sealed_secret=seal("one"))
    settings.ENCRYPTION_KEYS = [OLD]
    WebHookFactory(sealed_secret=seal("two"))
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    told = StringIO()
    with pytest.raises(CommandError, match=f"No key opens the secrets of: hook {lost.pk}"):
        call_command("reseal_secrets", stdout=told)
    assert told.getvalue() == "Secrets sealed anew: 1\n"
    with pytest.raises(Unreadable):
        unseal(Hook.objects.get(pk=lost.pk).sealed_secret)


def test_no_column_with_a_sealed_secret_is_forgotten() -> None:
    known = {(model, column) for model, columns in SEALED for column in columns}
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.startswith("sealed") and not model._meta.proxy
    }
    assert found == known
