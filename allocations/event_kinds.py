"""What happens to accounts, deliveries, keys and agents, and on the message bus. Pure."""

from collections.abc import Mapping
from functools import partial

from allocations.lifecycle import (
    AccountState,
    ApiKeyAction,
    CourseAccountState,
    ProvisionState,
)
from identity.event_catalogue import Group, Kind, Readers

# --- the access plane -----------------------------------------------------------------------------

_access = partial(Kind, group=Group.PROVIDERS, readers=Readers.NOBODY)

ACCESS_COMPARISON_BEGUN = _access(
    "access_comparison.begun", "What the AAI has of everybody is being compared."
)
ACCESS_COMPARISON_FINISHED = _access(
    "access_comparison.finished",
    "What the AAI has of everybody was compared; `unexpected` and `missing` count what differed.",
)
ENTITLED_PERSON_ATTRIBUTES_REQUESTED = _access(
    "entitled_person.attributes_requested", "Staff asked what the AAI knows of a person."
)
ENTITLED_PERSON_DIFFERED = _access(
    "entitled_person.differed",
    "The AAI had other entitlements of a person than it should; they are put right.",
)
ENTITLED_PERSON_RETRIED = _access(
    "entitled_person.retried", "Staff had a person's entitlements seen to at once."
)
ENTITLEMENT_PUT = _access("entitlement.put", "The AAI lets a person log in at a login node.")
SITE_ACCESS_GIVEN = _access("site_access.given", "Somebody may log in at the site of an offering.")
SITE_ACCESS_ENDED = _access(
    "site_access.ended", "Somebody may not log in at the site of an offering any more."
)
ENTITLEMENT_TAKEN = _access(
    "entitlement.taken", "The AAI does not let a person log in at a login node any more."
)

# --- accounts of people at offerings --------------------------------------------------------------

_account = partial(Kind, group=Group.PROVIDERS, readers=Readers.PROVIDER)

ACCOUNT_ATTRIBUTES_CHANGED = _account(
    "account.attributes_changed", "Something changed that a site sees of a person."
)
ACCOUNT_COMMENTED = _account("account.commented", "The site told a person about their account.")
ACCOUNT_CREATED = _account(
    "account.created",
    "A person is to have an account at a site.",
    waldur="marketplace_offering_user_created",
)
ACCOUNT_CREATING = _account("account.creating", "A site makes an account.")
ACCOUNT_DELETED = _account("account.deleted", "A site has deleted an account.")
ACCOUNT_DELETING = _account("account.deleting", "A site deletes an account.")
ACCOUNT_ERROR_CREATING = _account("account.error_creating", "A site could not make an account.")
ACCOUNT_ERROR_DELETING = _account("account.error_deleting", "A site could not delete an account.")
ACCOUNT_OK = _account("account.ok", "An account can be used.")
ACCOUNT_PENDING_ACCOUNT_LINKING = _account(
    "account.pending_account_linking", "A person must link an account that they have at the site."
)
ACCOUNT_PENDING_ADDITIONAL_VALIDATION = _account(
    "account.pending_additional_validation", "The site wants to know more of a person."
)
ACCOUNT_REMOVED = _account(
    "account.removed",
    "An account was taken off the list.",
    waldur="marketplace_offering_user_deleted",
)
ACCOUNT_REQUESTED = _account("account.requested", "A site is asked anew for an account.")
ACCOUNT_REQUESTED_DELETION = _account(
    "account.requested_deletion", "A site is asked to delete an account."
)
ACCOUNT_RESTRICTION_CHANGED = _account(
    "account.restriction_changed",
    "The provider shut a person out of their account, or lets them in again.",
    waldur="marketplace_offering_user_restriction_updated",
)
ACCOUNT_USERNAME_SET = _account(
    "account.username_set",
    "An account has got its name.",
    waldur="marketplace_offering_user_updated",
)

ACCOUNT_STATES: Mapping[AccountState, Kind] = {
    AccountState.REQUESTED: ACCOUNT_REQUESTED,
    AccountState.CREATING: ACCOUNT_CREATING,
    AccountState.PENDING_ACCOUNT_LINKING: ACCOUNT_PENDING_ACCOUNT_LINKING,
    AccountState.PENDING_ADDITIONAL_VALIDATION: ACCOUNT_PENDING_ADDITIONAL_VALIDATION,
    AccountState.OK: ACCOUNT_OK,
    AccountState.DELETION_REQUESTED: ACCOUNT_REQUESTED_DELETION,
    AccountState.DELETING: ACCOUNT_DELETING,
    AccountState.DELETED: ACCOUNT_DELETED,
    AccountState.ERROR_CREATING: ACCOUNT_ERROR_CREATING,
    AccountState.ERROR_DELETING: ACCOUNT_ERROR_DELETING,
}
"""The state that an account comes to -> the kind of that event."""

ATTRIBUTE_CONFIG_CHOSEN = _account(
    "attribute_config.chosen", "A provider chose what an offering's site sees of people."
)
ATTRIBUTE_CONFIG_FORGOTTEN = _account(
    "attribute_config.forgotten", "An offering's site sees of people what is usual."
)

# --- accounts of programs and courses -------------------------------------------------------------

_shared = partial(Kind, group=Group.PROVIDERS, readers=Readers.CONSUMER)

COURSE_ACCOUNT_CHANGED = _shared("course_account.changed", "An account of a course changed.")
COURSE_ACCOUNT_CLOSED = _shared("course_account.closed", "An account of a course was closed.")
COURSE_ACCOUNT_CREATED = _shared("course_account.created", "A course has a new account.")
COURSE_ACCOUNT_ERRED = _shared(
    "course_account.erred", "Something is wrong with an account of a course."
)
COURSE_ACCOUNT_OK = _shared("course_account.ok", "An account of a course can be used.")

COURSE_ACCOUNT_STATES: Mapping[CourseAccountState, Kind] = {
    CourseAccountState.OK: COURSE_ACCOUNT_OK,
    CourseAccountState.ERRED: COURSE_ACCOUNT_ERRED,
    CourseAccountState.CLOSED: COURSE_ACCOUNT_CLOSED,
}
"""The state that an account of a course comes to -> the kind of that event."""

SERVICE_ACCOUNT_CHANGED = _shared(
    "service_account.changed",
    "An account of a program changed; `fields` says what of it.",
    waldur="service_account_updated",
)
SERVICE_ACCOUNT_CLOSED = _shared(
    "service_account.closed",
    "An account of a program was closed.",
    waldur="service_account_deleted",
)
SERVICE_ACCOUNT_CREATED = _shared(
    "service_account.created",
    "A program of a project or of an organization has an account.",
    waldur="service_account_created",
)
SERVICE_ACCOUNT_ERRED = _shared(
    "service_account.erred", "Something is wrong with an account of a program."
)
SERVICE_ACCOUNT_KEY_ROTATED = _shared(
    "service_account.key_rotated", "A program logs in with another key."
)
SERVICE_ACCOUNT_OK = _shared("service_account.ok", "An account of a program can be used.")

SERVICE_ACCOUNT_STATES: Mapping[CourseAccountState, Kind] = {
    CourseAccountState.OK: SERVICE_ACCOUNT_OK,
    CourseAccountState.ERRED: SERVICE_ACCOUNT_ERRED,
    CourseAccountState.CLOSED: SERVICE_ACCOUNT_CLOSED,
}
"""The state that an account of a program comes to -> the kind of that event."""

# --- deliveries of orders, members and imports ----------------------------------------------------

_delivery = partial(Kind, group=Group.RESOURCES, readers=Readers.BOTH_SIDES)

PROVISION_DEAD = _delivery("provision.dead", "The delivery of an order was given up.")
PROVISION_DONE = _delivery("provision.done", "An order is delivered.")
PROVISION_DUE = _delivery("provision.due", "An order is to be delivered.")
PROVISION_REFUSED = _delivery("provision.refused", "The backend will not deliver an order.")
PROVISION_RUNNING = _delivery("provision.running", "A worker delivers an order.")
PROVISION_WAITING = _delivery("provision.waiting", "A delivery waits for the site.")
PROVISION_WITHDRAWN = _delivery("provision.withdrawn", "An order ended before it was delivered.")

PROVISION_STATES: Mapping[ProvisionState, Kind] = {
    ProvisionState.DUE: PROVISION_DUE,
    ProvisionState.RUNNING: PROVISION_RUNNING,
    ProvisionState.WAITING: PROVISION_WAITING,
    ProvisionState.DONE: PROVISION_DONE,
    ProvisionState.REFUSED: PROVISION_REFUSED,
    ProvisionState.WITHDRAWN: PROVISION_WITHDRAWN,
    ProvisionState.DEAD: PROVISION_DEAD,
}
"""The state that a delivery comes to -> the kind of that event."""

RESOURCE_MEMBERSHIP_REPORTED = _delivery(
    "resource.membership_reported", "The site reported who is in the team of an allocation."
)

_import = partial(Kind, group=Group.RESOURCES, readers=Readers.PROVIDER)

BACKEND_RESOURCE_DISMISSED = _import(
    "backend_resource.dismissed", "What a site has without an allocation was dismissed."
)
BACKEND_RESOURCE_IMPORTED = _import(
    "backend_resource.imported", "What a site had has become an allocation."
)
BACKEND_RESOURCE_REPORTED = _import(
    "backend_resource.reported", "A site has something for which there is no allocation."
)
IMPORT_DONE = _import("import.done", "A site has reported all that could be imported.")
IMPORT_ERRED = _import("import.erred", "A site could not look for what could be imported.")
IMPORT_PROCESSING = _import("import.processing", "A site looks for what could be imported.")
IMPORT_REQUESTED = _import("import.requested", "A site is asked what could be imported.")

# --- accounts of robots ---------------------------------------------------------------------------

_robot_account = partial(Kind, group=Group.RESOURCES, readers=Readers.BOTH_SIDES)

ROBOT_ACCOUNT_CREATED = _robot_account(
    "robot_account.created",
    "The site is asked to make an account for what works by itself with an allocation.",
    waldur="resource_robot_account_created",
)
ROBOT_ACCOUNT_DELETED = _robot_account(
    "robot_account.deleted",
    "A robot's account is there no more.",
    waldur="resource_robot_account_deleted",
)
ROBOT_ACCOUNT_REMOVED = _robot_account("robot_account.removed", "A robot's account was forgotten.")
ROBOT_ACCOUNT_STATE_CHANGED = _robot_account(
    "robot_account.state_changed",
    "A robot's account came into another state; `new_state` says which.",
    waldur="resource_robot_account_state_changed",
)
ROBOT_ACCOUNT_UPDATED = _robot_account(
    "robot_account.updated",
    "A robot's account changed; `fields` says what of it.",
    waldur="resource_robot_account_updated",
)

# --- API keys of resources ------------------------------------------------------------------------

_api_key = partial(Kind, group=Group.RESOURCES, readers=Readers.BOTH_SIDES)

API_KEY_CHANGED = _api_key(
    "api_key.changed",
    "An API key of an allocation changed; `fields` says what of it.",
    waldur="marketplace_resource_api_key_updated",
)
API_KEY_CREATE_REQUESTED = _api_key(
    "api_key.create_requested",
    "The site is asked to make an API key.",
    waldur="marketplace_resource_api_key_requested",
)
API_KEY_CREATED = _api_key("api_key.created", "The site has made an API key.")
API_KEY_DELETE_REQUESTED = _api_key(
    "api_key.delete_requested", "The site is asked to delete an API key."
)
API_KEY_DELETED = _api_key(
    "api_key.deleted",
    "An API key does not work any more.",
    waldur="marketplace_resource_api_key_deleted",
)
API_KEY_ERRED = _api_key(
    "api_key.erred",
    "The site could not do with an API key what it was asked to.",
    waldur="marketplace_resource_api_key_failed",
)
API_KEY_OK = _api_key("api_key.ok", "The site has done with an API key what it was asked to.")
API_KEY_PAUSE_REQUESTED = _api_key(
    "api_key.pause_requested", "The site is asked to let an API key rest."
)
API_KEY_PAUSED = _api_key(
    "api_key.paused",
    "An API key does not work for a while.",
    waldur="marketplace_resource_api_key_paused",
)
API_KEY_RESUME_REQUESTED = _api_key(
    "api_key.resume_requested", "The site is asked to let an API key work again."
)
API_KEY_REVEALED = _api_key(
    "api_key.revealed",
    "Somebody was shown the value of an API key.",
    waldur="marketplace_resource_api_key_revealed",
)
API_KEY_ROTATE_REQUESTED = _api_key(
    "api_key.rotate_requested", "The site is asked to give an API key another value."
)
API_KEY_ROTATED = _api_key(
    "api_key.rotated",
    "An API key has another value.",
    waldur="marketplace_resource_api_key_rotated",
)
API_KEY_UPDATE_REQUESTED = _api_key(
    "api_key.update_requested", "The site is asked to change what an API key may do."
)
API_KEY_USAGE_REPORTED = _api_key(
    "api_key.usage_reported", "The site reported what was used with an API key."
)

API_KEY_REQUESTS: Mapping[ApiKeyAction, Kind] = {
    ApiKeyAction.CREATE: API_KEY_CREATE_REQUESTED,
    ApiKeyAction.ROTATE: API_KEY_ROTATE_REQUESTED,
    ApiKeyAction.PAUSE: API_KEY_PAUSE_REQUESTED,
    ApiKeyAction.RESUME: API_KEY_RESUME_REQUESTED,
    ApiKeyAction.UPDATE: API_KEY_UPDATE_REQUESTED,
    ApiKeyAction.DELETE: API_KEY_DELETE_REQUESTED,
}
"""What a site is asked to do with a key -> the kind of that event."""

# --- site agents ----------------------------------------------------------------------------------

_agent = partial(Kind, group=Group.AGENTS, readers=Readers.PROVIDER)

AGENT_CHANGED = _agent("agent.changed", "A site agent has another name, version or setting.")
AGENT_REGISTERED = _agent("agent.registered", "A site agent reported for the first time.")
AGENT_REMOVED = _agent("agent.removed", "A site agent was removed.")
AGENT_RETURNED = _agent("agent.returned", "A site agent reported again after a long silence.")
AGENT_PROCESSOR_CHANGED = _agent(
    "agent_processor.changed", "A processor of a site agent has another backend."
)
AGENT_PROCESSOR_REGISTERED = _agent(
    "agent_processor.registered", "A processor of a site agent reported for the first time."
)
AGENT_PROCESSOR_REMOVED = _agent(
    "agent_processor.removed", "A processor of a site agent was removed."
)
AGENT_SERVICE_FAILED = _agent("agent_service.failed", "A service of a site agent has failed.")
AGENT_SERVICE_RECOVERED = _agent(
    "agent_service.recovered", "A service of a site agent works again."
)
AGENT_SERVICE_REGISTERED = _agent(
    "agent_service.registered", "A service of a site agent reported for the first time."
)
AGENT_SERVICE_REMOVED = _agent("agent_service.removed", "A service of a site agent was removed.")

# --- the message bus ------------------------------------------------------------------------------

_bus = partial(Kind, group=Group.BUS, readers=Readers.PROVIDER)

MESSAGE_PUBLISHED = _bus("message.published", "The broker has taken a message for a site.")
MESSAGE_QUEUE_DECLARED_ANEW = _bus(
    "message_queue.declared_anew", "Staff had a queue made anew at the broker."
)
QUEUE_REGISTERED = _bus("queue.registered", "A site agent asked for its queue.")
QUEUE_REMOVED = _bus("queue.removed", "The queue of a site agent was removed.")
SUBSCRIPTION_CREATED = Kind(
    "subscription.created",
    "Somebody subscribed to messages.",
    group=Group.BUS,
    readers=Readers.NOBODY,
)
SUBSCRIPTION_REMOVED = Kind(
    "subscription.removed",
    "A subscription to messages has ended.",
    group=Group.BUS,
    readers=Readers.NOBODY,
)
SUBSCRIPTION_QUEUE_CREATED = _bus(
    "subscription_queue.created", "A subscription has a queue for one sort of messages."
)
SUBSCRIPTION_QUEUE_REMOVED = _bus(
    "subscription_queue.removed", "A queue of a subscription was removed."
)
