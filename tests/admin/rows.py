"""Rows for the pages of every model: a maker for each, which makes another one with each call."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounting.models import (
    ComponentUsage,
    ComponentUserUsage,
)
from allocations.models import (
    EventSubscription,
    ResourceApiKey,
)
from identity import models as identity
from identity.roles import RoleName
from marketplace import models as marketplace
from notifications import models as notifications
from tests import factories
from tests.factories.accounting import (
    ComponentUsageFactory,
    ComponentUserUsageFactory,
)
from tests.factories.agents import (
    AgentIdentityFactory,
    EventSubscriptionFactory,
)
from tests.factories.allocations import (
    OfferingUserFactory,
    RequestedApiKeyFactory,
)
from tests.factories.identity import (
    CustomerFactory,
    EventFactory,
    GrantFactory,
    LinkedIdentityFactory,
    OrganizationGroupFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.marketplace import (
    AccessModeFactory,
    CategoryFactory,
    CategoryGroupFactory,
    HpcOfferingFactory,
    OfferingComponentFactory,
)
from tests.factories.notifications import WebHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable


def a_role() -> identity.Role:
    """Return the next system role: there are no others."""
    made = identity.Role.objects.count() % len(RoleName)
    role: identity.Role = RoleFactory(name=list(RoleName)[made].value)
    return role


def a_group() -> identity.OrganizationGroup:
    group: identity.OrganizationGroup = OrganizationGroupFactory(parent=OrganizationGroupFactory())
    return group


def a_category() -> marketplace.Category:
    category: marketplace.Category = CategoryFactory(group=CategoryGroupFactory())
    return category


def an_event() -> identity.Event:
    project = ProjectFactory()
    event: identity.Event = EventFactory(
        project=project, customer=project.customer, actor=UserFactory(), source="OK", target="Erred"
    )
    return event


def a_delivery() -> identity.EventDelivery:
    return identity.EventDelivery.objects.create(
        event=an_event(), handler="somebody", next_attempt_at=timezone.now(), dead=True
    )


def a_hook() -> notifications.Hook:
    return notifications.Hook.objects.get(pk=WebHookFactory(customer=CustomerFactory()).pk)


def a_position() -> notifications.HookPosition:
    """Return how far the log is planned: there is one such row."""
    begun = {"sequence": 0, "planned_at": timezone.now()}
    return notifications.HookPosition.objects.get_or_create(defaults=begun)[0]


def an_answer() -> identity.IdempotencyKey:
    user = UserFactory()
    return identity.IdempotencyKey.objects.create(
        user=user, key=user.username, request_digest="0" * 64, created=timezone.now()
    )


def email_confirmation() -> identity.EmailConfirmation:
    """A new address that nobody has confirmed yet."""
    user = UserFactory()
    now = timezone.now()
    return identity.EmailConfirmation.objects.create(
        user=user, email=f"new-{user.pk}@example.org", created=now, expires=now
    )


def an_institution_login() -> identity.InstitutionLogin:
    return identity.InstitutionLogin.objects.create(
        identity=LinkedIdentityFactory(), acr="mfa", created=timezone.now()
    )


def a_spent_logout_token() -> identity.SpentLogoutToken:
    number = identity.SpentLogoutToken.objects.count()
    return identity.SpentLogoutToken.objects.create(digest=f"{number:064}", expires=timezone.now())


def login_failures() -> identity.LoginFailures:
    username = UserFactory().username
    return identity.LoginFailures.objects.create(
        username=username, address="192.0.2.1", count=3, last_failed_at=timezone.now()
    )


def a_task_failure() -> identity.TaskFailure:
    now = timezone.now()
    return identity.TaskFailure.objects.create(
        task="identity.tasks.prune",
        subject=UserFactory().username,
        since=now,
        failed_at=now,
        error="ValueError",
    )


def a_used_slug() -> identity.UsedSlug:
    return identity.UsedSlug.objects.get(owner=ProjectFactory().uuid)  # the database wrote it


def a_component() -> marketplace.OfferingComponent:
    component: marketplace.OfferingComponent = OfferingComponentFactory()
    component.overage_component = OfferingComponentFactory(offering=component.offering)
    component.save()
    return component


def makers_of_factories() -> dict[type[Any], Callable[[], Any]]:
    """Return the first factory of each model: the module's other ones are special cases of it."""
    found: dict[Any, Callable[[], Any]] = {}
    for module in iter_modules(factories.__path__, f"{factories.__name__}."):
        for made in vars(import_module(module.name)).values():
            if isinstance(made, type) and issubclass(made, DjangoModelFactory):
                of: Any = made
                found.setdefault(of._meta.model, made)
    of_all = apps.get_models()
    return {model: found[model] for model in of_all if model in found and not model._meta.proxy}


MAKERS = makers_of_factories() | {
    identity.Event: an_event,
    identity.EventDelivery: a_delivery,
    identity.Grant: lambda: GrantFactory(scope=ProjectFactory(), created_by=UserFactory()),
    notifications.Hook: a_hook,
    notifications.HookPosition: a_position,
    identity.IdempotencyKey: an_answer,
    identity.EmailConfirmation: email_confirmation,
    identity.InstitutionLogin: an_institution_login,
    identity.LoginFailures: login_failures,
    identity.SpentLogoutToken: a_spent_logout_token,
    identity.OrganizationGroup: a_group,
    identity.Role: a_role,
    identity.TaskFailure: a_task_failure,
    identity.UsedSlug: a_used_slug,
    marketplace.Category: a_category,
    marketplace.Offering: lambda: HpcOfferingFactory(access_mode=AccessModeFactory()),
    marketplace.OfferingComponent: a_component,
    EventSubscription: lambda: EventSubscriptionFactory(identity=AgentIdentityFactory()),
    ResourceApiKey: RequestedApiKeyFactory,
    ComponentUsage: lambda: ComponentUsageFactory(modified_by=UserFactory()),
    ComponentUserUsage: lambda: ComponentUserUsageFactory(user=OfferingUserFactory()),
}
"""For most models their factory; these rows want more than it gives, or have none."""
