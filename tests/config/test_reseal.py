"""Keys that seal secrets can be changed without a secret being lost."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from common.sealing import Unreadable, seal, unseal
from config import sealed
from config.sealed import SEALED
from identity.models import Event
from notifications.models import Hook
from tests.factories.allocations import ResourceApiKeyFactory
from tests.factories.notifications import EmailHookFactory, WebHookFactory

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


def test_what_is_lost_for_good_is_given_up_when_that_is_asked_for(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["a-key-that-was-thrown-away-too-early"]
    lost = WebHookFactory(sealed_secret=seal("one"), sealed_previous=seal("two"))
    key = ResourceApiKeyFactory(sealed=seal("three"))
    settings.ENCRYPTION_KEYS = [NEW]
    kept = WebHookFactory(sealed_secret=seal("four"))

    told = StringIO()
    call_command("reseal_secrets", "--give-up-lost", stdout=told)

    assert told.getvalue() == (
        f"Secrets sealed anew: 1\nGiven up: hook {lost.pk}, resource API key {key.pk}\n"
    )
    lost.refresh_from_db()
    key.refresh_from_db()
    assert (lost.is_active, lost.sealed_previous, key.sealed) == (False, "", "")
    assert unseal(lost.sealed_secret) != "one"
    assert Hook.objects.get(pk=kept.pk).is_active
    told_of = Event.objects.values_list("kind", flat=True).order_by("pk")
    assert list(told_of)[-2:] == ["web_hook.secret_rotated", "api_key.changed"]
    call_command("reseal_secrets", stdout=StringIO())


def test_a_start_goes_no_further_when_none_of_the_secrets_can_be_opened(settings: Any) -> None:
    sealed.check()  # there are none
    settings.ENCRYPTION_KEYS = [OLD]
    WebHookFactory(sealed_secret=seal("one"))
    sealed.check()

    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(sealed.Locked, match="None of the secrets in this database"):
        sealed.check()


def test_a_start_goes_on_and_says_so_when_some_of_the_secrets_cannot_be_opened(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    WebHookFactory(sealed_secret="what somebody has written over it")
    WebHookFactory(sealed_secret=seal("one"))

    sealed.check()

    assert "1 of 2 secrets cannot be opened" in caplog.text
