"""Who may do what: the whole policy on one screen. Pure: importable without Django.

The names are Waldur's, since clients read them from `/api/roles/` and `/api/users/me/`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from identity.roles import RoleName, ScopeType


class Permission(StrEnum):
    """A thing that a role may allow in its scope and in all that belongs to the scope."""

    UPDATE_CUSTOMER = "CUSTOMER.UPDATE"
    VIEW_CUSTOMER = "CUSTOMER.VIEW"
    CREATE_CUSTOMER_MEMBER = "CUSTOMER.CREATE_PERMISSION"
    UPDATE_CUSTOMER_MEMBER = "CUSTOMER.UPDATE_PERMISSION"
    DELETE_CUSTOMER_MEMBER = "CUSTOMER.DELETE_PERMISSION"
    CREATE_PROJECT = "PROJECT.CREATE"
    UPDATE_PROJECT = "PROJECT.UPDATE"
    DELETE_PROJECT = "PROJECT.DELETE"
    VIEW_PROJECT = "PROJECT.VIEW"
    CREATE_PROJECT_MEMBER = "PROJECT.CREATE_PERMISSION"
    UPDATE_PROJECT_MEMBER = "PROJECT.UPDATE_PERMISSION"
    DELETE_PROJECT_MEMBER = "PROJECT.DELETE_PERMISSION"
    CREATE_ORDER = "ORDER.CREATE"
    APPROVE_ORDER = "ORDER.APPROVE"
    REJECT_ORDER = "ORDER.REJECT"
    CANCEL_ORDER = "ORDER.CANCEL"
    VIEW_ORDER = "ORDER.VIEW"
    VIEW_RESOURCE = "RESOURCE.VIEW"
    UPDATE_RESOURCE = "RESOURCE.UPDATE"
    SET_RESOURCE_LIMITS = "RESOURCE.UPDATE_LIMITS"
    SWITCH_RESOURCE_PLAN = "RESOURCE.SWITCH_PLAN"
    SET_RESOURCE_END_DATE = "RESOURCE.SET_END_DATE"
    SET_RESOURCE_OPTIONS = "RESOURCE.UPDATE_OPTIONS"
    TERMINATE_RESOURCE = "RESOURCE.TERMINATE"
    VIEW_PROVIDER_SIDE = "OFFERING.VIEW_RESOURCES"
    REGISTER_PROVIDER = "SERVICE_PROVIDER.REGISTER"
    UPDATE_PROVIDER = "SERVICE_PROVIDER.UPDATE"
    CREATE_OFFERING = "OFFERING.CREATE"
    UPDATE_OFFERING = "OFFERING.UPDATE"
    PAUSE_OFFERING = "OFFERING.PAUSE"
    ARCHIVE_OFFERING = "OFFERING.ARCHIVE"
    DELETE_OFFERING = "OFFERING.DELETE"
    MANAGE_PLANS = "OFFERING.UPDATE_PLAN"
    CREATE_OFFERING_MEMBER = "OFFERING.CREATE_PERMISSION"
    UPDATE_OFFERING_MEMBER = "OFFERING.UPDATE_PERMISSION"
    DELETE_OFFERING_MEMBER = "OFFERING.DELETE_PERMISSION"
    COMPLETE_ORDER = "ORDER.SET_STATE"
    REPORT_USAGE = "RESOURCE.SET_USAGE"
    MANAGE_DELIVERY = "RESOURCE.SET_BACKEND_ID"
    SET_DELIVERED_LIMITS = "RESOURCE.SET_LIMITS"
    PAUSE_RESOURCE = "RESOURCE.SET_STATE"
    SUBMIT_REPORT = "RESOURCE.SUBMIT_REPORT"
    MANAGE_OFFERING_USER = "OFFERING.MANAGE_USER"
    MANAGE_API_KEY = "RESOURCE.MANAGE_API_KEY"
    CREATE_ROBOT_ACCOUNT = "RESOURCE.CREATE_ROBOT_ACCOUNT"
    UPDATE_ROBOT_ACCOUNT = "RESOURCE.UPDATE_ROBOT_ACCOUNT"
    DELETE_ROBOT_ACCOUNT = "RESOURCE.DELETE_ROBOT_ACCOUNT"

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the roles that allow it, in the order of the matrix."""
        return tuple(role.value for role, allowed in MATRIX.items() if self in allowed)


P = Permission

_SEE = frozenset({P.VIEW_CUSTOMER, P.VIEW_PROJECT, P.VIEW_ORDER, P.VIEW_RESOURCE})
_SEE_PROJECT = frozenset({P.VIEW_PROJECT, P.VIEW_ORDER, P.VIEW_RESOURCE})

_KEEP_ROBOTS = frozenset({P.CREATE_ROBOT_ACCOUNT, P.UPDATE_ROBOT_ACCOUNT, P.DELETE_ROBOT_ACCOUNT})

_RUN_PROJECT = _SEE_PROJECT | {
    P.CREATE_ORDER,
    P.CANCEL_ORDER,
    P.UPDATE_RESOURCE,
    P.SET_RESOURCE_LIMITS,
    P.SWITCH_RESOURCE_PLAN,
    P.SET_RESOURCE_OPTIONS,
    P.TERMINATE_RESOURCE,
    P.MANAGE_API_KEY,
}
_MANAGE_PROJECT = _RUN_PROJECT | {
    P.UPDATE_PROJECT,
    P.SET_RESOURCE_END_DATE,
    P.CREATE_PROJECT_MEMBER,
    P.UPDATE_PROJECT_MEMBER,
    P.DELETE_PROJECT_MEMBER,
}
_DELIVER = _KEEP_ROBOTS | frozenset(
    {
        P.VIEW_PROVIDER_SIDE,
        P.REPORT_USAGE,
        P.MANAGE_DELIVERY,
        P.SET_DELIVERED_LIMITS,
        P.SUBMIT_REPORT,
        P.MANAGE_OFFERING_USER,
    }
)
_PROVIDE = _DELIVER | {
    P.APPROVE_ORDER,
    P.REJECT_ORDER,
    P.COMPLETE_ORDER,
    P.PAUSE_RESOURCE,
    P.TERMINATE_RESOURCE,
    P.SET_RESOURCE_END_DATE,
    P.UPDATE_PROVIDER,
    P.CREATE_OFFERING,
    P.UPDATE_OFFERING,
    P.PAUSE_OFFERING,
    P.ARCHIVE_OFFERING,
    P.DELETE_OFFERING,
    P.MANAGE_PLANS,
    P.CREATE_OFFERING_MEMBER,
    P.UPDATE_OFFERING_MEMBER,
    P.DELETE_OFFERING_MEMBER,
}

MATRIX: Mapping[RoleName, frozenset[Permission]] = {
    RoleName.CUSTOMER_OWNER: _SEE
    | _MANAGE_PROJECT
    | _PROVIDE
    | {
        P.UPDATE_CUSTOMER,
        P.CREATE_CUSTOMER_MEMBER,
        P.UPDATE_CUSTOMER_MEMBER,
        P.DELETE_CUSTOMER_MEMBER,
        P.CREATE_PROJECT,
        P.DELETE_PROJECT,
    },
    RoleName.CUSTOMER_MANAGER: _SEE | _DELIVER,
    RoleName.CUSTOMER_SUPPORT: _SEE,
    RoleName.CUSTOMER_READER: _SEE,
    RoleName.PROJECT_MANAGER: _MANAGE_PROJECT,
    RoleName.PROJECT_ADMIN: _RUN_PROJECT,
    RoleName.PROJECT_MEMBER: _SEE_PROJECT | {P.CREATE_ORDER},
    RoleName.OFFERING_MANAGER: _DELIVER | {P.UPDATE_OFFERING},
}
"""What each role allows in its scope. Staff may everything; support may see everything."""

GIVING: Mapping[ScopeType, Permission] = {
    ScopeType.CUSTOMER: P.CREATE_CUSTOMER_MEMBER,
    ScopeType.PROJECT: P.CREATE_PROJECT_MEMBER,
    ScopeType.OFFERING: P.CREATE_OFFERING_MEMBER,
}
"""What lets somebody give roles in a scope of each kind, or in what it belongs to."""

MEANINGFUL: Mapping[ScopeType, frozenset[Permission]] = {
    ScopeType.CUSTOMER: frozenset(Permission),
    ScopeType.PROJECT: _MANAGE_PROJECT
    | _KEEP_ROBOTS
    | {P.DELETE_PROJECT, P.APPROVE_ORDER, P.REJECT_ORDER},
    ScopeType.OFFERING: _PROVIDE - {P.CREATE_OFFERING, P.UPDATE_PROVIDER},
}
"""What a role of each kind of scope can allow: what something asks for in such a scope."""


def allowed_by(role: str, custom: Iterable[str] = ()) -> frozenset[str]:
    """Return what a role allows: by the matrix, or one that staff made what they chose."""
    return frozenset(MATRIX.get(RoleName(role), ())) if role in _SYSTEM else frozenset(custom)


_SYSTEM = frozenset(role.value for role in RoleName)


def roles_with(permission: Permission) -> frozenset[RoleName]:
    """Return the roles that allow something."""
    return frozenset(role for role, allowed in MATRIX.items() if permission in allowed)
