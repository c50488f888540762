"""Rows of identity. `GrantFactory(user=…, role=RoleName.X, scope=…)` takes any scope."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from identity.models import (
    Customer,
    Event,
    Grant,
    GroupInvitation,
    Invitation,
    InvitationMail,
    LinkedIdentity,
    OrganizationGroup,
    PermissionRequest,
    PlatformTerms,
    PlatformTermsAcceptance,
    Project,
    Role,
    ScienceDomain,
    ScienceSubDomain,
    SshKey,
    Token,
    TokenBinding,
    User,
    Vetting,
)
from identity.permissions import MATRIX, Permission
from identity.roles import DESCRIPTIONS, RoleName, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    """A person with the password `PASSWORD`, in no organisation."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username.split('@')[0]}@example.org")
    first_name = factory.LazyAttribute(lambda user: user.username.split("@")[0].title())
    last_name = "Tester"
    password = factory.django.Password(PASSWORD)


class PlatformTermsFactory(DjangoModelFactory[PlatformTerms]):
    """Terms of service of the platform; one version at most `is_current`."""

    class Meta:
        model = PlatformTerms

    version = factory.Sequence(lambda n: f"2026-{n}")
    terms = "Compute in good faith."
    is_current = False


class PlatformTermsAcceptanceFactory(DjangoModelFactory[PlatformTermsAcceptance]):
    """A person accepted the platform's terms."""

    class Meta:
        model = PlatformTermsAcceptance

    user = factory.SubFactory(UserFactory)
    terms = factory.SubFactory(PlatformTermsFactory)
    accepted_at = factory.LazyFunction(timezone.now)


class OrganizationGroupFactory(DjangoModelFactory[OrganizationGroup]):
    """A group of organisations."""

    class Meta:
        model = OrganizationGroup

    name = factory.Sequence(lambda n: f"Country share {n}")


class CustomerFactory(DjangoModelFactory[Customer]):
    """An organisation without projects and members."""

    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisa-{n}")
    abbreviation = factory.Sequence(lambda n: f"ORG{n}")


class ProjectFactory(DjangoModelFactory[Project]):
    """A project without members."""

    class Meta:
        model = Project

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Project {n}")
    slug = factory.Sequence(lambda n: f"project-{n}")


class RoleFactory(DjangoModelFactory[Role]):
    """A system role: the one that the migration made, or it again where a flush took it away."""

    class Meta:
        model = Role
        django_get_or_create = ("name",)

    name = RoleName.PROJECT_MEMBER.value
    uuid = factory.LazyAttribute(lambda role: RoleName(role.name).uuid)
    content_type = factory.LazyAttribute(lambda role: RoleName(role.name).scope_type.value)
    description = factory.LazyAttribute(lambda role: DESCRIPTIONS[RoleName(role.name)])


class CustomRoleFactory(DjangoModelFactory[Role]):
    """A role that staff made for projects, which allows nothing yet."""

    class Meta:
        model = Role

    name = factory.Sequence(lambda n: f"Role {n}")
    content_type = ScopeType.PROJECT.value
    is_system_role = False


def take_twin_roles(users: Iterable[User]) -> None:
    """Give people, in the place of their system roles, custom ones that allow the same."""
    for role in RoleName:
        twin = CustomRoleFactory(
            name=f"Twin of {role}",
            content_type=role.scope_type.value,
            permissions=sorted(MATRIX[role]),
        )
        Grant.objects.filter(user__in=list(users), role__name=role.value).update(role=twin)


def all_roles() -> list[Role]:
    """Return every system role, made where it is missing."""
    return [RoleFactory(name=name.value) for name in RoleName]


class GrantFactory(DjangoModelFactory[Grant]):
    """A role held in `scope` (an organisation, a project, an offering), without an end."""

    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    created = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[Grant], *args: Any, **kwargs: Any) -> Grant:
        scope = kwargs.pop("scope")
        role = kwargs.pop("role", RoleName.PROJECT_MEMBER)
        in_customer = scope.scope_type is ScopeType.CUSTOMER
        grant: Grant = super()._create(
            model_class,
            *args,
            role=role if isinstance(role, Role) else RoleFactory(name=RoleName(role).value),
            scope_type=scope.scope_type.value,
            scope_id=scope.pk,
            scope_uuid=scope.uuid,
            scope_name=scope.name,
            customer=scope if in_customer else scope.customer,
            project=scope if scope.scope_type is ScopeType.PROJECT else None,
            **kwargs,
        )
        return grant


class InvitedFactory(DjangoModelFactory[Any]):
    """What is to a role in `scope` (an organisation, a project, an offering)."""

    class Meta:
        abstract = True

    created_by = factory.SubFactory(UserFactory)
    created = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        scope = kwargs.pop("scope", None) or ProjectFactory()
        role = kwargs.pop("role", RoleName.PROJECT_MEMBER)
        in_customer = scope.scope_type is ScopeType.CUSTOMER
        return super()._create(
            model_class,
            *args,
            role=role if isinstance(role, Role) else RoleFactory(name=RoleName(role).value),
            scope_type=scope.scope_type.value,
            scope_id=scope.pk,
            scope_uuid=scope.uuid,
            scope_name=scope.name,
            customer=scope if in_customer else scope.customer,
            project=scope if scope.scope_type is ScopeType.PROJECT else None,
            **kwargs,
        )


class InvitationFactory(InvitedFactory):
    """An invitation whose link ends in `token`, which without another one is its UUID."""

    class Meta:
        model = Invitation
        exclude = ("token",)

    uuid = factory.LazyFunction(uuid4)
    token = factory.LazyAttribute(lambda invitation: invitation.uuid.hex)
    email = factory.Sequence(lambda n: f"invited-{n}@example.org")
    expires = factory.LazyAttribute(lambda invitation: invitation.created + timedelta(days=21))
    digest = factory.LazyAttribute(lambda invitation: sha256(invitation.token.encode()).hexdigest())


class GroupInvitationFactory(InvitedFactory):
    """A link by which everybody may ask for a role."""

    class Meta:
        model = GroupInvitation


class PermissionRequestFactory(DjangoModelFactory[PermissionRequest]):
    """Somebody asks for the role of a link."""

    class Meta:
        model = PermissionRequest

    invitation = factory.SubFactory(GroupInvitationFactory)
    created_by = factory.SubFactory(UserFactory)
    created = factory.LazyFunction(timezone.now)


class InvitationMailFactory(DjangoModelFactory[InvitationMail]):
    """A mail that somebody had sent."""

    class Meta:
        model = InvitationMail

    asked_by = factory.SubFactory(UserFactory)
    email = factory.Sequence(lambda n: f"invited-{n}@example.org")
    created = factory.LazyFunction(timezone.now)


class ScienceDomainFactory(DjangoModelFactory[ScienceDomain]):
    """A field of science."""

    class Meta:
        model = ScienceDomain

    name = factory.Sequence(lambda n: f"Science {n}")
    code = factory.Sequence(lambda n: f"X{n}")


class ScienceSubDomainFactory(DjangoModelFactory[ScienceSubDomain]):
    """A part of a field of science."""

    class Meta:
        model = ScienceSubDomain

    domain = factory.SubFactory(ScienceDomainFactory)
    name = factory.Sequence(lambda n: f"Part {n}")
    code = factory.Sequence(lambda n: f"X.{n}")


class LinkedIdentityFactory(DjangoModelFactory[LinkedIdentity]):
    """That somebody logs in by a provider."""

    class Meta:
        model = LinkedIdentity

    user = factory.SubFactory(UserFactory)
    provider = "local"
    issuer = "https://login.example.org"
    subject = factory.Sequence(lambda n: f"subject-{n}")


class TokenFactory(DjangoModelFactory[Token]):
    """A token whose plaintext is `plaintext` (40 hex digits, or what the test wants)."""

    class Meta:
        model = Token

    class Params:
        plaintext = factory.Sequence(lambda n: f"{n:040x}")

    user = factory.SubFactory(UserFactory)
    digest = factory.LazyAttribute(lambda token: sha256(token.plaintext.encode()).hexdigest())
    name = "test"
    created = factory.LazyFunction(timezone.now)
    last_used = factory.SelfAttribute("created")


class PersonalTokenFactory(TokenFactory):
    """A personal access token, good for a month, that is bound to `scope` if there is one."""

    class Meta:
        model = Token

    class Params:
        plaintext = factory.Sequence(lambda n: f"efp_{n:040x}")

    prefix = factory.LazyAttribute(lambda token: f"efp_{token.digest[:8]}")
    scopes = factory.LazyFunction(lambda: [one.value for one in Permission])
    expires_at = factory.LazyAttribute(lambda token: token.created + timedelta(days=30))

    @classmethod
    def _create(cls, model_class: type[Token], *args: Any, **kwargs: Any) -> Token:
        scope = kwargs.pop("scope", None)
        token: Token = super()._create(model_class, *args, **kwargs)
        if scope is not None:
            TokenBindingFactory(token=token, scope=scope)
        return token


class TokenBindingFactory(DjangoModelFactory[TokenBinding]):
    """That a token is bound to `scope` (an organisation, a project, an offering)."""

    class Meta:
        model = TokenBinding

    token = factory.SubFactory(PersonalTokenFactory)

    @classmethod
    def _create(cls, model_class: type[TokenBinding], *args: Any, **kwargs: Any) -> TokenBinding:
        scope = kwargs.pop("scope", None) or CustomerFactory()
        binding: TokenBinding = super()._create(
            model_class,
            *args,
            scope_type=scope.scope_type.value,
            scope_id=scope.pk,
            scope_uuid=scope.uuid,
            scope_name=scope.name,
            customer=scope if scope.scope_type is ScopeType.CUSTOMER else scope.customer,
            project=scope if scope.scope_type is ScopeType.PROJECT else None,
            **kwargs,
        )
        return binding


class SshKeyFactory(DjangoModelFactory[SshKey]):
    """A public key; the digits are made up."""

    class Meta:
        model = SshKey

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"laptop-{n}")
    public_key = factory.Sequence(lambda n: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{n:08d} laptop")
    type = "ssh-ed25519"
    fingerprint_md5 = factory.Sequence(lambda n: ":".join(re.findall("..", f"{n:032x}")))
    fingerprint_sha256 = factory.Sequence(lambda n: f"{n:043d}")
    fingerprint_sha512 = factory.Sequence(lambda n: f"{n:086d}")


class EventFactory(DjangoModelFactory[Event]):
    """Something that happened to a project."""

    class Meta:
        model = Event

    project = None
    customer = factory.LazyAttribute(
        lambda event: event.project.customer if event.project else None
    )
    kind = "project.updated"
    subject_type = factory.LazyAttribute(lambda event: event.kind.split(".")[0])
    subject_uuid = factory.LazyAttribute(
        lambda event: event.project.uuid if event.project else UserFactory().uuid
    )
    created = factory.LazyFunction(timezone.now)


class VettingFactory(DjangoModelFactory[Vetting]):
    """A person was vetted, for good."""

    class Meta:
        model = Vetting

    user = factory.SubFactory(UserFactory)
    outcome = "vetted"
    evidence = "Seen with a passport."
