"""What keys and parameters of offerings mean: of components, partitions, options and forms."""

from collections.abc import Mapping

NO_EFFECT = "An option of Waldur's: it is stored and shown, and this service does not act on it."

NOUNS: Mapping[str, str] = {
    "allowed_customer": "organization that may order it",
    "category": "category",
    "category_group": "category group",
    "consumer_customer": "organization that may order it",
    "offering": "offering",
    "parent_offering": "offering that it is a part of",
    "service_manager": "person who manages the offering",
    "offering_group": "group of offerings",
}

OFFERINGS: Mapping[str, str] = {
    "access_url": "URL at which the service is used.",
    "account_settings": "How people are named at the site, and which setting says so.",
    "OfferingCreate.attributes": "Free attributes, by name.",
    "ProviderOfferingDetails.attributes": "Free attributes, by name.",
    "PublicOfferingDetails.attributes": "Free attributes, by name.",
    "PublicOfferingFilter.attributes": "A JSON object: offerings whose attributes have these"
    " values; of a list, any.",
    "backend_id_rules": "What backend IDs have to look like.",
    "format": "What they have to match; null is anything.",
    "regex": "A regular expression (RE2).",
    "billable": "Whether it is charged for.",
    "billing_mode_components": "How each component is charged under each billing mode of a plan.",
    "billing_period_applies": "Under which billing modes something is charged per period.",
    "billing_type_classification": "`limit_only`, `usage_only` or `mixed`: how its components are"
    " charged.",
    "can_update_integration": "Whether you may change how orders are delivered.",
    "can_update_options": "Whether you may change the options.",
    "components": "What is counted, limited and priced.",
    "datacite_doi": "DOI at DataCite.",
    "documentation_url": "URL of the documentation.",
    "effective_available_limits": "Types of the components that take a limit.",
    "full_description": "Long description.",
    "getting_started": "How to begin, for those who have an allocation.",
    "helpdesk_url": "URL of the help desk.",
    "integration_guide": "How to connect to it, for those who integrate it.",
    "integration_status": "What site agents do for it, and when each was last seen; null is"
    " nobody.",
    "service_name": "Name of the service of the site agent.",
    "is_accessible": "Whether you may order it.",
    "options": "The form that an order fills in beside its limits.",
    "options.options": "The fields, by key.",
    "options.order": "The order of the fields.",
    "resource_options": "The form of what can be changed of an allocation later on.",
    "resource_options.options": "The fields, by key.",
    "resource_options.order": "The order of the fields.",
    "order_count": "How many orders there were.",
    "partitions": "The partitions of the site's Slurm.",
    "paused_reason": "Why no orders are taken.",
    "plans": "The plans under which it can be ordered.",
    "plugin_options": "How orders are delivered, checked and shown, in Waldur's words.",
    "privacy_policy_link": "URL of the privacy policy.",
    "secret_options": "What is not shown to everybody, in Waldur's words; only those who may"
    " change the offering see it.",
    "service_attributes": "Attributes of the service behind it; only those who may change the"
    " offering see them.",
    "service_provider_can_create_offering_user": "Whether the provider manages people's accounts"
    " here.",
    "shared": "Whether it is open to other organizations.",
    "ProviderOffering.state": "`Draft`, `Active` (can be ordered), `Paused` (in the catalogue,"
    " takes no orders), `Archived` or `Unavailable`.",
    "ProviderOfferingDetails.state": "`Draft`, `Active` (can be ordered), `Paused` (in the"
    " catalogue, takes no orders), `Archived` or `Unavailable`.",
    "PublicOfferingDetails.state": "`Active` takes orders, `Paused` takes none.",
    "offering_state": "State of the offering.",
    "DetailState.state": "The state that the offering is in now.",
    "PublicOfferingFilter.state": "State of the offering.",
    "OfferingCreate.type": "How orders are delivered: `Marketplace.Slurm` by a site agent,"
    " `Marketplace.Basic` by hand.",
    "ProviderOffering.type": "How orders are delivered: `Marketplace.Slurm` by a site agent,"
    " `Marketplace.Basic` by hand.",
    "ProviderOfferingDetails.type": "How orders are delivered: `Marketplace.Slurm` by a site"
    " agent, `Marketplace.Basic` by hand.",
    "PublicOfferingDetails.type": "How orders are delivered: `Marketplace.Slurm` by a site agent,"
    " `Marketplace.Basic` by hand.",
    "PublicOfferingFilter.type": "How orders are delivered, such as `Marketplace.Slurm`.",
    "total_cost_estimated": "What all its allocations cost per period, in whole units; null where"
    " it is not shown.",
    "total_customers": "How many organizations hold allocations of it; null where it is not shown.",
    "user_has_consent": "Whether you agreed to its terms of service.",
    "user_has_offering_user": "Whether you have an account there.",
    "vendor_details": "Who made it.",
    "allowed_customer_uuid": "UUID of an organization that may order it.",
    "consumer_customer_uuid": "UUID of an organization that may order it.",
    "can_create_offering_user": "Whether the provider manages people's accounts there.",
    "has_active_terms_of_service": "Whether it has terms of service now.",
    "has_terms_of_service": "Whether it has, or had, terms of service.",
    "importable": "Every offering can import: `false` finds none, any other value changes nothing.",
    "PublicOfferingFilter.project_uuid": "UUID of a project whose organization may order it.",
    "uuid_list": "UUIDs, separated by commas.",
    "check_all_offerings": "Whether to look at all offerings of the provider.",
    "use_offering_rules": "Whether to check it against the offering's rules.",
    "CheckUniqueBackendID.backend_id": "The backend ID to look for.",
    "is_unique": "Whether no allocation has it.",
    "is_valid_format": "Whether it is as the rules want; null where that was not asked.",
    "CheckUniqueBackendIDResponse.errors": "What is wrong with it, in words.",
    "OfferingCreate.limits": "Bounds of components, by type.",
    "limits.max": "The most that one allocation may have.",
    "limits.min": "The least that one allocation must have.",
    "limits.max_available_limit": "The most that all allocations together may have.",
}

COMPONENTS: Mapping[str, str] = {
    "type": "Type of the component, such as `cpu_k_hours`.",
    "OfferingComponent.type": "The key by which limits and usages name it, such as `cpu_k_hours`.",
    "component_type": "Type of the component, such as `cpu_k_hours`.",
    "OfferingComponent.name": "Its name, as people read it.",
    "measured_unit": "The unit that it is counted in, such as `node-hours`.",
    "unit_factor": "How many of the site's own units one unit is.",
    "limit_period": "How long a limit holds before the count begins anew: `month`, `quarterly`,"
    " `annual`, or `total` (for good).",
    "limit_amount": "The most that may be reported; stored only. Null is no bound.",
    "limit_decimal_places": "How many decimal places limits may have.",
    "default_limit": "The limit of an order that names none; null is none.",
    "min_value": "The least that one allocation must have; null is no bound.",
    "max_value": "The most that one allocation may have; null is no bound.",
    "max_available_limit": "The most that all allocations together may have; null is no bound.",
    "is_boolean": "Whether a limit is 0 or 1.",
    "is_builtin": "Whether it comes with the type of the offering.",
    "is_prepaid": "Whether it is paid in advance.",
    "min_prepaid_duration": "For how many months it is paid in advance at least; stored only. Null"
    " is no bound.",
    "max_prepaid_duration": "For how many months it is paid in advance at most; stored only. Null"
    " is no bound.",
    "prepaid_duration_step": "In steps of how many months it is paid in advance; stored only. Null"
    " is any.",
    "min_renewal_duration": "For how many months it is renewed at least; stored only. Null is no"
    " bound.",
    "max_renewal_duration": "For how many months it is renewed at most; stored only. Null is no"
    " bound.",
    "renewal_duration_step": "In steps of how many months it is renewed; stored only. Null is any.",
    "overage_component": "UUID of the component that counts what goes beyond; null is none.",
    "factor": "How many of the site's own units one unit is; null is one.",
}

PARTITIONS: Mapping[str, str] = {
    "partition_name": "Name of the partition in Slurm.",
    "partition_uuid": "UUID of the partition.",
    "cpu_arch": "Architecture of the processors.",
    "gpu_arch": "Architecture of the accelerators.",
    "cpu_bind": "Default binding of tasks to processors (Slurm's CpuBind); null is not set.",
    "def_cpu_per_gpu": "Processors per accelerator by default (DefCpuPerGPU); null is not set.",
    "def_mem_per_cpu": "Memory per processor by default, in MB (DefMemPerCPU); null is not set.",
    "def_mem_per_gpu": "Memory per accelerator by default, in MB (DefMemPerGPU); null is not set.",
    "def_mem_per_node": "Memory per node by default, in MB (DefMemPerNode); null is not set.",
    "max_cpus_per_node": "The most processors per node (MaxCPUsPerNode); null is not set.",
    "max_cpus_per_socket": "The most processors per socket (MaxCPUsPerSocket); null is not set.",
    "max_mem_per_cpu": "The most memory per processor, in MB (MaxMemPerCPU); null is not set.",
    "max_mem_per_node": "The most memory per node, in MB (MaxMemPerNode); null is not set.",
    "default_time": "Run time of a job that names none, in minutes (DefaultTime); null is not set.",
    "max_time": "The longest run time of a job, in minutes (MaxTime); null is not set.",
    "grace_time": "Time before a preempted job is ended, in seconds (GraceTime); null is not set.",
    "max_nodes": "The most nodes of a job (MaxNodes); null is not set.",
    "min_nodes": "The fewest nodes of a job (MinNodes); null is not set.",
    "exclusive_topo": "Whether jobs do not share a part of the topology (ExclusiveTopo).",
    "exclusive_user": "Whether people do not share a node (ExclusiveUser).",
    "priority_tier": "Jobs of a higher tier are considered first (PriorityTier); null is not set.",
    "qos": "Quality of service (QOS) of the partition.",
    "qos_options": "Always empty: `qos` names the quality of service that the partition has.",
    "qos_options.qos": "UUID of the quality of service.",
    "qos_options.uuid": "UUID of the entry.",
    "qos_options.is_default": "Whether it is the default.",
    "qos_name": "Name of the quality of service.",
    "req_resv": "Whether jobs need a reservation (ReqResv).",
}

PLUGIN_OPTIONS: Mapping[str, str] = {
    "plugin_options.*": NO_EFFECT,
    "plugin_options.account_scope": "Whether people have an account per `offering` or per"
    " `provider`.",
    "plugin_options.auto_approve_in_service_provider_projects": "Whether orders of the provider's"
    " own organization need no approval by the consumer.",
    "plugin_options.auto_approve_remote_orders": "Whether orders of other organizations need no"
    " approval by the provider.",
    "plugin_options.can_restore_resource": "Whether terminated allocations can be ordered again.",
    "plugin_options.create_orders_on_resource_option_change": "Whether a change of an allocation's"
    " options takes an order.",
    "plugin_options.default_resource_termination_offset_in_days": "After how many days an"
    " allocation ends whose order names no end date.",
    "plugin_options.disable_autoapprove": "Whether every order needs its approvals, whatever else"
    " is set.",
    "plugin_options.enable_api_key_provisioning": "Whether the site makes, pauses and revokes API"
    " keys of allocations.",
    "plugin_options.enable_membership_sync_status": "Whether the site reports the access of each"
    " member.",
    "plugin_options.enforce_user_consent": "Whether people get accounts only once they agreed to"
    " the terms of service; without it the platform's setting holds.",
    "plugin_options.required_acr": "Ways of logging in of which people used one the last"
    " time, to get and keep their accounts; without it the platform's setting holds.",
    "plugin_options.required_assurance": "Values of `eduperson_assurance` of which people have"
    " each, to get and keep their accounts; without it the platform's setting holds.",
    "plugin_options.homedir_prefix": "What home directories begin with.",
    "plugin_options.is_resource_termination_date_required": "Whether an order has to name an end"
    " date.",
    "plugin_options.latest_date_for_resource_termination": "The latest end date that an order may"
    " name.",
    "plugin_options.login_shell": "The shell that people log in to.",
    "plugin_options.max_resource_termination_offset_in_days": "How many days ahead the end date of"
    " an order may be at most.",
    "plugin_options.maximal_resource_count_per_project": "How many allocations a project may have.",
    "plugin_options.enable_scim_entitlements": "Whether people with an account here get an"
    " entitlement to each of its login nodes.",
    "plugin_options.scim_login_nodes": "The hosts of its login nodes; where none is named, those of"
    " its endpoints `ssh://host`.",
    "plugin_options.service_provider_can_create_offering_user": "Whether the provider manages"
    " people's accounts here.",
    "plugin_options.require_vetting": "Whether people get accounts only once they are vetted.",
    "plugin_options.supports_downscaling": "Whether usage policies may downscale allocations.",
    "plugin_options.supports_pausing": "Whether usage policies may pause allocations.",
    "plugin_options.unique_resource_per_attribute": "Name of an attribute: a project has one"
    " allocation for each value of it.",
    "plugin_options.username_anonymized_prefix": "What anonymized usernames begin with.",
    "plugin_options.username_generation_policy": "How usernames are made; see the provider's"
    " `account_options`.",
    "secret_options.*": NO_EFFECT,
    "environ.name": "Name of the variable.",
    "environ.value": "Value of the variable.",
    "external_ip": "The address outside.",
    "floating_ip": "The address inside.",
}

FIELDS: Mapping[str, str] = {
    "options.type": "Kind of the field.",
    "help_text": "What the field is for.",
    "default": "The value where none is given.",
    "required": "Whether it has to be given.",
    "choices": "What can be chosen.",
    "max": "The highest value.",
    "min": "The lowest value.",
    "pattern": "A regular expression (RE2) that the whole text has to match.",
    "pattern_error": "What is said where it does not.",
    "unique": "Whether no two allocations may have one value.",
    "validators": "How it compares with other fields.",
    "target_field": "The field to compare with.",
    "validators.type": "How: greater or less than, or equal.",
    "visible_if": "When the field is shown.",
    "visible_if.field": "The field that decides.",
    "visible_if.values": "The values of it with which the field is shown.",
    "cascade_config": "Fields that depend on each other.",
    "steps": "The fields, in turn.",
    "steps.name": "Key of the field.",
    "steps.type": "Whether one is chosen or several.",
    "choices_map": "What can be chosen, by the value of the field that it depends on.",
    "depends_on": "The field that it depends on.",
    "component_formula_config": "How limits are computed from the fields.",
    "targets": "The limits that are computed.",
    "formula": "How the limit is computed.",
    "component_multiplier_config": "How a limit is computed from the value.",
    "component_multiplier_config.factor": "By how much the value is multiplied.",
    "max_limit": "The highest value.",
    "min_limit": "The lowest value.",
    "component_sum_config": "Which limits are added up.",
    "component_sum_config.components": "Types of the components to add up.",
    "target_component": "Type of the component that gets the sum.",
    "default_configs": "Defaults of Kubernetes clusters, for other systems.",
    "default_configs.*": NO_EFFECT,
    "storage_folder_config": "Defaults of storage folders, for other systems.",
    "storage_folder_config.*": NO_EFFECT,
    "storage_data_types.key": "Key of the kind of data.",
    "storage_data_types.label": "Name of the kind of data.",
}

KEYS: Mapping[str, str] = {**OFFERINGS, **COMPONENTS, **PARTITIONS, **PLUGIN_OPTIONS, **FIELDS}
