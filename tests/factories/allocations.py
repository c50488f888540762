"""Rows of allocations."""

from __future__ import annotations

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from allocations.backends import name_of
from allocations.lifecycle import (
    AccountState,
    ApiKeyAction,
    ApiKeyState,
    ProvisionState,
    RobotAccountState,
    SyncState,
)
from allocations.models import (
    BackendResource,
    BackendResourceRequest,
    CourseAccount,
    CustomerServiceAccount,
    MembershipSyncStatus,
    OfferingUser,
    ProjectServiceAccount,
    Provision,
    ResourceApiKey,
    RobotAccount,
    UserAttributeConfig,
)
from common.sealing import seal
from marketplace.lifecycle import OrderState
from tests.factories.identity import CustomerFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory


class OfferingUserFactory(DjangoModelFactory[OfferingUser]):
    """A person's account at an offering, named and in use; `username=""` is one asked for."""

    class Meta:
        model = OfferingUser

    offering = factory.SubFactory(HpcOfferingFactory)
    user = factory.SubFactory(UserFactory)
    username = factory.Sequence(lambda n: f"hpc{n:04d}")
    is_granted = True
    kept_out = factory.SelfAttribute("is_restricted")
    is_restricted = False
    state = factory.LazyAttribute(
        lambda account: (AccountState.OK if account.username else AccountState.REQUESTED).value
    )


class UserAttributeConfigFactory(DjangoModelFactory[UserAttributeConfig]):
    """What an offering's site gets to see of people."""

    class Meta:
        model = UserAttributeConfig

    offering = factory.SubFactory(HpcOfferingFactory)
    exposed_fields = factory.LazyFunction(lambda: ["username", "full_name"])


class ProvisionFactory(DjangoModelFactory[Provision]):
    """A delivery of an executing order that a site agent is to pull."""

    class Meta:
        model = Provision

    order = factory.SubFactory(OrderFactory, state=OrderState.EXECUTING.value)
    backend = factory.LazyAttribute(lambda provision: name_of(provision.order.offering))
    state = ProvisionState.WAITING.value
    attempts = 1
    next_attempt_at = factory.LazyFunction(timezone.now)
    created = factory.LazyFunction(timezone.now)


class ProjectServiceAccountFactory(DjangoModelFactory[ProjectServiceAccount]):
    """A program's account for a project, in use."""

    class Meta:
        model = ProjectServiceAccount

    project = factory.SubFactory(ProjectFactory)
    username = factory.Sequence(lambda n: f"svc-project-{n:04d}")


class CustomerServiceAccountFactory(DjangoModelFactory[CustomerServiceAccount]):
    """A program's account for an organisation, in use."""

    class Meta:
        model = CustomerServiceAccount

    customer = factory.SubFactory(CustomerFactory)
    username = factory.Sequence(lambda n: f"svc-customer-{n:04d}")


class CourseAccountFactory(DjangoModelFactory[CourseAccount]):
    """An account for somebody who takes a course, in use."""

    class Meta:
        model = CourseAccount

    project = factory.SubFactory(ProjectFactory, kind="course")
    username = factory.Sequence(lambda n: f"course-{n:04d}")


class ResourceApiKeyFactory(DjangoModelFactory[ResourceApiKey]):
    """A key of a resource, in use; its value is `value`."""

    class Meta:
        model = ResourceApiKey

    class Params:
        value = "sk-live-value"

    resource = factory.SubFactory(ResourceFactory)
    client_id = factory.Sequence(lambda n: f"client-{n:04d}")
    sealed = factory.LazyAttribute(lambda key: seal(key.value) if key.value else "")
    state = ApiKeyState.OK.value
    issued_at = factory.LazyFunction(timezone.now)


class RobotAccountFactory(DjangoModelFactory[RobotAccount]):
    """An account for what works by itself with a resource, in use."""

    class Meta:
        model = RobotAccount
        skip_postgeneration_save = True

    resource = factory.SubFactory(ResourceFactory)
    type = "cicd"
    username = factory.Sequence(lambda n: f"robot-{n}")
    state = RobotAccountState.OK.value

    @factory.post_generation  # type: ignore[untyped-decorator]
    def users(self: Any, create: bool, people: Any, **_: Any) -> None:
        """Let some people act as it."""
        self.users.set(people or ())


class RequestedApiKeyFactory(ResourceApiKeyFactory):
    """A key that the site is to make."""

    class Meta:
        model = ResourceApiKey

    client_id = ""
    sealed = ""
    state = ApiKeyState.CREATING.value
    pending_action = ApiKeyAction.CREATE.value
    issued_at = None


class MembershipSyncStatusFactory(DjangoModelFactory[MembershipSyncStatus]):
    """A site's word that a member's access is as it should be."""

    class Meta:
        model = MembershipSyncStatus

    resource = factory.SubFactory(ResourceFactory)
    user = factory.SubFactory(UserFactory)
    role_name = "PROJECT.MEMBER"
    state = SyncState.SYNCED.value
    reported_at = factory.LazyFunction(timezone.now)


class BackendResourceRequestFactory(DjangoModelFactory[BackendResourceRequest]):
    """A search that a site has not begun yet."""

    class Meta:
        model = BackendResourceRequest

    offering = factory.SubFactory(HpcOfferingFactory)
    created_by = factory.SubFactory(UserFactory)


class BackendResourceFactory(DjangoModelFactory[BackendResource]):
    """An account at a site that is not known here, with limits of the HPC offering."""

    class Meta:
        model = BackendResource

    offering = factory.SubFactory(HpcOfferingFactory)
    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"hpc_old_{n}")
    backend_id = factory.SelfAttribute("name")
    backend_metadata = factory.LazyFunction(lambda: {"limits": {"cpu_k_hours": 7}})
