"""Floors of the lists of categories, providers, offerings and plans."""

from bench.floor_queries import Below, Floor, hexed, named, plain, url, utc
from bench.floors.allocations import ACCOUNT_SETTINGS, COMPONENTS
from bench.floors.identity import GROUPS, IN_FORCE

LISTED = "o.state IN ('Active', 'Paused')"

CATEGORIES = Floor(
    scope="true",
    count="SELECT count(*) FROM marketplace_category t WHERE {scope}",
    page=f"""
SELECT t.group_id AS _group, {hexed("t.uuid")} AS uuid,
  {url("marketplace-categories", "t.uuid")} AS url, {plain("title", "description")},
  {plain("default_vm_category", "default_volume_category")},
  (SELECT count(*) FROM marketplace_offering o WHERE o.category_id = t.id AND {LISTED})
    AS offering_count,
  (SELECT count(*) FROM marketplace_offering o WHERE o.category_id = t.id AND {LISTED}
   AND o.shared) AS available_offerings_count
FROM marketplace_category t WHERE {{scope}} ORDER BY t.title, t.id LIMIT %(size)s
""",
    parents={
        "_group": Below(f"""
SELECT t.id, {url("marketplace-category-groups", "t.uuid")} AS "group"
FROM marketplace_categorygroup t WHERE t.id = ANY(%(keys)s)
""")
    },
)

PROVIDERS = Floor(
    scope="true",
    count="SELECT count(*) FROM marketplace_serviceprovider t WHERE {scope}",
    page=f"""
SELECT t.customer_id AS _customer, {hexed("t.uuid")} AS uuid,
  {url("marketplace-service-providers", "t.uuid")} AS url, {utc("created")},
  {plain("account_options", "allowed_domains", "description", "enable_notifications")},
  (SELECT count(*) FROM marketplace_offering o WHERE o.customer_id = t.customer_id AND {LISTED})
    AS offering_count
FROM marketplace_serviceprovider t JOIN identity_customer c ON c.id = t.customer_id
WHERE {{scope}} ORDER BY c.name_key, t.id LIMIT %(size)s
""",
    parents={
        "_customer": Below(
            f"""
SELECT t.id, t.id AS _id, {url("customers", "t.uuid")} AS customer,
  {named("customer", "uuid", "abbreviation", "country", "name", "native_name", "slug")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
""",
            lists={"organization_groups": GROUPS},
        )
    },
)

PLAN_GROUPS = Below(f"""
SELECT link.plan_id, {hexed("t.uuid")} AS uuid, t.name,
  {url("organization-groups", "t.uuid")} AS url,
  {url("organization-groups", "above.uuid")} AS parent
FROM marketplace_plan_organization_groups link
JOIN identity_organizationgroup t ON t.id = link.organizationgroup_id
LEFT JOIN identity_organizationgroup above ON above.id = t.parent_id
WHERE link.plan_id = ANY(%(keys)s) ORDER BY t.name, t.id
""")

PLAN_COLUMNS = f"""t.id AS _id, {hexed("t.uuid")} AS uuid,
  {plain("archived", "article_code", "backend_id", "billing_mode", "description", "max_amount")},
  {plain("name", "unit")}, t.unit_price::text AS unit_price, NOT t.archived AS is_active,
  0 AS init_price, 0 AS switch_price, 0 AS minimal_price, 'usage-based' AS plan_type,
  (SELECT count(*) FROM marketplace_resource r WHERE r.plan_id = t.id AND r.state <> 'Terminated')
    AS resources_count, prices.prices, prices.future_prices, prices.quotas"""

PLAN_PRICES = """LEFT JOIN LATERAL (
  SELECT jsonb_object_agg(c.type, pc.price::text) AS prices,
    jsonb_object_agg(c.type, pc.future_price::text) AS future_prices,
    jsonb_object_agg(c.type, pc.amount) AS quotas
  FROM marketplace_plancomponent pc JOIN marketplace_offeringcomponent c ON c.id = pc.component_id
  WHERE pc.plan_id = t.id) prices ON true"""

PLAN_COMPONENTS = Below("""
SELECT t.plan_id, t.amount, t.price::text AS price, t.future_price::text AS future_price,
  c.billing_type, c.is_prepaid, c.limit_period, c.measured_unit, c.min_value::float8 AS min_value,
  c.name, c.type
FROM marketplace_plancomponent t JOIN marketplace_offeringcomponent c ON c.id = t.component_id
WHERE t.plan_id = ANY(%(keys)s) ORDER BY c.id, t.id
""")

BELOW_PLANS = {"components": PLAN_COMPONENTS, "organization_groups": PLAN_GROUPS}

PLANS = Floor(
    scope="""t.offering_id IN (SELECT o.id FROM marketplace_offering o
  WHERE o.id = ANY(%(offerings)s) OR o.customer_id = ANY(%(providers)s))""",
    count="SELECT count(*) FROM marketplace_plan t WHERE {scope}",
    page=f"""
SELECT {url("marketplace-plans", "t.uuid")} AS url, t.offering_id AS _offering, {PLAN_COLUMNS}
FROM marketplace_plan t {PLAN_PRICES} WHERE {{scope}} ORDER BY t.name, t.id LIMIT %(size)s
""",
    parents={
        "_offering": Below(f"""
SELECT t.id, {url("marketplace-provider-offerings", "t.uuid")} AS offering
FROM marketplace_offering t WHERE t.id = ANY(%(keys)s)
""")
    },
    lists=BELOW_PLANS,
)

OFFERING_GROUPS = Below(f"""
SELECT link.offering_id, {hexed("t.uuid")} AS uuid, t.name,
  {url("organization-groups", "t.uuid")} AS url,
  {url("organization-groups", "above.uuid")} AS parent
FROM marketplace_offering_organization_groups link
JOIN identity_organizationgroup t ON t.id = link.organizationgroup_id
LEFT JOIN identity_organizationgroup above ON above.id = t.parent_id
WHERE link.offering_id = ANY(%(keys)s) ORDER BY t.name, t.id
""")

MODES = ", ".join(
    f"""'{mode}', jsonb_agg(jsonb_build_object('type', c.type, 'billing_type', {billing},
      'is_prepaid', c.is_prepaid, 'measured_unit', c.measured_unit,
      'limit_period', coalesce(c.limit_period, 'month')) ORDER BY c.id)"""
    for mode, billing in (
        ("inherit", "c.billing_type"),
        ("limit", "'limit'"),
        ("usage", "'usage'"),
    )
)

OFFERING_COLUMNS = f"""t.id AS _id, {ACCOUNT_SETTINGS} AS account_settings,
  (SELECT jsonb_build_object({MODES}) FROM marketplace_offeringcomponent c
   WHERE c.offering_id = t.id) AS billing_mode_components,
  (SELECT coalesce(jsonb_agg(c.type ORDER BY c.id), '[]') FROM marketplace_offeringcomponent c
   WHERE c.offering_id = t.id AND c.billing_type = 'limit') AS effective_available_limits,
  true AS can_update_integration, true AS can_update_options,
  'mixed' AS billing_type_classification, t.category_id AS _category, t.customer_id AS _customer,
  {hexed("t.uuid")} AS uuid, {utc("created")},
  {plain("access_url", "attributes", "backend_id", "backend_metadata", "billable", "country")},
  {plain("datacite_doi", "description", "documentation_url", "full_description", "helpdesk_url")},
  {plain("getting_started", "integration_guide", "latitude", "longitude", "name", "options")},
  {plain("paused_reason", "plugin_options", "privacy_policy_link", "resource_options", "shared")},
  {plain("slug", "state", "type", "vendor_details")},
  (SELECT count(*) FROM marketplace_order x WHERE x.offering_id = t.id) AS order_count,
  (SELECT sum(r.cost)::float8 FROM marketplace_resource r
   WHERE r.offering_id = t.id AND r.state <> 'Terminated') AS total_cost_estimated,
  (SELECT count(DISTINCT p.customer_id) FROM marketplace_resource r
   JOIN identity_project p ON p.id = r.project_id
   WHERE r.offering_id = t.id AND r.state <> 'Terminated') AS total_customers"""

OFFERING_PARENTS = {
    "_category": Below(f"""
SELECT t.id, {url("marketplace-categories", "t.uuid")} AS category,
  {named("category", "title", "uuid")}
FROM marketplace_category t WHERE t.id = ANY(%(keys)s)
"""),
    "_customer": Below(f"""
SELECT t.id, {url("customers", "t.uuid")} AS customer, {named("customer", "name", "uuid")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
"""),
}


def plans_below(address: str, *, where: str = "true") -> Below:
    """Return the plans of offerings, under an address."""
    return Below(
        f"""
SELECT t.offering_id, {address} AS url, {PLAN_COLUMNS}
FROM marketplace_plan t JOIN marketplace_offering o ON o.id = t.offering_id {PLAN_PRICES}
WHERE t.offering_id = ANY(%(keys)s) AND {where} ORDER BY t.name, t.id
""",
        lists=BELOW_PLANS,
    )


PROVIDER_OFFERINGS = Floor(
    scope="(t.id = ANY(%(offerings)s) OR t.customer_id = ANY(%(providers)s))",
    count="SELECT count(*) FROM marketplace_offering t WHERE {scope}",
    page=f"""
SELECT {url("marketplace-provider-offerings", "t.uuid")} AS url, {OFFERING_COLUMNS},
  {plain("backend_id_rules", "secret_options", "service_attributes")}
FROM marketplace_offering t WHERE {{scope}} ORDER BY t.name_key, t.id LIMIT %(size)s
""",
    parents=OFFERING_PARENTS,
    lists={
        "components": COMPONENTS,
        "organization_groups": OFFERING_GROUPS,
        "plans": plans_below(url("marketplace-plans", "t.uuid")),
    },
)

PUBLIC_PLAN_URL = f"""%(base)s || '/api/marketplace-public-offerings/' || {hexed("o.uuid")}
  || '/plans/' || {hexed("t.uuid")} || '/'"""

PUBLIC_OFFERINGS = Floor(
    scope=f"""(t.customer_id = ANY(%(any_customers)s) OR t.shared AND (
  NOT EXISTS (SELECT 1 FROM marketplace_offering_organization_groups link
              WHERE link.offering_id = t.id)
  OR t.id IN (SELECT link.offering_id FROM marketplace_offering_organization_groups link
              JOIN identity_customer_organization_groups theirs
                ON theirs.organizationgroup_id = link.organizationgroup_id
              JOIN identity_grant g ON g.customer_id = theirs.customer_id
              WHERE g.user_id = %(user)s AND g.{IN_FORCE})))""",
    count="SELECT count(*) FROM marketplace_offering t "
    "WHERE t.state IN ('Active', 'Paused') AND {scope}",
    page=f"""
SELECT {url("marketplace-public-offerings", "t.uuid")} AS url, {OFFERING_COLUMNS},
  true AS is_accessible,
  EXISTS (SELECT 1 FROM marketplace_consent c WHERE c.offering_id = t.id
    AND c.user_id = %(user)s AND c.revocation_date IS NULL) AS user_has_consent,
  EXISTS (SELECT 1 FROM allocations_offeringuser a WHERE a.offering_id = t.id
    AND a.user_id = %(user)s AND a.state <> 'Deleted') AS user_has_offering_user
FROM marketplace_offering t WHERE t.state IN ('Active', 'Paused') AND {{scope}}
ORDER BY t.name_key, t.id LIMIT %(size)s
""",
    parents=OFFERING_PARENTS,
    lists={
        "components": COMPONENTS,
        "organization_groups": OFFERING_GROUPS,
        "plans": plans_below(PUBLIC_PLAN_URL, where="NOT t.archived"),
    },
)

CATALOGUE = {
    "marketplace-categories": CATEGORIES,
    "marketplace-service-providers": PROVIDERS,
    "marketplace-plans": PLANS,
    "marketplace-provider-offerings": PROVIDER_OFFERINGS,
    "marketplace-public-offerings": PUBLIC_OFFERINGS,
}
