"""What is to be at an offering's site: read whole, in a fixed number of queries.

The answer is JSON without any object left in it, each list in the order of UUIDs or names, so that
two readings of the same state are the same text. What a site sees of people is what it sees
elsewhere: the project's members as in a resource's team, with the attributes that its provider
chose, and whether they agreed to its terms.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from accounting.models import ComponentUserUsageLimit, PolicyState
from allocations.lifecycle import AccountState, CourseAccountState, ServiceAccountState
from allocations.models import (
    CourseAccount,
    CustomerServiceAccount,
    OfferingUser,
    ProjectServiceAccount,
)
from allocations.services import admission, attributes, team
from identity.models import Grant, User
from marketplace.lifecycle import OPEN, OrderState, ResourceState
from marketplace.models import (
    Consent,
    Offering,
    OfferingComponent,
    OfferingPartition,
    Order,
    Resource,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

Json = dict[str, Any]

COMPONENT = ("type", "name", "measured_unit", "unit_factor", "billing_type", "limit_period")
PARTITION = (
    "partition_name",
    "cpu_arch",
    "gpu_arch",
    "cpu_bind",
    "def_cpu_per_gpu",
    "max_cpus_per_node",
    "max_cpus_per_socket",
    "def_mem_per_cpu",
    "def_mem_per_gpu",
    "def_mem_per_node",
    "max_mem_per_cpu",
    "max_mem_per_node",
    "default_time",
    "max_time",
    "grace_time",
    "max_nodes",
    "min_nodes",
    "exclusive_topo",
    "exclusive_user",
    "priority_tier",
    "qos",
    "req_resv",
)
OFFERING = ("name", "slug", "type", "state", "backend_id", "plugin_options")
RESOURCE = (
    "name",
    "slug",
    "state",
    "backend_id",
    "effective_id",
    "limits",
    "attributes",
    "backend_metadata",
    "endpoints",
    "paused",
    "downscaled",
    "restrict_member_access",
)
"""What of each is handed out as it is stored."""

OWNERS = {
    "project_uuid": "project__uuid",
    "project_slug": "project__slug",
    "project_name": "project__name",
    "customer_uuid": "project__customer__uuid",
    "customer_slug": "project__customer__slug",
    "customer_name": "project__customer__name",
    "plan_uuid": "plan__uuid",
    "plan_name": "plan__name",
}
"""What of a resource's project and plan is handed out: key -> column."""


def read(offering: Offering) -> Json:
    """Return the state; the caller sees to it that all of it is read in one snapshot."""
    offering = Offering.objects.select_related("user_attribute_config").get(pk=offering.pk)
    resources = present(offering)
    columns = (
        *RESOURCE,
        *OWNERS.values(),
        "id",
        "uuid",
        "end_date",
        "project",
        "project__customer",
    )
    rows = list(resources.order_by("uuid").values(*columns))
    teams = _teams(offering, resources)
    of_projects, of_customers, courses = _shared_accounts(resources)
    settings, limits, orders = _settings(offering), _user_limits(resources), _orders(resources)
    return {
        "offering": _offering(offering),
        "resources": [
            {
                "uuid": row["uuid"].hex,
                **{key: row[key] for key in RESOURCE},
                **{key: _text(row[column]) for key, column in OWNERS.items()},
                "end_date": _day(row["end_date"]),
                "members": teams[row["project"]],
                "user_limits": limits[row["id"]],
                "periodic_settings": settings.get(row["id"]),
                "service_accounts": [
                    *of_projects[row["project"]],
                    *of_customers[row["project__customer"]],
                ],
                "course_accounts": courses[row["project"]],
                "orders": orders[row["id"]],
            }
            for row in rows
        ],
    }


def present(offering: Offering) -> QuerySet[Resource]:
    """Return the resources that the site has or should have.

    One that is being created counts from when its order is carried out: until then, the provider
    may still refuse it.
    """
    begun = Order.objects.filter(resource=OuterRef("pk"), state=OrderState.EXECUTING)
    rows: QuerySet[Resource] = Resource.objects.filter(
        Exists(begun) | ~Q(state=ResourceState.CREATING), offering=offering
    ).exclude(state=ResourceState.TERMINATED)
    return rows


def _offering(offering: Offering) -> Json:
    components = OfferingComponent.objects.filter(offering=offering).order_by("type")
    partitions = OfferingPartition.objects.filter(offering=offering).order_by("partition_name")
    return {
        "uuid": offering.uuid.hex,
        **{key: getattr(offering, key) for key in OFFERING},
        "components": list(components.values(*COMPONENT)),
        "partitions": list(partitions.values(*PARTITION)),
    }


# --- people ---------------------------------------------------------------------------------------


def _teams(offering: Offering, resources: QuerySet[Resource]) -> dict[int, list[Json]]:
    """Return the members by project, each once with their strongest role."""
    grants = team.grants_of(resources.values("project"))
    strongest: dict[tuple[int, int], tuple[str, datetime | None]] = {}
    for project, user, role, until in grants.values_list(
        "project", "user", "role__name", "expiration_time"
    ):
        held = strongest.get((project, user))
        if held is None or team.rank(role) < team.rank(held[0]):
            strongest[project, user] = (role, until)
    people = _people(offering, grants)
    teams: dict[int, list[Json]] = defaultdict(list)
    for (project, user), (role, until) in strongest.items():
        member = {"role": team.short_role(role), "expiration_time": _moment(until), **people[user]}
        teams[project].append(member)
    for members in teams.values():
        members.sort(key=lambda member: str(member["user_uuid"]))
    return teams


def _people(offering: Offering, grants: QuerySet[Grant]) -> dict[int, Json]:
    """Return what the site sees of each person, and their account there."""
    exposed = attributes.exposed_at(offering)
    agreed = set(
        Consent.objects.filter(offering=offering, revocation_date__isnull=True).values_list(
            "user", flat=True
        )
    )
    accounts = {
        account["user"]: account
        for account in OfferingUser.objects.filter(offering=offering)
        .exclude(state=AccountState.DELETED)
        .values("user", "username", "state", "is_restricted", "backend_metadata")
    }
    users = User.objects.filter(pk__in=grants.values("user"))
    consenting = admission.agreed_to(offering, users)
    without = attributes.exposed_without_consent(offering)
    nobody: Json = {}
    found = {}
    for user in users.only("uuid", *attributes.columns_of(exposed)):
        account = accounts.get(user.pk, nobody)
        found[user.pk] = {
            "user_uuid": user.uuid.hex,
            "username": account.get("username") or None,
            "account_state": account.get("state"),
            "is_restricted": account.get("is_restricted", False),
            "account_metadata": account.get("backend_metadata", nobody),
            "has_consent": user.pk in agreed,
            "attributes": attributes.shown(user, exposed if user.pk in consenting else without),
        }
    return found


def _user_limits(resources: QuerySet[Resource]) -> dict[int, list[Json]]:
    """Return people's limits by resource; those of deleted accounts hold for nobody."""
    rows = (
        ComponentUserUsageLimit.objects.filter(resource__in=resources.values("pk"))
        .exclude(user__state=AccountState.DELETED)
        .order_by("component__type", "user__user__uuid")
        .values_list("resource", "user__user__uuid", "user__username", "component__type", "limit")
    )
    found: dict[int, list[Json]] = defaultdict(list)
    for resource, user, username, component, limit in rows:
        found[resource].append(
            {
                "user_uuid": user.hex,
                "username": username or None,
                "component_type": component,
                "limit": str(limit),
            }
        )
    return found


# --- programs, courses, policies, orders ----------------------------------------------------------


def _shared_accounts(
    resources: QuerySet[Resource],
) -> tuple[dict[int, list[Json]], dict[int, list[Json]], dict[int, list[Json]]]:
    """Return the accounts of programs by project and by organisation, and of courses by project."""
    programs = {"state": ServiceAccountState.OK}
    own = ("uuid", "username", "expires_at")
    of_projects: dict[int, list[Json]] = defaultdict(list)
    of_customers: dict[int, list[Json]] = defaultdict(list)
    courses: dict[int, list[Json]] = defaultdict(list)
    at_projects = ProjectServiceAccount.objects.filter(**programs).at(resources)
    for project, *account in at_projects.order_by("uuid").values_list("project", *own):
        of_projects[project].append(_program("project", *account))
    at_customers = CustomerServiceAccount.objects.filter(**programs).at(resources)
    for customer, *account in at_customers.order_by("uuid").values_list("customer", *own):
        of_customers[customer].append(_program("customer", *account))
    taken = CourseAccount.objects.filter(state=CourseAccountState.OK).at(resources)
    for project, uuid, username, user in taken.order_by("uuid").values_list(
        "project", "uuid", "username", "user__uuid"
    ):
        courses[project].append(
            {"uuid": uuid.hex, "username": username, "user_uuid": user.hex if user else None}
        )
    return of_projects, of_customers, courses


def _program(scope: str, uuid: UUID, username: str, expires_at: datetime | None) -> Json:
    return {
        "uuid": uuid.hex,
        "username": username,
        "scope_type": scope,
        "expires_at": _moment(expires_at),
    }


def _settings(offering: Offering) -> dict[int, Json]:
    """Return the settings that a usage policy last wanted of the site, by resource."""
    states = PolicyState.objects.filter(policy__offering=offering).exclude(settings={})
    return {
        resource: {"period": period, "settings": settings}
        for resource, period, settings in states.values_list(
            "resource", "settings_period", "settings"
        )
    }


def _orders(resources: QuerySet[Resource]) -> dict[int, list[Json]]:
    """Return the orders that are still open, by resource."""
    rows = Order.objects.filter(resource__in=resources.values("pk"), state__in=sorted(OPEN))
    found: dict[int, list[Json]] = defaultdict(list)
    for resource, uuid, kind, state in rows.order_by("uuid").values_list(
        "resource", "uuid", "type", "state"
    ):
        found[resource].append({"uuid": uuid.hex, "type": kind, "state": state})
    return found


# --- as JSON has it -------------------------------------------------------------------------------


def _text(value: UUID | str | None) -> str | None:
    return value if value is None or isinstance(value, str) else value.hex


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
