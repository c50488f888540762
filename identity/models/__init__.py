"""People, the organisations and projects they belong to, and the record of what was done."""

from identity.models.credentials import LoginFailures, SshKey, Token
from identity.models.email import EmailConfirmation
from identity.models.event import Event, EventDelivery
from identity.models.event_subject import EventSubject
from identity.models.grant import Grant, Role
from identity.models.organisation import Customer, OrganizationGroup
from identity.models.people import User
from identity.models.project import Project
from identity.models.replay import IdempotencyKey
from identity.models.science import ScienceDomain, ScienceSubDomain
from identity.models.slugs import UsedSlug
from identity.models.task import TaskFailure

__all__ = [
    "Customer",
    "EmailConfirmation",
    "Event",
    "EventDelivery",
    "EventSubject",
    "Grant",
    "IdempotencyKey",
    "LoginFailures",
    "OrganizationGroup",
    "Project",
    "Role",
    "ScienceDomain",
    "ScienceSubDomain",
    "SshKey",
    "TaskFailure",
    "Token",
    "UsedSlug",
    "User",
]
