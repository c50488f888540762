"""Floors of the lists of usages and of people's accounts."""

from bench.floor_queries import Below, Floor, hexed, named, plain, url, utc
from bench.floors.allocations import seen

SEEN = seen("marketplace_resource")

CUSTOMER = Below(f"""
SELECT t.id, {named("customer", "name", "uuid")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
""")

RESOURCE = Below(
    f"""
SELECT t.id, t.project_id AS _project, t.offering_id AS _offering,
  {named("resource", "name", "uuid")}
FROM marketplace_resource t WHERE t.id = ANY(%(keys)s)
""",
    parents={
        "_project": Below(
            f"""
SELECT t.id, t.customer_id AS _customer, {named("project", "name", "uuid")}
FROM identity_project t WHERE t.id = ANY(%(keys)s)
""",
            parents={"_customer": CUSTOMER},
        ),
        "_offering": Below(f"""
SELECT t.id, {named("offering", "name", "uuid")}
FROM marketplace_offering t WHERE t.id = ANY(%(keys)s)
"""),
    },
)

COMPONENT_USAGES = Floor(
    scope=f"t.resource_id = ANY(ARRAY({SEEN}))",
    count="SELECT count(*) FROM accounting_componentusage t WHERE {scope}",
    page=f"""
SELECT t.resource_id AS _resource, t.component_id AS _component, {hexed("t.uuid")} AS uuid,
  {plain("billing_period", "description", "missing_usage_policy", "recurring")},
  {utc("created", "date")}, t.usage::text AS usage, t.modified_by_id AS modified_by
FROM accounting_componentusage t WHERE {{scope}} ORDER BY t.date DESC, t.id DESC LIMIT %(size)s
""",
    parents={
        "_resource": RESOURCE,
        "_component": Below(f"""
SELECT t.id, {plain("type", "name", "measured_unit")}
FROM marketplace_offeringcomponent t WHERE t.id = ANY(%(keys)s)
"""),
    },
)

USER_USAGES = Floor(
    scope=f"""t.component_usage_id IN (
  SELECT u.id FROM accounting_componentusage u WHERE u.resource_id = ANY(ARRAY({SEEN})))""",
    count="SELECT count(*) FROM accounting_componentuserusage t WHERE {scope}",
    page=f"""
SELECT t.component_usage_id AS _usage, t.user_id AS _account, {hexed("t.uuid")} AS uuid,
  {plain("backend_id", "description", "username")}, {utc("created", "modified")},
  t.usage::text AS usage
FROM accounting_componentuserusage t WHERE {{scope}} ORDER BY t.id DESC LIMIT %(size)s
""",
    parents={
        "_usage": Below(
            f"""
SELECT t.id, t.resource_id AS _resource, t.component_id AS _component, t.billing_period,
  {utc("date")}, {url("marketplace-component-usages", "t.uuid")} AS component_usage
FROM accounting_componentusage t WHERE t.id = ANY(%(keys)s)
""",
            parents={
                "_resource": RESOURCE,
                "_component": Below("""
SELECT t.id, t.type AS component_type, t.measured_unit
FROM marketplace_offeringcomponent t WHERE t.id = ANY(%(keys)s)
"""),
            },
        ),
        "_account": Below(f"""
SELECT t.id, {url("marketplace-offering-users", "t.uuid")} AS "user"
FROM allocations_offeringuser t WHERE t.id = ANY(%(keys)s)
"""),
    },
)

ACCOUNT_SCOPE = """(t.user_id = %(user)s OR t.offering_id IN (SELECT o.id
  FROM marketplace_offering o
  WHERE o.id = ANY(%(offerings)s) OR o.customer_id = ANY(%(providers)s)))"""
ACCOUNT_COUNT = "SELECT count(*) FROM allocations_offeringuser t WHERE {scope}"
ACCOUNT_PAGE = f"""
SELECT t.offering_id AS _offering, t.user_id AS _user, {hexed("t.uuid")} AS uuid,
  {url("marketplace-offering-users", "t.uuid")} AS url, {utc("created", "modified")},
  {plain("is_restricted", "state", "service_provider_comment", "service_provider_comment_url")},
  {plain("username")}, t.backend_metadata ->> 'home_directory' AS home_directory,
  t.backend_metadata ->> 'login_shell' AS login_shell,
  t.backend_metadata -> 'uidnumber' AS uidnumber,
  t.backend_metadata -> 'primarygroup' AS primarygroup,
  EXISTS (SELECT 1 FROM marketplace_consent c WHERE c.user_id = t.user_id
    AND c.offering_id = t.offering_id AND c.revocation_date IS NULL) AS has_consent,
  EXISTS (SELECT 1 FROM marketplace_termsofservice terms WHERE terms.offering_id = t.offering_id
    AND terms.is_active) AS offering_has_active_tos,
  false AS requires_reconsent, true AS is_profile_complete,
  '[]'::jsonb AS missing_profile_attributes
FROM allocations_offeringuser t WHERE {{scope}} ORDER BY t.created, t.id LIMIT %(size)s
"""
OFFERING = Below(
    f"""
SELECT t.id, t.customer_id AS _customer, {named("offering", "name", "uuid")},
  {url("marketplace-provider-offerings", "t.uuid")} AS offering
FROM marketplace_offering t WHERE t.id = ANY(%(keys)s)
""",
    parents={"_customer": CUSTOMER},
)
PERSON = f"""{url("users", "t.uuid")} AS "user", t.first_name || ' ' || t.last_name
  AS user_full_name, {named("user", "uuid", "username", "email", "first_name", "last_name")},
  {named("user", "birth_date", "civil_number", "gender", "primary_gid", "uid_number")}"""

OFFERING_USERS = Floor(
    scope=ACCOUNT_SCOPE,
    count=ACCOUNT_COUNT,
    page=ACCOUNT_PAGE,
    parents={
        "_offering": OFFERING,
        "_user": Below(f"""
SELECT t.id, {PERSON},
  {named("user", "active_isds", "address", "affiliations", "country_of_residence")},
  {named("user", "eduperson_assurance", "identity_source")},
  {named("user", "job_title", "nationalities", "nationality", "organization")},
  {named("user", "organization_address", "organization_country", "organization_registry_code")},
  {named("user", "organization_type", "organization_vat_code", "personal_title")},
  {named("user", "phone_number", "place_of_birth")}
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
    },
    others=Floor(
        scope=ACCOUNT_SCOPE,
        count=ACCOUNT_COUNT,
        page=ACCOUNT_PAGE,
        parents={
            "_offering": OFFERING,
            "_user": Below(f"""
SELECT t.id, {PERSON} FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
        },
    ),
)

USAGES = {
    "marketplace-component-usages": COMPONENT_USAGES,
    "marketplace-component-user-usages": USER_USAGES,
    "marketplace-offering-users": OFFERING_USERS,
}
