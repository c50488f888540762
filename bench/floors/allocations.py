"""Floors of the lists of orders and resources."""

from bench.floor_queries import Below, Floor, constant, hexed, named, plain, url, utc
from marketplace import account_settings

THEIR_PROJECTS = """SELECT p.id FROM identity_project p
  WHERE p.customer_id = ANY(%(customers)s) OR p.id = ANY(%(projects)s)"""
THEIR_OFFERINGS = """SELECT o.id FROM marketplace_offering o
  WHERE o.customer_id = ANY(%(providers)s) OR o.id = ANY(%(offerings)s)"""
CONSUMED = f"t.project_id = ANY(ARRAY({THEIR_PROJECTS}))"
PROVIDED = f"t.offering_id = ANY(ARRAY({THEIR_OFFERINGS}))"


def seen(table: str) -> str:
    """Return the keys of orders or resources that are seen from either side; each by its index."""
    return f"""SELECT s.id FROM {table} s WHERE s.project_id IN ({THEIR_PROJECTS})
  UNION SELECT s.id FROM {table} s WHERE s.offering_id IN ({THEIR_OFFERINGS})"""


ACCOUNT_SETTINGS = constant(account_settings.resolve({}, {}))

CUSTOMER = Below(f"""
SELECT t.id, {named("customer", "name", "slug", "uuid")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
""")

PROVIDER = Below(f"""
SELECT t.id, {named("provider", "name", "slug", "uuid", "description")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
""")

CATEGORY = Below(f"""
SELECT t.id, {named("category", "title", "uuid")}
FROM marketplace_category t WHERE t.id = ANY(%(keys)s)
""")

PLAN_URL = f"""%(base)s || '/api/marketplace-public-offerings/' || {hexed("o.uuid")} || '/plans/'
  || {hexed("t.uuid")} || '/'"""


def reviewer(name: str) -> Below:
    """Return who reviewed an order."""
    return Below(f"""
SELECT t.id, t.username AS {name}, t.username AS {name}_username,
  t.first_name || ' ' || t.last_name AS {name}_full_name
FROM identity_user t WHERE t.id = ANY(%(keys)s)
""")


ORDERS = Floor(
    scope=f"t.id = ANY(ARRAY({seen('marketplace_order')}))",
    count="SELECT count(*) FROM marketplace_order t WHERE {scope}",
    page=f"""
SELECT t.offering_id AS _offering, t.project_id AS _project, t.resource_id AS _resource,
  t.plan_id AS _plan, t.created_by_id AS _creator, t.consumer_reviewed_by_id AS _consumer,
  t.provider_reviewed_by_id AS _provider,
  {hexed("t.uuid")} AS uuid, {url("marketplace-orders", "t.uuid")} AS url,
  {plain("attributes", "auto_approved", "backend_id", "callback_url", "error_message", "limits")},
  {plain("consumer_rejection_comment", "output", "provider_rejection_comment", "slug", "state")},
  {plain("request_comment", "start_date", "termination_comment", "type")},
  {utc("created", "modified", "completed_at", "consumer_reviewed_at", "provider_reviewed_at")},
  {utc("error_updated_at", "output_updated_at")}, t.activation_price::float8 AS activation_price,
  t.fixed_price::float8 AS fixed_price, t.cost::text AS cost, t.cost::text AS new_cost_estimate,
  t.old_cost::float8 AS old_cost_estimate, t.error_traceback, false AS can_terminate
FROM marketplace_order t WHERE {{scope}} ORDER BY t.created, t.id LIMIT %(size)s
""",
    parents={
        "_offering": Below(
            f"""
SELECT t.id, t.customer_id AS _provider_customer, t.category_id AS _category,
  {url("marketplace-public-offerings", "t.uuid")} AS offering,
  {named("offering", "uuid", "name", "billable", "description", "plugin_options", "shared")},
  {named("offering", "type")}
FROM marketplace_offering t WHERE t.id = ANY(%(keys)s)
""",
            parents={"_provider_customer": PROVIDER, "_category": CATEGORY},
        ),
        "_project": Below(
            f"""
SELECT t.id, t.customer_id AS _customer, {named("project", "name", "slug", "uuid", "description")}
FROM identity_project t WHERE t.id = ANY(%(keys)s)
""",
            parents={"_customer": CUSTOMER},
        ),
        "_resource": Below(f"""
SELECT t.id, {hexed("t.uuid")} AS marketplace_resource_uuid, t.name AS resource_name,
  t.end_date AS resource_end_date
FROM marketplace_resource t WHERE t.id = ANY(%(keys)s)
"""),
        "_plan": Below(f"""
SELECT t.id, {PLAN_URL} AS plan, {named("plan", "name", "uuid", "unit", "description")},
  {named("new_plan", "name", "uuid", "billing_mode")}
FROM marketplace_plan t JOIN marketplace_offering o ON o.id = t.offering_id
WHERE t.id = ANY(%(keys)s)
"""),
        "_creator": Below(f"""
SELECT t.id, t.first_name || ' ' || t.last_name AS created_by_full_name,
  {named("created_by", "username", "civil_number", "email", "organization")},
  {named("created_by", "organization_address", "organization_country")},
  {named("created_by", "organization_registry_code", "organization_vat_code")}
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
        "_consumer": reviewer("consumer_reviewed_by"),
        "_provider": reviewer("provider_reviewed_by"),
    },
)

COMPONENTS = Below(f"""
SELECT t.offering_id, {hexed("t.uuid")} AS uuid, {hexed("o.uuid")} AS offering_uuid,
  {plain("article_code", "billing_type", "description", "is_boolean", "is_builtin", "is_prepaid")},
  {plain("limit_decimal_places", "limit_period", "max_prepaid_duration", "max_renewal_duration")},
  {plain("measured_unit", "min_prepaid_duration", "min_renewal_duration", "name", "type")},
  {plain("prepaid_duration_step", "renewal_duration_step", "unit_factor")},
  t.default_limit::float8 AS default_limit, t.limit_amount::float8 AS limit_amount,
  t.max_available_limit::float8 AS max_available_limit, t.max_value::float8 AS max_value,
  t.min_value::float8 AS min_value
FROM marketplace_offeringcomponent t JOIN marketplace_offering o ON o.id = t.offering_id
WHERE t.offering_id = ANY(%(keys)s) ORDER BY t.id
""")

RESOURCE_PAGE = f"""
SELECT t.offering_id AS _offering, t.project_id AS _project, t.plan_id AS _plan,
  t.end_date_requested_by_id AS _requester, {hexed("t.uuid")} AS uuid,
  {url("marketplace-resources", "t.uuid")} AS url,
  {plain("attributes", "backend_id", "backend_metadata", "current_usages", "description")},
  {plain("downscaled", "effective_id", "end_date", "endpoints", "error_message", "limit_usage")},
  {plain("limits", "name", "options", "paused", "report", "restrict_member_access", "slug")},
  {plain("state", "error_traceback")}, {utc("created", "modified", "last_sync")},
  {utc("end_date_updated_at")}, t.end_date AS resource_effective_end_date,
  true AS can_terminate, true AS is_limit_based, true AS is_usage_based, '' AS username,
  false AS project_is_in_grace_period, false AS user_requires_reconsent,
  '["terminate", "update_limits", "switch_plan"]'::jsonb AS available_actions
FROM marketplace_resource t WHERE t.state <> 'Terminated' AND {{scope}}
ORDER BY t.created, t.id LIMIT %(size)s
"""

RESOURCE_PARENTS = {
    "_offering": Below(
        f"""
SELECT t.id, t.id AS _id, t.customer_id AS _provider_customer, t.category_id AS _category,
  {url("marketplace-public-offerings", "t.uuid")} AS offering,
  {named("offering", "uuid", "name", "billable", "description", "plugin_options", "shared")},
  {named("offering", "type", "slug", "state", "backend_id")},
  {ACCOUNT_SETTINGS} AS offering_account_settings
FROM marketplace_offering t WHERE t.id = ANY(%(keys)s)
""",
        parents={"_provider_customer": PROVIDER, "_category": CATEGORY},
        lists={"offering_components": COMPONENTS},
    ),
    "_project": Below(
        f"""
SELECT t.id, t.customer_id AS _customer, {url("projects", "t.uuid")} AS project,
  {named("project", "name", "slug", "uuid", "description", "end_date", "start_date")},
  t.end_date + coalesce(t.grace_period_days, 0) AS project_effective_end_date,
  (SELECT {url("users", "u.uuid")} FROM identity_user u WHERE u.id = t.end_date_requested_by_id)
    AS project_end_date_requested_by
FROM identity_project t WHERE t.id = ANY(%(keys)s)
""",
        parents={"_customer": CUSTOMER},
    ),
    "_plan": Below(f"""
SELECT t.id, {PLAN_URL} AS plan, {named("plan", "name", "uuid", "unit", "description")}
FROM marketplace_plan t JOIN marketplace_offering o ON o.id = t.offering_id
WHERE t.id = ANY(%(keys)s)
"""),
    "_requester": Below(f"""
SELECT t.id, {url("users", "t.uuid")} AS end_date_requested_by
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
}

RESOURCE_COUNT = (
    "SELECT count(*) FROM marketplace_resource t WHERE t.state <> 'Terminated' AND {scope}"
)

ALLOCATIONS = {
    "marketplace-orders": ORDERS,
    "marketplace-resources": Floor(
        scope=CONSUMED, count=RESOURCE_COUNT, page=RESOURCE_PAGE, parents=RESOURCE_PARENTS
    ),
    "marketplace-provider-resources": Floor(
        scope=PROVIDED, count=RESOURCE_COUNT, page=RESOURCE_PAGE, parents=RESOURCE_PARENTS
    ),
}
