"""Rows of notifications: hooks, and what is sent to them."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from common.sealing import seal
from notifications.models import EmailHook, HookAttempt, HookDelivery, WebHook
from notifications.models.hook import HookType
from notifications.signatures import new_secret
from tests.factories.identity import EventFactory, ProjectFactory, UserFactory


class WebHookFactory(DjangoModelFactory[WebHook]):
    """A person's webhook that is told of everything; nobody listens at its address."""

    class Meta:
        model = WebHook

    hook_type = HookType.WEB.value
    author = factory.SubFactory(UserFactory)
    destination_url = factory.Sequence(lambda n: f"https://hooks.example.org/{n}")
    sealed_secret = factory.LazyFunction(lambda: seal(new_secret()))
    event_kinds = factory.LazyFunction(lambda: ["*"])
    created = factory.LazyFunction(timezone.now)
    active_since = factory.SelfAttribute("created")


class EmailHookFactory(DjangoModelFactory[EmailHook]):
    """A person's mail hook that is told of everything."""

    class Meta:
        model = EmailHook

    hook_type = HookType.EMAIL.value
    author = factory.SubFactory(UserFactory)
    email = factory.SelfAttribute("author.email")
    email_confirmed_at = factory.SelfAttribute("created")
    event_kinds = factory.LazyFunction(lambda: ["*"])
    created = factory.LazyFunction(timezone.now)
    active_since = factory.SelfAttribute("created")


class HookDeliveryFactory(DjangoModelFactory[HookDelivery]):
    """An event that a hook is to be told of."""

    class Meta:
        model = HookDelivery

    hook = factory.SubFactory(WebHookFactory)
    event = factory.SubFactory(EventFactory, project=factory.SubFactory(ProjectFactory))
    sequence = factory.Sequence(lambda n: n + 1)
    subject_uuid = factory.SelfAttribute("event.subject_uuid")
    planned_at = factory.LazyFunction(timezone.now)
    next_attempt_at = factory.SelfAttribute("planned_at")


class HookAttemptFactory(DjangoModelFactory[HookAttempt]):
    """A try that the receiver refused."""

    class Meta:
        model = HookAttempt

    delivery = factory.SubFactory(HookDeliveryFactory)
    started = factory.LazyFunction(timezone.now)
    latency_ms = 12
    status = 500
    error = "HTTP 500"
    answer = "out of order"
