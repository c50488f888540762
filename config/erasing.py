"""What erasing a person means in the whole service, and the task that does it."""

import logging

from django.contrib.admin.models import LogEntry
from django.utils import timezone

from accounting.services import erasing as accounting
from allocations.models import (
    AgentLog,
    BackendResourceRequest,
    EntitledPerson,
    Entitlement,
    MembershipSyncStatus,
    Provision,
    QueueMessage,
)
from allocations.services import erasing as allocations
from identity.models import (
    Customer,
    Event,
    EventDelivery,
    Grant,
    IdempotencyKey,
    Project,
    Role,
    TaskFailure,
)
from identity.periodic import name_of, periodic
from identity.services import erasing, periodic_rows
from marketplace.models import Offering, ServiceProvider
from notifications.models import HookAttempt, HookDelivery
from notifications.services import erasing as notifications

log = logging.getLogger(__name__)

PLAN = erasing.Plan(
    parts=(accounting.PART, allocations.PART, notifications.PART),
    logs=(
        *(Event, EventDelivery, Grant, IdempotencyKey, LogEntry, TaskFailure),
        *(AgentLog, BackendResourceRequest, EntitledPerson, Entitlement),
        *(MembershipSyncStatus, Provision, QueueMessage),
        *(HookAttempt, HookDelivery),
    ),
    own_words=(Customer, Offering, Project, Role, ServiceProvider),
)
"""What an organization, a project or an offering says of itself is theirs, also who to ask."""


@periodic
def erase_people(**_: object) -> None:
    """Go on with what is to be erased of people who were removed."""
    now = timezone.now()
    name = name_of(erase_people)
    periodic_rows.for_each(
        name, erasing.due(now), lambda row: erasing.go_on(row, PLAN, now=now), now=now
    )
