"""The sections with rules of their own: tokens, prices, roles and accounts at sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.usernames import is_reserved
from config.presets.loader.faults import Fault
from config.presets.loader.rows import Row, checked, differs, referred, refuse_unknown, uuid_of
from identity import event_kinds as identity_kinds
from identity import events
from identity.event_scope import EventScope
from identity.models import Customer, Grant, Project, Role, Token, User
from identity.roles import ScopeType
from identity.services import credentials, pi_rules
from marketplace.models import Offering, OfferingComponent, Plan, PlanComponent

if TYPE_CHECKING:
    from datetime import datetime

    from config.presets.loader.stored_rows import StoredRows

PRICE_KEYS = (
    *("plan_uuid", "component_uuid", "component_type"),
    *("price", "amount", "future_price"),
)
ROLE_KEYS = (
    *("uuid", "user_uuid", "user_username", "role_name", "scope_type", "scope_uuid"),
    *("is_active", "expiration_time"),
)
SCOPES: dict[str, tuple[ScopeType, Any]] = {
    "structure.customer": (ScopeType.CUSTOMER, Customer),
    "structure.project": (ScopeType.PROJECT, Project),
    "marketplace.offering": (ScopeType.OFFERING, Offering),
}
"""The kinds of scope, as Waldur names its models."""


def load_token(stored: StoredRows, row: Row, now: datetime) -> bool:
    """Let a token of the file work, for ever; only its digest is stored.

    :raises Fault: when it is no token, or somebody else's.
    """
    refuse_unknown(row, ("key", "user_uuid", "user_username"))
    user = _named(stored, row)
    if not isinstance(row.get("key"), str) or not row["key"]:
        raise Fault("key is missing")
    digest = credentials.digest(row["key"])
    token, is_new = Token.objects.get_or_create(
        digest=digest,
        defaults={
            "user": user,
            "name": "preset",
            "created": now,
            "last_used": now,
            "lifetime": None,
        },
    )
    if token.user_id != user.pk:
        raise Fault("key: it is the token of another user")
    return is_new


def load_price(stored: StoredRows, row: Row, now: datetime) -> bool:
    """Set the price of a component in a plan, and the amount that the plan includes.

    :raises Fault: when they do not belong together, or the price is none.
    """
    refuse_unknown(row, PRICE_KEYS)
    plan = referred(stored, Plan, row, "plan_uuid")
    component = referred(stored, OfferingComponent, row, "component_uuid")
    if component.offering_id != plan.offering_id:
        raise Fault("component_uuid: the component is of another offering than the plan")
    if row.get("component_type", component.type) != component.type:
        raise Fault(f"component_type: the component's type is {component.type}")
    price = PlanComponent.objects.filter(plan=plan, component=component).first()
    is_new = price is None
    price = price or PlanComponent(plan=plan, component=component)
    changes = [name for name in ("price", "amount", "future_price") if _differs(price, row, name)]
    for name in changes:
        setattr(price, name, row[name])
    if is_new or changes:
        checked(price)
        price.save()
    return is_new


def _differs(price: PlanComponent, row: Row, name: str) -> bool:
    return name in row and differs(price, name, row[name])


def load_role(stored: StoredRows, row: Row, now: datetime) -> bool:
    """Give a person a role, unless they have it, or had it by this row.

    :raises Fault: when there is no such person, role or scope.
    """
    refuse_unknown(row, ROLE_KEYS)
    uuid, user = uuid_of(row), _named(stored, row)
    kind, model = SCOPES.get(str(row.get("scope_type")), (None, None))
    if kind is None:
        raise Fault(f"scope_type: {row.get('scope_type')!r} is none of {', '.join(SCOPES)}")
    scope = referred(stored, model, row, "scope_uuid")
    role = Role.objects.filter(name=row.get("role_name")).first()
    if role is None or role.content_type != kind:
        raise Fault(f"role_name: {row.get('role_name')!r} is no role in a {kind.value}")
    held = Grant.objects.on(kind, scope.pk).filter(user=user, role=role, is_active=True)
    if Grant.objects.filter(uuid=uuid).exists() or held.exists():
        return False
    grant = Grant(
        uuid=uuid,
        user=user,
        role=role,
        scope_type=kind.value,
        scope_id=scope.pk,
        scope_uuid=scope.uuid,
        scope_name=scope.name,
        customer=scope if kind is ScopeType.CUSTOMER else scope.customer,
        project=scope if kind is ScopeType.PROJECT else None,
        is_active=row.get("is_active", True),
        expiration_time=row.get("expiration_time"),
        created=now,
    )
    checked(grant)
    if grant.is_active and pi_rules.concern(role, scope) and pi_rules.pis(scope.pk).exists():
        raise Fault(f"role_name: {scope.name} has a PI, and there is one at a time")
    grant.save()
    if grant.is_active:
        _record_grant(grant, now)
    return True


def _record_grant(grant: Grant, now: datetime) -> None:
    """Tell of the role as of every other, so that accounts follow."""
    events.record(
        identity_kinds.GRANT_GIVEN,
        grant,
        actor=None,
        now=now,
        scope=EventScope(customer_id=grant.customer_id, project_id=grant.project_id),
        message=f"{grant.user} became {grant.role} in {grant.scope_name}.",
        payload={
            "role": grant.role.name,
            "user_uuid": grant.user.uuid.hex,
            "scope_type": grant.scope_type,
            "scope_uuid": grant.scope_uuid.hex,
        },
    )


def load_account(stored: StoredRows, row: Row, now: datetime) -> bool:
    """Give a person an account at a site, unless they have one there or had one by this row.

    One with a name is ready; one without waits for the site to name it.

    :raises Fault: when there is no such person or offering.
    """
    refuse_unknown(row, ("uuid", "offering_uuid", "user_uuid", "username"))
    uuid, user = uuid_of(row), referred(stored, User, row, "user_uuid")
    offering = referred(stored, Offering, row, "offering_uuid")
    held = OfferingUser.objects.filter(offering=offering, user=user)
    if (
        OfferingUser.objects.filter(uuid=uuid).exists()
        or held.exclude(state=AccountState.DELETED).exists()
    ):
        return False
    username = row.get("username") or ""
    if is_reserved(str(username)):
        raise Fault(f"username: {username!r} is a name that systems use themselves")
    account = OfferingUser(
        uuid=uuid,
        offering=offering,
        user=user,
        username=username,
        state=AccountState.OK if username else AccountState.REQUESTED,
        propagation_date=now if username else None,
        is_granted=True,
        created=now,
    )
    checked(account)
    account.save()
    return True


def _named(stored: StoredRows, row: Row) -> User:
    """Return the row's user, who must bear the name that stands beside the UUID."""
    user: User = referred(stored, User, row, "user_uuid")
    if row.get("user_username", user.username) != user.username:
        raise Fault(f"user_username: the user's name is {user.username}")
    return user


LOADERS = {
    "auth_tokens": load_token,
    "plan_components": load_price,
    "user_roles": load_role,
    "offering_users": load_account,
}
