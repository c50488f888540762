"""What keys and parameters of plans, orders, allocations and providers mean.

See `common.api.meanings`; those of offerings are in `marketplace.api.offerings.meanings`.
"""

from collections.abc import Mapping

NOUNS: Mapping[str, str] = {
    "consumer_reviewed_by": "person who approved or rejected the order as the consumer",
    "creation_order": "order that created it",
    "new_plan": "plan that the order asks for",
    "old_plan": "plan before the order",
    "order": "order",
    "plan": "plan",
    "provider": "Hosting Entity (service provider)",
    "provider_reviewed_by": "person who approved or rejected the order as the provider",
    "resource": "allocation (resource)",
    "resource_project": "project of the allocation",
}

PLANS: Mapping[str, str] = {
    "prices": "Price per unit by component type, as decimals in strings.",
    "future_prices": "Price per unit from the next month on, by component type; null where it"
    " stays.",
    "price": "Price per unit, as a decimal in a string.",
    "future_price": "Price per unit from the next month on; null where it stays.",
    "quotas": "Amount that the plan includes, by component type.",
    "unit": "The period that fixed prices are for.",
    "plan_unit": "The period that fixed prices of the plan are for; null without a plan.",
    "unit_price": "Price of the whole plan per period, as a decimal in a string.",
    "init_price": "What is charged once when an allocation begins.",
    "switch_price": "What is charged once when an allocation changes to the plan.",
    "minimal_price": "What the smallest allocation costs per period.",
    "plan_type": "How what has a price is charged: a billing type, `mixed`, or empty.",
    "billing_mode": "`inherit`: as each component says; `limit` or `usage`: all by limits, or all"
    " by usage.",
    "billing_type": "How the component is charged: `fixed` per period, by `limit`, by `usage`,"
    " `one` (once), or `few` (at each change of the plan).",
    "max_amount": "How many allocations may be under the plan; null is no bound.",
    "article_code": "Code for accounting systems.",
    "NestedPlanComponent.amount": "Amount that the plan includes.",
    "BaseProviderPlan.is_active": "Whether it can be ordered: not archived, and not full.",
    "BasePublicPlan.is_active": "Whether it can be ordered: not archived, and not full.",
    "ProviderPlanDetails.is_active": "Whether it can be ordered: not archived, and not full.",
}

ORDERS: Mapping[str, str] = {
    "OrderDetails.state": "`pending-consumer`, `pending-provider`, `pending-project` and"
    " `pending-start-date` wait for the consumer's approval, the provider's, the start of the"
    " project, and the order's own start date; `executing` is being delivered; `done`, `erred`,"
    " `canceled` and `rejected` are over.",
    "OrderFilter.state": "State of the order.",
    "OrderDetails.type": "`Create`, `Update`, `Terminate` or `Restore` an allocation.",
    "OrderFilter.type": "`Create`, `Update`, `Terminate` or `Restore` an allocation.",
    "OrderDetails.slug": "Short name of the order.",
    "OrderDetails.uuid": "UUID of the order.",
    "OrderDetails.attributes": "What the order says beside its limits: name, description, end"
    " date, and the options that the offering asks for.",
    "OrderCreate.attributes": "What the order says beside its limits: name, description, end date,"
    " and the options that the offering asks for.",
    "OrderUpdate.attributes": "Replaces what the order says beside its limits.",
    "OrderApproveByProvider.attributes": "What the provider adds to the attributes of the order.",
    "attributes.name": "Name of the new allocation.",
    "attributes.description": "Description of the new allocation.",
    "OrderCreate.slug": "Short name of the order; without one it is made.",
    "limits": "Amount by component type: how much is granted.",
    "OrderCreate.limits": "Amount that is asked for, by component type.",
    "OrderDetails.limits": "Amount that is asked for, by component type.",
    "OrderUpdate.limits": "Amount that is asked for, by component type.",
    "ResourceSetLimits.limits": "The limits that hold at the site, by component type.",
    "ResourceUpdateLimits.limits": "Amount that is asked for, by component type.",
    "replace": "Whether limits that are not named are given up.",
    "accepting_terms_of_service": "Whether you accept the terms of service of the offering.",
    "callback_url": "Where a user interface sends people back to; it is stored only.",
    "request_comment": "What whoever ordered says to those who approve.",
    "OrderCreate.plan": "URL of the plan; it may be left out where the offering has one.",
    "OrderCreate.start_date": "Day before which the order does not execute; null is at once.",
    "OrderDetails.start_date": "Day before which the order does not execute; null is at once.",
    "OrderUpdate.start_date": "Day before which the order does not execute; null is at once.",
    "cost": "What it costs per period under the plan, as a decimal; null without a plan.",
    "old_cost_estimate": "What the allocation cost per period before.",
    "new_cost_estimate": "What the allocation costs per period then; null without a plan.",
    "fixed_price": "What the plan costs per period whatever the limits are.",
    "activation_price": "What is charged once.",
    "new_plan_billing_mode": "Billing mode of the plan that the order asks for; null without one.",
    "old_plan_billing_mode": "Billing mode of the plan before the order; null without one.",
    "auto_approved": "Whether the offering's settings approved it for the consumer or the"
    " provider.",
    "was_auto_approved": "Whether the offering's settings approved it for the consumer or the"
    " provider.",
    "can_terminate": "Whether you can order its termination now.",
    "OrderDetails.can_terminate": "Whether the order can be canceled now.",
    "completed_at": "When the order was completed (UTC); null is not yet.",
    "consumer_reviewed_at": "When the consumer approved or rejected it (UTC); null is not yet.",
    "consumer_reviewed_by": "URL of the person who approved or rejected it as the consumer; null"
    " is nobody.",
    "provider_reviewed_at": "When the provider approved or rejected it (UTC); null is not yet.",
    "provider_reviewed_by": "URL of the person who approved or rejected it as the provider; null"
    " is nobody.",
    "consumer_rejection_comment": "Why the consumer rejected it.",
    "provider_rejection_comment": "Why the provider rejected it.",
    "created_by_civil_number": "National identification number of the person who ordered; null"
    " where it is not shown.",
    "created_by_organization": "Where the person who ordered works; null where it is not shown.",
    "created_by_organization_address": "Address of the organization where the person who ordered"
    " works.",
    "created_by_organization_country": "Country of the organization where the person who ordered"
    " works.",
    "created_by_organization_registry_code": "Registration number of the organization where the"
    " person who ordered works.",
    "created_by_organization_vat_code": "VAT number of the organization where the person who"
    " ordered works.",
    "error_message": "What went wrong, in words.",
    "error_traceback": "Where it went wrong, for developers.",
    "OrderDetails.error_traceback": "Where it went wrong, for developers; the provider sees it.",
    "Resource.error_traceback": "Where it went wrong, for developers; the provider sees it.",
    "error_updated_at": "When the error was reported (UTC); null is never.",
    "output": "What the delivery said.",
    "output_updated_at": "When it said so (UTC); null is never.",
    "termination_comment": "Why the allocation was to end; null is not said.",
    "can_approve_as_consumer": "Whether it waits for the consumer and you may approve it.",
    "can_approve_as_provider": "Whether it waits for the provider and you may approve it.",
    "marketplace_resource_uuid": "UUID of the allocation (resource) that the order is about.",
    "order_uuid": "UUID of the order.",
    "IssueReference.key": "Key of the issue.",
    "IssueReference.uuid": "UUID of the issue.",
}

RESOURCES: Mapping[str, str] = {
    "Resource.state": "`Creating` until its first order is done, `OK`, `Updating` and"
    " `Terminating` while such an order is delivered, `Terminated`, or `Erred` when a delivery"
    " failed or the site says so.",
    "ResourceFilter.state": "State of the allocation.",
    "Resource.attributes": "What the order said beside its limits.",
    "ResourceTerminate.attributes": "What else is to be said about the end, such as"
    " `termination_comment`.",
    "ResourceSuggestName.attributes": "What the order will say; not used for the name.",
    "ResourceSuggestName.plan": "UUID of the plan; not used for the name.",
    "NameResponse.name": "The name.",
    "Resource.options": "Values of the offering's resource options; null is none.",
    "ResourceOptions.options": "All values of the offering's resource options; null is none.",
    "Resource.username": "Your username at the site; null where you have no account there.",
    "available_actions": "What can be ordered in the present state.",
    "backend_metadata": "What the provider notes about it, as one object.",
    "backend_metadata.state": "How it stands at the site.",
    "backend_metadata.runtime_state": "How it runs at the site.",
    "backend_metadata.action": "What the site does with it.",
    "instance_name": "Name of what it runs on; null is not said.",
    "runtime_state": "How it runs at the site, as the provider's metadata says.",
    "current_usages": "What was used this month, by component type.",
    "limit_usage": "What counts against the limits in their periods, by component type.",
    "effective_id": "Under which name it runs in the end where that is not the backend ID.",
    "resource_effective_end_date": "Day on which it ends: its own, or its project's if that is"
    " earlier; null is never.",
    "project_effective_end_date": "Last day of the project with its grace period; null is never.",
    "project_end_date_requested_by": "URL of the person who set the project's end date; null is"
    " nobody.",
    "project_is_in_grace_period": "Whether the project's end date is over and its grace period is"
    " not.",
    "endpoints": "The addresses at which it is used.",
    "endpoints.name": "What the address is for.",
    "endpoints.url": "The address.",
    "endpoints.uuid": "UUID of the endpoint.",
    "ResourceEndpoint.name": "What the address is for.",
    "ResourceEndpoint.url": "The address.",
    "has_api_keys": "Whether it has API keys.",
    "is_limit_based": "Whether a component of the offering is charged by its limit.",
    "is_usage_based": "Whether a component of the offering is charged by its usage.",
    "last_sync": "When the site looked at it last (UTC).",
    "offering_billable": "Whether the offering is charged for.",
    "offering_shared": "Whether the offering is open to other organizations.",
    "offering_components": "The components of the offering.",
    "offering_plugin_options": "The plugin options of the offering.",
    "offering_account_settings": "How people are named at the site, and which setting says so.",
    "offering_type": "How orders are delivered: `Marketplace.Slurm` by a site agent,"
    " `Marketplace.Basic` by hand.",
    "order_in_progress": "The order that is open for it; null is none. In lists only where `field`"
    " asks for it.",
    "creation_order": "The order that created it. In lists only where `field` asks for it.",
    "paused": "Whether nobody may use it.",
    "downscaled": "Whether it may be used with less than was granted only.",
    "restrict_member_access": "Whether the members of the project are kept out.",
    "usage_limit_restriction": "`paused` or `downscaled` if use is restricted.",
    "user_requires_reconsent": "Whether you have to agree to the terms of service again.",
    "report": "The provider's report, in sections.",
    "header": "Header of the section.",
    "body": "Text of the section.",
    "component_count": "How many components the offering has.",
    "limit_component_count": "How many components of the offering take a limit.",
    "has_terminate_date": "Whether it has an end date of its own.",
    "limit_based": "Whether a component of the offering is charged by its limit.",
    "usage_based": "Whether a component of the offering is charged by its usage.",
    "only_limit_based": "Whether components are charged by limits, and none by usage.",
    "only_usage_based": "Whether components are charged by usage, and none by limits.",
    "order_state": "State of an order of it that you see.",
    "resource_attributes": "A JSON object: allocations whose attributes contain it.",
    "visible_to_providers": "`true`: the consumer approved its creation; `false`: that still"
    " waits.",
    "visible_to_username": "Username of a person who sees it through a project or an organization.",
    "service_manager_uuid": "UUID of a person who manages the offering.",
    "scope": "The object that it is about.",
}

PROVIDERS: Mapping[str, str] = {
    "account_options": "How people are named at the provider's sites; an offering may have its"
    " own.",
    "project_groups_enabled": "Whether projects have a group at the sites.",
    "username_generation_policy": "How usernames are made: `service_provider` (by the site),"
    " `waldur_username` (the person's own), `full_name`, `anonymized`, `identity_claim` or"
    " `freeipa`.",
    "username_anonymized_prefix": "What anonymized usernames begin with.",
    "homedir_prefix": "What home directories begin with.",
    "login_shell": "The shell that people log in to.",
    "account_scope": "Whether people have an account per `offering` or per `provider`.",
    "allowed_domains": "Domains that the provider uses; stored only.",
    "enable_notifications": "Whether the provider wants mails; stored only.",
    "offering_count": "How many offerings are in the catalogue.",
    "provider_name": "Name of the Hosting Entity (service provider).",
    "projects": "The projects that hold allocations.",
    "projects.image": "URL of the picture; empty.",
    "users": "The people in these projects.",
    "users.image": "URL of the picture; empty.",
    "users.email": "E-mail address, of those who agreed to the terms of service.",
    "users.full_name": "Full name, of those who agreed to the terms of service.",
    "customer_keyword": "A text to search for.",
    "ProjectPermissionLog.project": "URL of the project.",
    "ProjectPermissionLog.created": "When the role was given (UTC).",
    "OfferingPermission.pk": "Number of the role; the address takes it in the place of the UUID.",
    "OfferingPermissionLog.pk": "Number of the role; the address takes it in the place of the"
    " UUID.",
    "OfferingPermission.created": "When the role was given (UTC).",
    "OfferingPermissionLog.created": "When the role was given (UTC).",
    "value": "The value that holds.",
    "inherited": "What would hold without this setting.",
    "inherited.source": "Where that comes from: `default`, `provider` or `offering`.",
    "inherited.value": "That value.",
    "username_generation_policy.source": "Where the value comes from: `default`, `provider` or"
    " `offering`.",
    "username_anonymized_prefix.source": "Where the value comes from: `default`, `provider` or"
    " `offering`.",
    "homedir_prefix.source": "Where the value comes from: `default`, `provider` or `offering`.",
    "login_shell.source": "Where the value comes from: `default`, `provider` or `offering`.",
    "account_scope.source": "Where the value comes from: `default`, `provider` or `offering`.",
}

CATEGORIES: Mapping[str, str] = {
    "Category.group": "URL of the category group; null is none.",
    "MarketplaceCategory.group": "URL of the category group; null is none.",
    "default_vm_category": "Whether it is the category of virtual machines.",
    "default_volume_category": "Whether it is the category of volumes.",
    "available_offerings_count": "How many offerings of it you may order.",
    "MarketplaceCategory.offering_count": "How many offerings of it are in the catalogue.",
    "accessible": "Whether you may order it.",
    "CategoryFilter.accessible": "Whether you may order offerings of it.",
    "CategoryFilter.customer_uuid": "Categories with offerings of this organization.",
    "customers_offerings_state": "In which states `customer_uuid` looks: 1 Draft, 2 Active, 3"
    " Paused, 4 Archived, 5 Unavailable.",
    "has_shared": "Whether it has offerings that are open to other organizations.",
    "CategoryFilter.offering_name": "Name of an offering of it that you may order.",
    "resource_customer_uuid": "UUID of an organization that holds allocations of it.",
    "resource_project_uuid": "UUID of a project that holds allocations of it.",
}

TERMS: Mapping[str, str] = {
    "OfferingTermsOfService.grace_period_days": "For how many days consents to other versions"
    " hold where these ask again.",
    "OfferingTermsOfServiceCreate.grace_period_days": "For how many days consents to other versions"
    " hold where these ask again.",
    "has_user_consent": "Whether you agreed to terms of the offering, whichever version.",
    "user_consent": "What you said last to the offering's terms; null is nothing.",
    "user_consent.is_revoked": "Whether you took it back.",
    "user_consent.version": "The version that you agreed to.",
    "user_consent.agreement_date": "When you agreed (UTC).",
    "user_consent.uuid": "UUID of the consent.",
    "OfferingTermsOfService.is_active": "Whether they are in force.",
    "OfferingTermsOfServiceCreate.is_active": "Whether they are in force.",
    "TermsOfServiceFilter.is_active": "Whether they are in force.",
    "OfferingTermsOfService.requires_reconsent": "Whether consent to an earlier version is not"
    " enough.",
    "OfferingTermsOfServiceCreate.requires_reconsent": "Whether consent to an earlier version is"
    " not enough.",
    "TermsOfServiceFilter.requires_reconsent": "Whether consent to an earlier version is not"
    " enough.",
    "UserOfferingConsent.requires_reconsent": "Whether the terms in force ask for consent again.",
    "UserOfferingConsentCreate.requires_reconsent": "Whether the terms in force ask for consent"
    " again.",
    "ConsentFilter.requires_reconsent": "Whether the terms in force ask for consent again.",
    "terms_of_service": "What people agree to.",
    "terms_of_service_link": "URL of what people agree to.",
    "UserOfferingConsent.agreement_date": "When the person agreed (UTC).",
    "UserOfferingConsentCreate.agreement_date": "When the person agreed (UTC).",
    "revocation_date": "When the consent ended (UTC); null is in force.",
    "collected_attributes": "What of the person the provider of the offering gets to see.",
    "UserOfferingConsent.has_consent": "Whether the consent is in force.",
    "UserOfferingConsentCreate.has_consent": "Whether the consent is in force.",
    "ConsentFilter.has_consent": "Whether the consent is in force.",
    "UserOfferingConsent.version": "The version that the person agreed to.",
}

KEYS: Mapping[str, str] = {
    **PLANS,
    **ORDERS,
    **RESOURCES,
    **PROVIDERS,
    **CATEGORIES,
    **TERMS,
}
