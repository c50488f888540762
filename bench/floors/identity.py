"""Floors of the lists of people, organisations, projects, roles, keys and events."""

from bench.floor_queries import Below, Floor, constant, hexed, named, plain, url, utc
from identity.permissions import MATRIX
from identity.roles import LANGUAGES

IN_FORCE = "is_active AND (expiration_time IS NULL OR expiration_time > now())"

GROUPS = Below(f"""
SELECT link.customer_id, {hexed("t.uuid")} AS uuid, t.name,
  {url("organization-groups", "t.uuid")} AS url,
  {url("organization-groups", "above.uuid")} AS parent,
  (SELECT count(*) FROM identity_customer_organization_groups other
   WHERE other.organizationgroup_id = t.id) AS customers_count
FROM identity_customer_organization_groups link
JOIN identity_organizationgroup t ON t.id = link.organizationgroup_id
LEFT JOIN identity_organizationgroup above ON above.id = t.parent_id
WHERE link.customer_id = ANY(%(keys)s) ORDER BY t.name, t.id
""")

CUSTOMERS = Floor(
    scope=f"""t.id IN (
  SELECT customer_id FROM identity_grant WHERE user_id = %(user)s AND {IN_FORCE})""",
    count="SELECT count(*) FROM identity_customer t WHERE {scope}",
    page=f"""
SELECT t.id AS _id, {hexed("t.uuid")} AS uuid, {url("customers", "t.uuid")} AS url,
  {plain("abbreviation", "access_subnets", "address", "agreement_number", "apartment_nr")},
  {plain("archived", "backend_id", "bank_account", "bank_name", "blocked", "city", "country")},
  {plain("contact_details", "description", "display_billing_info_in_projects", "domain")},
  {plain("email", "grace_period_days", "homepage", "house_nr", "household", "latitude")},
  {plain("longitude", "max_service_accounts", "name", "native_name", "notification_emails")},
  {plain("parish", "phone_number", "postal", "project_slug_template", "registration_code")},
  {plain("slug", "sponsor_number", "state", "street", "vat_code", "user_affiliations")},
  {plain("user_email_patterns", "user_identity_sources")},
  t.default_tax_percent::text AS default_tax_percent, {utc("created", "accounting_start_date")},
  coalesce(nullif(t.abbreviation, ''), t.name) AS display_name,
  {hexed("provider.uuid")} AS service_provider_uuid, provider.id IS NOT NULL AS is_service_provider,
  {url("marketplace-service-providers", "provider.uuid")} AS service_provider,
  (SELECT count(*) FROM identity_project p WHERE p.customer_id = t.id AND NOT p.is_removed)
    AS projects_count,
  (SELECT count(DISTINCT user_id) FROM identity_grant
   WHERE customer_id = t.id AND {IN_FORCE} AND scope_type <> 'offering') AS users_count,
  false AS is_service_provider_manager_only
FROM identity_customer t
LEFT JOIN marketplace_serviceprovider provider ON provider.customer_id = t.id
WHERE {{scope}} ORDER BY t.name_key, t.id LIMIT %(size)s
""",
    lists={"organization_groups": GROUPS},
)

OF_PROJECT = Below(f"""
SELECT t.id, {url("customers", "t.uuid")} AS customer,
  {named("customer", "uuid", "abbreviation", "name", "native_name", "slug")},
  {named("customer", "display_billing_info_in_projects", "grace_period_days")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
""")

PROJECTS = Floor(
    scope="(t.id = ANY(%(projects)s) OR t.customer_id = ANY(%(customers)s))",
    count="SELECT count(*) FROM identity_project t WHERE NOT t.is_removed AND {scope}",
    page=f"""
SELECT t.customer_id AS _customer, t.end_date_requested_by_id AS _requester,
  {hexed("t.uuid")} AS uuid, {url("projects", "t.uuid")} AS url, {utc("created")},
  {plain("backend_id", "description", "end_date", "grace_period_days", "is_industry")},
  {plain("is_removed", "kind", "marketplace_resource_count", "max_service_accounts", "name")},
  {plain("oecd_fos_2007_code", "resources_count", "slug", "start_date")},
  {plain("termination_metadata", "user_affiliations", "user_email_patterns")},
  {plain("user_identity_sources", "staff_notes")}, {utc("end_date_updated_at")},
  t.end_date + coalesce(t.grace_period_days, 0) AS effective_end_date,
  coalesce(t.end_date < current_date, false) AS is_in_grace_period
FROM identity_project t WHERE NOT t.is_removed AND {{scope}}
ORDER BY t.name_key, t.id LIMIT %(size)s
""",
    parents={
        "_customer": OF_PROJECT,
        "_requester": Below(f"""
SELECT t.id, {url("users", "t.uuid")} AS end_date_requested_by
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
    },
)

PERMISSIONS = Below(
    f"""
SELECT t.user_id, t.customer_id AS _customer, t.project_id AS _project, t.role_id AS _role,
  t.created_by_id AS _giver, t.user_id AS _user, {hexed("t.uuid")} AS uuid,
  {utc("created", "expiration_time")}, {plain("scope_type", "scope_name", "is_active")},
  {hexed("t.scope_uuid")} AS scope_uuid, t.revoke_reason
FROM identity_grant t WHERE t.user_id = ANY(%(keys)s) AND {IN_FORCE} ORDER BY t.id
""",
    parents={
        "_customer": Below(f"""
SELECT t.id, {named("customer", "name", "uuid")}
FROM identity_customer t WHERE t.id = ANY(%(keys)s)
"""),
        "_project": Below(f"""
SELECT t.id, {hexed("t.uuid")} AS project_uuid, t.is_removed AS scope_is_removed
FROM identity_project t WHERE t.id = ANY(%(keys)s)
"""),
        "_role": Below(f"""
SELECT t.id, {named("role", "name", "uuid", "description")}
FROM identity_role t WHERE t.id = ANY(%(keys)s)
"""),
        "_giver": Below("""
SELECT t.id, t.first_name || ' ' || t.last_name AS created_by_full_name,
  t.username AS created_by_username
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
        "_user": Below(f"""
SELECT t.id, t.first_name || ' ' || t.last_name AS user_name,
  {named("user", "email", "slug", "username", "uuid")}
FROM identity_user t WHERE t.id = ANY(%(keys)s)
"""),
    },
)

USERS_COUNT = "SELECT count(*) FROM identity_user t WHERE {scope}"
COLLEAGUES = f"""(t.is_active AND (t.id = %(user)s OR t.id IN (
  SELECT g.user_id FROM identity_grant g LEFT JOIN identity_project p ON p.id = g.project_id
  WHERE g.{IN_FORCE}
    AND (g.scope_type = 'customer' AND g.scope_id = ANY(%(customers)s)
         OR g.project_id = ANY(%(projects)s) OR p.customer_id = ANY(%(customers)s)))))"""
KNOWN_TO_ALL = f"""{hexed("t.uuid")} AS uuid, {url("users", "t.uuid")} AS url,
  {plain("active_isds", "affiliations", "eduperson_assurance", "email", "first_name")},
  {plain("last_name", "identity_source", "is_active", "job_title", "native_name")},
  {plain("organization", "organization_address", "organization_country")},
  {plain("organization_registry_code", "organization_type", "organization_vat_code")},
  {plain("personal_title", "phone_number", "registration_method", "slug", "username")},
  {utc("date_joined")}, t.first_name || ' ' || t.last_name AS full_name,
  t.identity_source AS identity_provider_name, t.identity_source AS identity_provider_label"""

USERS = Floor(
    scope="",
    count=USERS_COUNT,
    page=f"""
SELECT t.id AS _id, {KNOWN_TO_ALL},
  {plain("address", "attribute_sources", "birth_date", "civil_number", "country_of_residence")},
  {plain("deactivation_reason", "description", "details", "gender", "is_identity_manager")},
  {plain("is_staff", "is_support", "managed_isds", "nationalities", "nationality")},
  {plain("notifications_enabled", "place_of_birth", "preferred_language", "primary_gid")},
  {plain("token_lifetime", "uid_number")}, {utc("agreement_date")},
  t.password NOT LIKE '!%%' AS has_usable_password, NOT t.is_active AS is_admin_deactivated,
  EXISTS (SELECT 1 FROM identity_token token WHERE token.user_id = t.id
    AND (token.lifetime IS NULL
         OR token.last_used > now() - token.lifetime * interval '1 second')) AS has_active_session
FROM identity_user t WHERE {{scope}} ORDER BY t.username_key, t.id LIMIT %(size)s
""",
    lists={"permissions": PERMISSIONS},
    others=Floor(
        scope=COLLEAGUES,
        count=USERS_COUNT,
        page=f"""
SELECT {KNOWN_TO_ALL}
FROM identity_user t WHERE {{scope}} ORDER BY t.username_key, t.id LIMIT %(size)s
""",
    ),
)

ALLOWED = constant({role.value: sorted(allowed) for role, allowed in MATRIX.items()})

ROLES = Floor(
    scope="true",
    count="SELECT count(*) FROM identity_role t WHERE {scope}",
    page=f"""
SELECT {hexed("t.uuid")} AS uuid, {plain("name", "content_type", "description", "is_active")},
  t.description AS description_en, t.is_system_role, {ALLOWED} -> t.name AS permissions,
  {", ".join(f"t.translations ->> '{code}' AS description_{code}" for code in LANGUAGES)},
  (SELECT count(*) FROM identity_grant g WHERE g.role_id = t.id AND g.{IN_FORCE}) AS users_count
FROM identity_role t WHERE {{scope}} ORDER BY t.name, t.id LIMIT %(size)s
""",
)

KEYS = Floor(
    scope="(t.user_id = %(user)s OR t.is_shared)",
    count="SELECT count(*) FROM identity_sshkey t WHERE {scope}",
    page=f"""
SELECT t.user_id AS _user, {hexed("t.uuid")} AS uuid, {url("keys", "t.uuid")} AS url,
  {plain("fingerprint_md5", "fingerprint_sha256", "fingerprint_sha512", "is_shared", "name")},
  {plain("public_key", "type")}
FROM identity_sshkey t WHERE {{scope}} ORDER BY t.name, t.id LIMIT %(size)s
""",
    parents={
        "_user": Below(f"""
SELECT t.id, {hexed("t.uuid")} AS user_uuid FROM identity_user t WHERE t.id = ANY(%(keys)s)
""")
    },
)


def party(name: str, table: str, label: str) -> Below:
    """Return somebody who took part in an event."""
    return Below(f"""
SELECT t.id, {hexed("t.uuid")} AS {name}_uuid, t.{label} AS {name}_{label}
FROM {table} t WHERE t.id = ANY(%(keys)s)
""")


EVENTS = Floor(
    scope="""(t.project_id = ANY(%(projects)s) OR t.customer_id = ANY(%(customers)s)
  OR t.provider_id = ANY(%(providers)s)
  OR t.offering_uuid IN (SELECT uuid FROM marketplace_offering WHERE id = ANY(%(offerings)s))
  OR t.actor_id = %(user)s
  OR t.subject_type = 'user' AND t.subject_uuid = (SELECT uuid FROM identity_user
                                                    WHERE id = %(user)s))""",
    count="SELECT count(*) FROM identity_event t WHERE {scope}",
    page=f"""
SELECT t.actor_id AS _actor, t.customer_id AS _customer, t.project_id AS _project,
  t.provider_id AS _provider, {hexed("t.uuid")} AS uuid, t.kind, t.kind AS event_type, t.message,
  {utc("created")}, t.payload, t.subject_type, {hexed("t.subject_uuid")} AS subject_uuid,
  t.source, t.target, {hexed("t.resource_uuid")} AS resource_uuid
FROM identity_event t WHERE {{scope}} ORDER BY t.created DESC, t.id LIMIT %(size)s
""",
    parents={
        "_actor": party("user", "identity_user", "username"),
        "_customer": party("customer", "identity_customer", "name"),
        "_project": party("project", "identity_project", "name"),
        "_provider": party("provider", "identity_customer", "name"),
    },
)

IDENTITY = {
    "customers": CUSTOMERS,
    "projects": PROJECTS,
    "users": USERS,
    "roles": ROLES,
    "keys": KEYS,
    "events": EVENTS,
}
