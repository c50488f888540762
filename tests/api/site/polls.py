"""Every read that a site agent sends, as it sends it (site-agent.md 2.0 to 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Poll:
    """A read: its number in the notes on the agent, its path, its query, and whether it finds."""

    number: str
    path: str
    query: str = ""
    finds: bool = True

    def url(self, names: dict[str, str]) -> str:
        """Return the address with what stands in braces filled in."""
        quoted = {name: quote(value) for name, value in names.items()}
        return f"/api/{self.path}?{self.query}".format(**quoted)


def fields(names: str) -> str:
    """Return `field=` once for each name."""
    return "&".join(f"field={name}" for name in names.split())


IDENTITIES = "marketplace-site-agent-identities/"
OFFERING = "marketplace-provider-offerings/{offering}/"
ORDERS = "marketplace-orders/"
RESOURCES = "marketplace-provider-resources/"
RESOURCE = "marketplace-provider-resources/{resource}/"
ACCOUNTS = "marketplace-offering-users/"
USAGES = "marketplace-component-usages/"
USER_USAGES = "marketplace-component-user-usages/"

LIVE = "offering_uuid={offering_dashed}&state=OK&state=Erred&page_size=100"
OF_OFFERING = "offering_uuid={offering_dashed}&page_size=100"
ACCOUNT_KEYS = (
    "user_uuid username url state uuid user_username user_full_name user_first_name"
    " user_last_name user_email user_organization"
)
MEMBERSHIP_KEYS = (
    "uuid backend_id name slug state project_uuid project_slug customer_slug"
    " restrict_member_access backend_metadata limits paused downscaled attributes"
    " offering_plugin_options offering_backend_id project_name project_description customer_uuid"
    " customer_name end_date end_date_updated_at project_end_date"
)
REPORT_KEYS = (
    "uuid backend_id name slug state project_uuid project_slug customer_slug limits"
    " backend_metadata attributes offering_plugin_options offering_backend_id"
)
UNREADY = "&".join(
    f"state={quote(state)}"
    for state in (
        "Requested",
        "Creating",
        "Pending account linking",
        "Pending additional validation",
        "Error creating",
    )
)
SETUP_KEYS = fields("components customer_uuid partitions plugin_options")

BY_THE_SITE = (
    Poll("A1", "version/"),
    Poll("A2", IDENTITIES, "name=agent-{offering}&page_size=100"),
    Poll("A6", "users/me/"),
    Poll("A7", OFFERING, SETUP_KEYS),
    Poll("A8", "marketplace-service-providers/", "customer_uuid={customer_dashed}&field=uuid"),
    Poll("O1", ORDERS, f"{OF_OFFERING}&state=pending-provider&state=executing"),
    Poll("O3", ORDERS + "{waiting_dashed}/"),
    Poll("O3 before done", ORDERS + "{executing_dashed}/", fields("uuid state")),
    Poll("O4", RESOURCE),
    Poll("O5", RESOURCE + "team/"),
    Poll("O5 federation", RESOURCE + "team/", "has_consent=true"),
    Poll("O6", OFFERING + "user-attribute-config/"),
    Poll("O7", ACCOUNTS, f"{OF_OFFERING}&is_restricted=false&{fields(ACCOUNT_KEYS)}"),
    Poll("O8", "marketplace-plans/{plan_dashed}/"),
    Poll("O9", "marketplace-service-providers/{provider_dashed}/keys/"),
    Poll("O17 options", OFFERING, fields("plugin_options")),
    Poll("O17 programs", OFFERING + "list_project_service_accounts/", "page_size=100"),
    Poll("O17 courses", OFFERING + "list_course_accounts/", "page_size=100"),
    Poll("M1", RESOURCES, f"{LIVE}&{fields(MEMBERSHIP_KEYS)}"),
    Poll("M1 project", RESOURCES, f"{LIVE}&project_uuid={{project}}&{fields(MEMBERSHIP_KEYS)}"),
    Poll("M9", "component-user-usage-limits/", "resource_uuid={resource_dashed}&page_size=100"),
    Poll("R components", OFFERING, fields("components")),
    Poll("R resources", RESOURCES, f"{LIVE}&{fields(REPORT_KEYS)}"),
    Poll("R resource", RESOURCE, fields("uuid name backend_id")),
    Poll(
        "R1",
        USAGES,
        f"resource_uuid={{resource}}&billing_period={{month}}&{fields('uuid type usage')}",
    ),
    Poll(
        "R2",
        USER_USAGES,
        "resource_uuid={resource}&component_usage__billing_period={month}&field=component_usage",
    ),
    Poll("E1 requests", "backend-resource-requests/", f"{OF_OFFERING}&state=Sent"),
    Poll("E4", ORDERS + "{waiting}/"),
    Poll(
        "E5",
        ACCOUNTS,
        f"user_uuid={{user}}&{OF_OFFERING}&is_restricted=false&{fields(ACCOUNT_KEYS)}",
    ),
    Poll("E7 accounts", ACCOUNTS, f"user_uuid={{user}}&{OF_OFFERING}"),
    Poll("E7", RESOURCES, f"{LIVE}&{fields('uuid backend_id restrict_member_access')}"),
    Poll("E9 request", "backend-resource-requests/{asked}/"),
    Poll("E9 resources", RESOURCES, f"{LIVE}&state=Creating"),
    Poll("E9 project", "projects/", "slug={slug}&field=uuid", finds=False),
    Poll(
        "E9 known",
        "backend-resources/",
        f"backend_id={{found}}&project_uuid={{project}}&{OF_OFFERING}",
    ),
    Poll("E12", ORDERS, "offering_uuid={offering}"),
    Poll(
        "E13 orders",
        ORDERS,
        f"{OF_OFFERING}&state=executing&modified_before=2099-01-01T00%3A00%3A00%2B00%3A00",
    ),
    Poll("E13 accounts", ACCOUNTS, f"{OF_OFFERING}&{UNREADY}"),
    Poll(
        "diagnostics offering",
        OFFERING,
        fields("uuid name customer_name state components backend_id"),
    ),
    Poll("diagnostics orders", ORDERS, f"{OF_OFFERING}&{fields('project_name type state')}"),
    Poll("sync_offering_users", ACCOUNTS, OF_OFFERING),
    Poll("sync_resource_limits", "marketplace-resources/", LIVE, finds=False),
    Poll("create_homedirs", ACCOUNTS, f"{OF_OFFERING}&state=OK&field=username"),
    Poll("healthz", "users/me/", "field=uuid"),
    Poll("history accounts", ACCOUNTS, f"{OF_OFFERING}&{fields('username url')}"),
    Poll("history resources", RESOURCES, OF_OFFERING),
    Poll("history usages", USAGES, "resource_uuid={resource}&billing_period={month}"),
    Poll(
        "history user usages",
        USER_USAGES,
        f"resource_uuid={{resource}}&{fields('username component_type usage component_usage')}",
    ),
    Poll("diagnose account", RESOURCES, f"backend_id={{backend_id}}&{LIVE}"),
    Poll(
        "diagnose policies",
        "marketplace-slurm-periodic-usage-policies/",
        "scope_uuid={offering}&page_size=100",
    ),
    Poll(
        "source projects",
        "marketplace-service-providers/{provider}/projects/",
        f"query={{project}}&{fields('uuid name backend_id')}",
    ),
    Poll("source resources", RESOURCES, "project_uuid={project_dashed}&page_size=100"),
    Poll("source resource", RESOURCES, "backend_id={backend_id}"),
)
"""By the token of somebody who provides the offering."""

BY_ANOTHER_SITE = (
    Poll("target plans", "marketplace-public-offerings/{offering}/plans/"),
    Poll("target project", "projects/", "backend_id=one_two&page_size=100"),
    Poll("target order", ORDERS + "{waiting}/"),
    Poll("target orders", ORDERS, "offering_uuid={offering}&page_size=1"),
    Poll(
        "target orders of one",
        ORDERS,
        "resource_uuid={resource}&type=Update&state=executing&state=pending-provider",
    ),
    Poll("target resources", "marketplace-resources/", OF_OFFERING),
    Poll("target resource", "marketplace-resources/{resource}/"),
    Poll("target team", "marketplace-resources/{resource}/team/"),
    Poll("target roles", "roles/", "name=PROJECT.MEMBER"),
    Poll(
        "target members",
        "projects/{project}/list_users/",
        f"page_size=100&{fields('user_uuid role_name')}",
    ),
    Poll("target accounts", ACCOUNTS, OF_OFFERING, finds=False),
    Poll("target people by address", "users/", "email={email}"),
    Poll("target people by name", "users/", "username={person}"),
    Poll("target usages", USAGES, "resource_uuid={resource}&billing_period={month}"),
    Poll("target user usages", USER_USAGES, "resource_uuid={resource}&page_size=100"),
    Poll("target sciences", "science-sub-domains/", "page_size=100"),
    Poll("target version", "version/"),
)
"""By a site that passes orders on (federation), with a token of the organisation that orders."""
