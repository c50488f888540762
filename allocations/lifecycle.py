"""The life of an account or a key at a site, a delivery and an import. Pure, without Django."""

from enum import StrEnum

from common.machine import Machine


class AccountState(StrEnum):
    """Where an offering user stands, in the words of the API."""

    REQUESTED = "Requested"
    CREATING = "Creating"
    PENDING_ACCOUNT_LINKING = "Pending account linking"
    PENDING_ADDITIONAL_VALIDATION = "Pending additional validation"
    OK = "OK"
    DELETION_REQUESTED = "Requested deletion"
    DELETING = "Deleting"
    DELETED = "Deleted"
    ERROR_CREATING = "Error creating"
    ERROR_DELETING = "Error deleting"


class Condition(StrEnum):
    """What a person has to meet for an account beside a role; they are kept out until they do."""

    CONSENT = "consent"
    VETTING = "vetting"
    ASSURANCE = "assurance"
    AUTHENTICATION = "authentication"


COMING = frozenset(
    {
        AccountState.REQUESTED,
        AccountState.CREATING,
        AccountState.PENDING_ACCOUNT_LINKING,
        AccountState.PENDING_ADDITIONAL_VALIDATION,
        AccountState.ERROR_CREATING,
    }
)
"""The states of an account that the site has not got ready yet: a name ends them."""

_PENDING = frozenset(
    {AccountState.PENDING_ACCOUNT_LINKING, AccountState.PENDING_ADDITIONAL_VALIDATION}
)

ACCOUNT = Machine(
    {
        "begin_creating": (
            frozenset({AccountState.REQUESTED, AccountState.ERROR_CREATING}),
            frozenset({AccountState.CREATING}),
        ),
        "set_pending_account_linking": (
            frozenset(
                {
                    AccountState.CREATING,
                    AccountState.ERROR_CREATING,
                    AccountState.PENDING_ADDITIONAL_VALIDATION,
                }
            ),
            frozenset({AccountState.PENDING_ACCOUNT_LINKING}),
        ),
        "set_pending_additional_validation": (
            frozenset(
                {
                    AccountState.CREATING,
                    AccountState.ERROR_CREATING,
                    AccountState.PENDING_ACCOUNT_LINKING,
                }
            ),
            frozenset({AccountState.PENDING_ADDITIONAL_VALIDATION}),
        ),
        "set_validation_complete": (
            frozenset(
                {
                    AccountState.PENDING_ACCOUNT_LINKING,
                    AccountState.PENDING_ADDITIONAL_VALIDATION,
                }
            ),
            frozenset({AccountState.OK}),
        ),
        "set_ok": (COMING, frozenset({AccountState.OK})),
        "set_error_creating": (
            COMING - {AccountState.ERROR_CREATING},
            frozenset({AccountState.ERROR_CREATING}),
        ),
        "request_deletion": (
            frozenset({AccountState.OK}),
            frozenset({AccountState.DELETION_REQUESTED}),
        ),
        "set_deleting": (
            frozenset({AccountState.DELETION_REQUESTED, AccountState.ERROR_DELETING}),
            frozenset({AccountState.DELETING}),
        ),
        "set_deleted": (frozenset({AccountState.DELETING}), frozenset({AccountState.DELETED})),
        "set_error_deleting": (
            frozenset({AccountState.DELETION_REQUESTED, AccountState.DELETING}),
            frozenset({AccountState.ERROR_DELETING}),
        ),
        "update_runtime_state": (
            COMING - {AccountState.REQUESTED} | {AccountState.OK},
            _PENDING | {AccountState.OK},
        ),
        "leave": (
            COMING - {AccountState.REQUESTED} | {AccountState.OK},
            frozenset({AccountState.DELETION_REQUESTED}),
        ),
        "come_back": (
            frozenset({AccountState.DELETION_REQUESTED}),
            frozenset({AccountState.OK, AccountState.REQUESTED}),
        ),
    }
)
"""The actions of the API are Waldur's; `leave` and `come_back` are the service's own.

A person who loses their last role leaves, also while the site is still making the account; who
gets a role again before the site has begun to delete comes back.
"""


class ServiceAccountState(StrEnum):
    """Where a program's account stands, in the words of the API."""

    OK = "OK"
    ERRED = "Erred"
    CLOSED = "Closed"


class CourseAccountState(StrEnum):
    """Where an account for a course stands, in the words of the API."""

    PENDING = "Pending"
    OK = "OK"
    ERRED = "Erred"
    CLOSED = "Closed"


SHARED_ACCOUNT = Machine(
    {
        "set_ok": (
            frozenset({CourseAccountState.PENDING, CourseAccountState.ERRED}),
            frozenset({CourseAccountState.OK}),
        ),
        "set_erred": (
            frozenset({CourseAccountState.PENDING, CourseAccountState.OK}),
            frozenset({CourseAccountState.ERRED}),
        ),
        "close": (
            frozenset(CourseAccountState) - {CourseAccountState.CLOSED},
            frozenset({CourseAccountState.CLOSED}),
        ),
    }
)
"""For accounts of programs and of courses alike; those of programs never wait."""


class RobotAccountState(StrEnum):
    """Where a robot's account stands, in the words of the API and the order of its numbers."""

    REQUESTED = "Requested"
    CREATING = "Creating"
    OK = "OK"
    DELETION_REQUESTED = "Requested deletion"
    DELETED = "Deleted"
    ERROR = "Error"


ROBOT_ACCOUNT = Machine(
    {
        "set_state_creating": (
            frozenset({RobotAccountState.REQUESTED, RobotAccountState.ERROR}),
            frozenset({RobotAccountState.CREATING}),
        ),
        "set_state_ok": (
            frozenset(
                {RobotAccountState.REQUESTED, RobotAccountState.CREATING, RobotAccountState.ERROR}
            ),
            frozenset({RobotAccountState.OK}),
        ),
        "set_state_erred": (
            frozenset(RobotAccountState) - {RobotAccountState.DELETED, RobotAccountState.ERROR},
            frozenset({RobotAccountState.ERROR}),
        ),
        "set_state_request_deletion": (
            frozenset({RobotAccountState.OK, RobotAccountState.ERROR}),
            frozenset({RobotAccountState.DELETION_REQUESTED}),
        ),
        "set_state_deleted": (
            frozenset({RobotAccountState.DELETION_REQUESTED}),
            frozenset({RobotAccountState.DELETED}),
        ),
        "close": (
            frozenset(RobotAccountState) - {RobotAccountState.DELETED},
            frozenset({RobotAccountState.DELETED}),
        ),
    }
)
"""The actions of the API are Waldur's; `close` is the service's own, when a resource ends."""


class ProvisionState(StrEnum):
    """Where one delivery of one order stands."""

    DUE = "due"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"


UNDELIVERED = frozenset({ProvisionState.DUE, ProvisionState.RUNNING, ProvisionState.WAITING})
"""The states in which a delivery is still open: one such delivery per order."""

PROVISION = Machine(
    {
        "claim": (
            frozenset({ProvisionState.DUE, ProvisionState.RUNNING}),
            frozenset({ProvisionState.RUNNING}),
        ),
        "wait": (frozenset({ProvisionState.RUNNING}), frozenset({ProvisionState.WAITING})),
        "finish": (UNDELIVERED, frozenset({ProvisionState.DONE})),
        "refuse": (UNDELIVERED, frozenset({ProvisionState.REFUSED})),
        "withdraw": (UNDELIVERED, frozenset({ProvisionState.WITHDRAWN})),
        "try_again": (
            frozenset({ProvisionState.RUNNING, ProvisionState.DEAD, ProvisionState.REFUSED}),
            frozenset({ProvisionState.DUE}),
        ),
        "give_up": (frozenset({ProvisionState.RUNNING}), frozenset({ProvisionState.DEAD})),
    }
)
"""A running delivery is claimed again when the lease of its worker is over. One that is open when
its order ends otherwise (people or an agent finished it, or it was cancelled) follows the order."""


class SyncState(StrEnum):
    """What a site says of a person's access to a resource, in the words of the API."""

    SYNCED = "synced"
    PENDING = "pending"
    ERROR = "error"
    MISSING_IN_IDP = "missing_in_idp"


class ImportState(StrEnum):
    """Where a site's search for allocations that are not known here stands."""

    SENT = "Sent"
    PROCESSING = "Processing"
    DONE = "Done"
    ERRED = "Erred"


IMPORT = Machine(
    {
        "start_processing": (
            frozenset({ImportState.SENT}),
            frozenset({ImportState.PROCESSING}),
        ),
        "set_done": (frozenset({ImportState.PROCESSING}), frozenset({ImportState.DONE})),
        "set_erred": (
            frozenset({ImportState.SENT, ImportState.PROCESSING}),
            frozenset({ImportState.ERRED}),
        ),
    }
)
"""A site that cannot even begin says so at once; who wants another search asks for a new one."""


class ApiKeyState(StrEnum):
    """Where a key of a resource stands, in the words of the API."""

    CREATING = "Creating"
    OK = "OK"
    UPDATING = "Updating"
    PAUSED = "Paused"
    DELETING = "Deleting"
    DELETED = "Deleted"
    ERRED = "Erred"


class ApiKeyAction(StrEnum):
    """What the site is to do with a key of a resource, in the words of the API."""

    CREATE = "create"
    ROTATE = "rotate"
    PAUSE = "pause"
    RESUME = "resume"
    UPDATE = "update"
    DELETE = "delete"


API_KEY = Machine(
    {
        "rotate": (
            frozenset({ApiKeyState.OK, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.UPDATING}),
        ),
        "pause": (
            frozenset({ApiKeyState.OK, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.UPDATING}),
        ),
        "resume": (
            frozenset({ApiKeyState.PAUSED, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.UPDATING}),
        ),
        "update": (
            frozenset({ApiKeyState.OK, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.UPDATING}),
        ),
        "revoke": (
            frozenset(
                {ApiKeyState.CREATING, ApiKeyState.OK, ApiKeyState.PAUSED, ApiKeyState.ERRED}
            ),
            frozenset({ApiKeyState.DELETING, ApiKeyState.DELETED}),
        ),
        "retry": (
            frozenset({ApiKeyState.ERRED}),
            frozenset({ApiKeyState.CREATING, ApiKeyState.UPDATING, ApiKeyState.DELETING}),
        ),
        "set_key": (
            frozenset(
                {ApiKeyState.CREATING, ApiKeyState.UPDATING, ApiKeyState.OK, ApiKeyState.ERRED}
            ),
            frozenset({ApiKeyState.OK}),
        ),
        "set_ok": (
            frozenset({ApiKeyState.UPDATING, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.OK}),
        ),
        "set_paused": (
            frozenset({ApiKeyState.UPDATING, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.PAUSED}),
        ),
        "set_deleted": (
            frozenset({ApiKeyState.DELETING, ApiKeyState.ERRED}),
            frozenset({ApiKeyState.DELETED}),
        ),
        "set_erred": (
            frozenset({ApiKeyState.CREATING, ApiKeyState.UPDATING, ApiKeyState.DELETING}),
            frozenset({ApiKeyState.ERRED}),
        ),
        "close": (
            frozenset(ApiKeyState) - {ApiKeyState.DELETED},
            frozenset({ApiKeyState.DELETED}),
        ),
    }
)
"""What people ask, what the site answers, and `close`: the service's own, when a resource ends.

An erred key remembers what could not be done: that may be wished again, or the key be deleted; and
the site may still report that it was done in the end.
"""

AWAITED = {
    ApiKeyAction.CREATE: ApiKeyState.CREATING,
    ApiKeyAction.ROTATE: ApiKeyState.UPDATING,
    ApiKeyAction.PAUSE: ApiKeyState.UPDATING,
    ApiKeyAction.RESUME: ApiKeyState.UPDATING,
    ApiKeyAction.UPDATE: ApiKeyState.UPDATING,
    ApiKeyAction.DELETE: ApiKeyState.DELETING,
}
"""The state of a key while the site is to do something with it."""

ANSWERED_BY = {
    "set_key": frozenset({ApiKeyAction.CREATE, ApiKeyAction.ROTATE}),
    "set_ok": frozenset({ApiKeyAction.RESUME, ApiKeyAction.UPDATE}),
    "set_paused": frozenset({ApiKeyAction.PAUSE}),
    "set_deleted": frozenset({ApiKeyAction.DELETE}),
}
"""Which wishes a site's report answers."""


class EntitlementState(StrEnum):
    """How far an entitlement of a person at the AAI has got."""

    WANTED = "to be put"
    PUT = "put"
    UNWANTED = "to be taken"


UNSETTLED_ENTITLEMENTS = frozenset({EntitlementState.WANTED, EntitlementState.UNWANTED})
"""What the AAI has to be told."""
