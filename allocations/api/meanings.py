"""What keys and parameters of accounts, agents, queues, keys and imports mean.

See `common.api.meanings`.
"""

from collections.abc import Mapping

NOUNS: Mapping[str, str] = {
    "agent_identity": "site agent",
    "event_subscription": "event subscription",
    "identity": "site agent",
    "service": "service of the site agent",
    "service_provider_account": "account at the provider",
}

ROBOTS: Mapping[str, str] = {
    "RobotAccount.type": "What the account is for, in a word, such as `cicd`.",
    "RobotAccountFilter.type": "What the accounts are for, in a word.",
    "RobotAccountDetails.type": "What the account is for, in a word, such as `cicd`.",
    "RobotAccount.username": "What the account is called at the site; empty is not named yet.",
    "RobotAccountDetails.username": "What the account is called at the site; empty is not named"
    " yet.",
    "RobotAccount.state": "Where the account stands.",
    "RobotAccountDetails.state": "Where the account stands.",
    "RobotAccountFilter.state": "Where the accounts stand, by word or by Waldur's number.",
    "RobotAccount.users": "URLs of the people who act as it, by their own SSH keys.",
    "RobotAccountDetails.users": "The people who act as it, by their own SSH keys.",
    "RobotAccount.keys": "Further public SSH keys that open the account.",
    "RobotAccountDetails.keys": "Further public SSH keys that open the account.",
    "fingerprints": "Fingerprints of `keys`.",
    "md5": "Fingerprint as older OpenSSH writes it.",
    "sha256": "Fingerprint as OpenSSH writes it after `SHA256:`.",
    "sha512": "Fingerprint as OpenSSH writes it after `SHA512:`.",
    "user_keys": "The public SSH keys of `users` who have a role in the project; shown to those who"
    " provide.",
    "RobotAccount.responsible_user": "URL of the person who answers for the account.",
    "RobotAccountDetails.responsible_user": "The person who answers for the account.",
    "RobotAccountError.error_message": "What went wrong.",
}

ACCOUNTS: Mapping[str, str] = {
    "OfferingUser.username": "Username at the site; null is not named yet.",
    "OfferingUserFilter.username": "Username at the site.",
    "OfferingUser.state": "State of the account: `Requested` and `Creating` until the site has"
    " made it, `OK` when it can be used, two pending states while the person or the site has to do"
    " something, `Requested deletion` and `Deleting` until it is `Deleted`.",
    "OfferingUserFilter.state": "State of the account.",
    "PrincipalsFilter.username": "Under which name somebody wants to log in.",
    "changed_fields": "Always an empty list: what changes is an event of the person by then.",
    "account_state": "State of the account; null where there is none.",
    "offering_user_state": "State of the account; null where there is none.",
    "offering_user_username": "Username at the site; null where there is no account, or it is"
    " restricted.",
    "OfferingUser.runtime_state": "How it stands for the person: active, or pending for linking or"
    " validation.",
    "OfferingUserUpdateRuntimeState.runtime_state": "How it stands for the person.",
    "OfferingUserFilter.runtime_state": "How it stands for the person.",
    "OfferingUser.created": "When the account was asked for (UTC).",
    "consent_data": "The person's consent to the terms of service: its UUID, version and date;"
    " null is none.",
    "has_consent": "Whether the person agreed to the terms of service.",
    "TeamFilter.has_consent": "Whether the person agreed to the terms of service.",
    "requires_reconsent": "Whether the person has to agree to the terms of service again.",
    "offering_has_active_tos": "Whether the offering has terms of service.",
    "is_profile_complete": "Always true: no site asks for attributes.",
    "missing_profile_attributes": "Always an empty list: no site asks for attributes.",
    "has_complete_profile": "Every profile is complete: `false` finds none.",
    "is_restricted": "Whether the person is kept out of the site.",
    "service_provider_comment": "What the provider tells the person about the account.",
    "service_provider_comment_url": "URL where the person has to go.",
    "comment": "What the person has to do.",
    "comment_url": "URL where the person has to go.",
    "uidnumber": "User number at the site; null is not known.",
    "primarygroup": "Number of the primary group at the site; null is not known.",
    "OfferingUser.login_shell": "The shell that the person logs in to; null is not known.",
    "home_directory": "Home directory at the site; null is not known.",
    "OfferingUser.user_affiliations": "How the person belongs to their organization.",
    "user_phone_number": "Phone number of the person.",
    "user_personal_title": "Title of the person.",
    "user_job_title": "What the person works as.",
    "user_gender": "Gender of the person; null is not said.",
    "user_birth_date": "Date of birth of the person.",
    "user_place_of_birth": "Place of birth of the person.",
    "user_civil_number": "National identification number of the person; null where none is known.",
    "user_nationality": "Nationality of the person (ISO 3166, two letters).",
    "user_nationalities": "All nationalities of the person (ISO 3166, two letters each).",
    "user_country_of_residence": "Country of residence of the person (ISO 3166, two letters).",
    "user_address": "Postal address of the person.",
    "user_organization": "Where the person works.",
    "user_organization_address": "Address of the organization where the person works.",
    "user_organization_country": "Country of the organization where the person works.",
    "user_organization_registry_code": "Registration number of the organization where the person"
    " works.",
    "user_organization_type": "Kind of organization where the person works.",
    "user_organization_vat_code": "VAT number of the organization where the person works.",
    "user_eduperson_assurance": "Levels of assurance of the person's identity, as URIs.",
    "user_active_isds": "The identity sources that know the person now.",
    "user_identity_source": "The identity source that reported the person last.",
    "user_uid_number": "User number of the person, from the identity source; null is not known.",
    "user_primary_gid": "Number of the person's primary group, from the identity source; null is"
    " not known.",
    "OfferingUserFilter.user_username": "Username of the person here.",
    "SetOfferingsUsername.username": "The username at all these offerings.",
    "OfferingUserUpdate.offering": "Not changed: the offering stays.",
    "OfferingUserUpdate.offering_uuid": "Not changed: the offering stays.",
    "OfferingUserUpdate.user": "Not changed: the person stays.",
    "OfferingUserUpdate.user_uuid": "Not changed: the person stays.",
    "exposed_fields": "The attributes of people that the site gets to see.",
    "OfferingUserAttributeConfig.is_default": "Whether nothing was chosen and the default holds.",
    "statuses": "One entry for each member and role.",
    "MemberSyncStatusEntry.username": "Username of the person here or at the site; or send"
    " `user_uuid`.",
    "MemberSyncStatusEntry.state": "Whether the site has let the person in.",
    "MemberSyncStatusEntry.scope_type": "Which access it is about; only that to the allocation is"
    " stored.",
    "MemberSyncStatusEntry.message": "What else there is to say.",
    "stored": "How many entries were stored.",
    "skipped": "Whom no entry was stored of, since they are not of the team.",
    "ProjectUser.username": "Username of the person here.",
    "ProjectUser.role": "The strongest role of the person in the project.",
}

SERVICE_ACCOUNTS: Mapping[str, str] = {
    "preferred_identifier": "What the username is made of.",
    "CustomerServiceAccount.username": "Username of the account at the sites.",
    "ProjectServiceAccount.username": "Username of the account at the sites.",
    "CourseAccount.username": "Username of the account at the sites.",
    "CustomerServiceAccountFilter.username": "Username of the account at the sites.",
    "ProjectServiceAccountFilter.username": "Username of the account at the sites.",
    "CourseAccountFilter.username": "Username of the account at the sites.",
    "CustomerServiceAccount.token": "The key of the account; only in the answer that creates or"
    " replaces it.",
    "ProjectServiceAccount.token": "The key of the account; only in the answer that creates or"
    " replaces it.",
    "CustomerServiceAccount.expires_at": "When the key ends; null is never.",
    "ProjectServiceAccount.expires_at": "When the key ends; null is never.",
    "expires_at": "When it ends (UTC); null is never.",
    "CustomerServiceAccount.state": "`OK`, `Erred` or `Closed`.",
    "CustomerServiceAccountFilter.state": "State of the account.",
    "ProjectServiceAccount.state": "`OK`, `Erred` or `Closed`.",
    "ProjectServiceAccountFilter.state": "State of the account.",
    "CourseAccount.state": "`Pending` until the site has made it, `OK`, `Erred` or `Closed`.",
    "CourseAccountFilter.state": "State of the account.",
    "CleanupResponseItem.state": "State of the service.",
    "DesiredServiceAccount.scope_type": "Whether it works for the project or the organization.",
}

AGENTS: Mapping[str, str] = {
    "agent_type": "The kind of work.",
    "IntegrationStatusDetails.status": "`Active`, `Disconnected` (not seen for a while) or"
    " `Unknown`.",
    "IntegrationStatusFilter.status": "`Active`, `Disconnected` (not seen for a while) or"
    " `Unknown`.",
    "integration_status.status": "`Active`, `Disconnected` (not seen for a while) or `Unknown`.",
    "last_request_timestamp": "When the agent was last seen doing it (UTC); null is never.",
    "AgentIdentity.name": "Name of the agent, unique at the offering.",
    "version": "Version of the program; null is not said.",
    "dependencies": "The packages that the agent runs with.",
    "package": "Name of the package.",
    "AgentDependency.version": "Version of the package.",
    "dependencies.version": "Version of the package.",
    "config_file_path": "Where the agent's configuration is; null is not said.",
    "config_file_content": "The agent's configuration without secrets; null is not said.",
    "last_restarted": "When the agent was started last (UTC).",
    "compatibility": "Whether this service works with the agent's version.",
    "compatibility.status": "`compatible`, `incompatible` or `unknown`.",
    "compatibility.message": "What to do, in words.",
    "minimum_required": "The oldest version that works.",
    "services": "What the agent does.",
    "processors": "What the service works with.",
    "mode": "How the service works, such as `order_process`; null is not said.",
    "AgentService.state": "`Active`, `Idle` or `Error`.",
    "NestedAgentService.state": "`Active`, `Idle` or `Error`.",
    "AgentServiceFilter.state": "State of the service: 1 Active, 2 Idle, 3 Error.",
    "statistics": "What the service says of itself, as one object.",
    "backend_type": "What it works with, such as `slurm`.",
    "backend_version": "Version of what it works with; null is not said.",
    "last_run": "When it ran last (UTC); null is never.",
    "last_run_before": "When it ran last.",
    "orphaned": "Whether no service of the agent runs.",
    "stale": "Whether it was not seen for a day.",
    "older_than_hours": "How many hours ago it was seen last, at least.",
    "dry_run": "Whether to list only.",
    "CleanupResponse.dry_run": "Whether they were listed only.",
    "deleted_count": "How many were deleted, or would be.",
    "items": "What was deleted, or would be.",
    "offering__name": "Name of the offering.",
    "offering__uuid": "UUID of the offering.",
    "identity__name": "Name of the site agent.",
    "identities": "The agents.",
    "total": "How many there are.",
    "by_offering": "How many each offering has.",
    "by_state": "How many are in each state.",
    "by_backend_type": "How many work with each backend.",
    "stale_count": "How many were not seen for a day.",
    "active": "How many are Active.",
    "idle": "How many are Idle.",
    "AgentStatsServicesState.error": "How many are in Error.",
    "AgentStatsResponse.services": "Their services.",
    "AgentStatsResponse.processors": "Their processors.",
    "level": "Level of the line, such as `ERROR`.",
    "module": "Where in the agent the line is from.",
    "SiteAgentLog.message": "The line.",
    "SiteAgentLogCreate.message": "The line.",
    "timestamp": "When it was written (UTC).",
    "timestamp_from": "At or after this moment, in seconds since 1970.",
    "timestamp_to": "At or before this moment, in seconds since 1970.",
}

QUEUES: Mapping[str, str] = {
    "object_type": "Type of object whose changes are delivered, such as `order`.",
    "object_types": "Types of objects whose changes are delivered; none are all.",
    "object_id": "Waldur's number of the object; not used here.",
    "observable_object_type": "Type of object whose changes are delivered.",
    "observable_object_types": "Types of objects whose changes are delivered.",
    "observable_objects": "What the subscription covers; an empty list is all.",
    "queue_name": "Name of the queue to read.",
    "topic": "Topic to subscribe to.",
    "vhost": "Virtual host of the broker.",
    "rmq_username": "Username to connect with; the password is the token of the request.",
    "protocol": "`stomp` or `mqtt`.",
    "source_ip": "Address from which it was created; null is not known.",
}

API_KEYS: Mapping[str, str] = {
    "api_key": "The value of the key.",
    "client_id": "Public half of the key.",
    "allowed_models": "The models that the key may be used for; null or none are all.",
    "ResourceApiKey.limits": "The most of each component that may be used in a month; null is no"
    " bound.",
    "ResourceApiKeyStatus.limits": "The most of each component that may be used in a month; null"
    " is no bound.",
    "ResourceApiKeyCreate.limits": "The most of each component that may be used in a month; null"
    " is no bound.",
    "ResourceApiKeyUpdate.limits": "The most of each component that may be used in a month; null"
    " is no bound.",
    "ResourceApiKey.current_usages": "What was used in `usage_period`, by component type; null is"
    " nothing yet.",
    "ResourceApiKeyStatus.current_usages": "What was used in `usage_period`, by component type;"
    " null is nothing yet.",
    "usage_period": "First day of the month that usage is of; null is none yet.",
    "issued_at": "When the value was reported last (UTC); null is never.",
    "paused_by_limit": "Whether it was paused for reaching its limits.",
    "pending_action": "What the site is asked to do, or could not do; empty is nothing.",
    "has_pending_action": "Whether the site is asked to do something with it.",
    "resource_backend_id": "What the site calls the allocation.",
    "ResourceApiKey.state": "`Creating`, `OK`, `Updating`, `Paused`, `Deleting`, `Deleted` or"
    " `Erred`.",
    "ResourceApiKeyStatus.state": "`Creating`, `OK`, `Updating`, `Paused`, `Deleting`, `Deleted`"
    " or `Erred`.",
    "ApiKeyFilter.state": "State of the key; without it, deleted ones are left out.",
    "ResourceApiKeyCreate.user": "UUID of the person whose key it is; null is everybody in the"
    " project.",
    "ResourceApiKeyUpdate.user": "UUID of the person whose key it is; null is everybody in the"
    " project.",
    "ResourceApiKeyUsage.billing_period": "Any day of the month.",
    "usages": "Amounts by component type.",
}

IMPORTS: Mapping[str, str] = {
    "BackendResource.name": "Name at the site.",
    "BackendResource.backend_id": "What the site calls it.",
    "ImportableResource.type": "How orders of the offering are delivered.",
    "ImportableResource.description": "Name of the project that it is for.",
    "BackendResourceReq.state": "`Sent`, `Processing`, `Done` or `Erred`.",
    "BackendResourceRequestFilter.state": "State of the search.",
    "BackendResourceRequestFilter.started": "When the site began to look.",
    "finished": "When it ended (UTC); null is not yet.",
    "ImportResource.additional_details": "What the allocation keeps beside what the site reported,"
    " as `backend_metadata`; the same keys replace what it said.",
    "ImportResource.backend_id": "What the site calls it, as it was reported.",
    "ImportResource.plan": "UUID of the plan; it may be left out where the offering has one.",
    "BackendResourceImport.plan": "UUID of the plan; it may be left out where the offering has"
    " one.",
}

EXPOSED = (
    "active_isds address affiliations birth_date civil_number country_of_residence"
    " eduperson_assurance email full_name gender identity_source job_title nationalities"
    " nationality organization organization_address organization_country"
    " organization_registry_code organization_type organization_vat_code personal_title"
    " phone_number place_of_birth primary_gid registration_method uid_number username"
)

KEYS: Mapping[str, str] = {
    **ACCOUNTS,
    **SERVICE_ACCOUNTS,
    **AGENTS,
    **QUEUES,
    **API_KEYS,
    **ROBOTS,
    **IMPORTS,
    **{
        f"expose_{name}": f"Whether the site sees `{name}` of people who agreed to its terms."
        for name in EXPOSED.split()
    },
}
