"""What agents can be told of, and the names of the queues that carry it. Pure.

The names are Waldur's: agents subscribe to them as they stand (a virtual host per person, called by
their UUID; agents up to 1.0.5 read the type of object from the end of their queue's name).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class ObjectType(StrEnum):
    """A kind of object whose changes can be subscribed to."""

    CALL = "call"
    COURSE_ACCOUNT = "course_account"
    IMPORTABLE_RESOURCES = "importable_resources"
    OFFERING_RESOURCES_SYNC = "offering_resources_sync"
    OFFERING_USER = "offering_user"
    ORDER = "order"
    PROPOSAL = "proposal"
    RESOURCE = "resource"
    RESOURCE_API_KEY_ROTATION = "resource_api_key_rotation"
    RESOURCE_END_DATE_CHANGE_REQUEST = "resource_end_date_change_request"
    RESOURCE_PERIODIC_LIMITS = "resource_periodic_limits"
    SERVICE_ACCOUNT = "service_account"
    SERVICE_PROVIDER_ACCOUNT = "service_provider_account"
    SERVICE_PROVIDER_PROJECT_GROUP = "service_provider_project_group"
    USER_LIFECYCLE = "user_lifecycle"
    USER_PROFILE = "user_profile"
    USER_ROLE = "user_role"
    USER_SSH_KEY = "user_ssh_key"


class Protocol(StrEnum):
    """How a subscriber reads what it is told: from a queue, or from a topic."""

    STOMP = "stomp"
    MQTT = "mqtt"


def vhost(user: UUID) -> str:
    """Return the virtual host of everything that a person subscribed to."""
    return user.hex


def consumer_queue(consumer: UUID) -> str:
    """Return the queue of an agent that takes all types of objects from one."""
    return f"consumer_{consumer.hex}"


def subscription_queue(subscription: UUID, offering: UUID, object_type: str) -> str:
    """Return the queue of an agent that takes each type of object from a queue of its own."""
    return f"subscription_{subscription.hex}_offering_{offering.hex}_{object_type}"


def topic(queue: str) -> str:
    """Return the topic below which a subscriber over MQTT finds what it is told.

    A message about an order is at `<topic>/order`; `<topic>/#` are all.
    """
    return f"efp/{queue}"
