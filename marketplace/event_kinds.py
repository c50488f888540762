"""What happens to offerings, plans, orders, resources and those who provide them. Pure."""

from collections.abc import Mapping
from functools import partial

from identity.event_catalogue import Group, Kind, Readers
from marketplace.lifecycle import OfferingState, OrderState

# --- the catalogue of the marketplace -------------------------------------------------------------

_catalogue = partial(Kind, group=Group.CATALOGUE, readers=Readers.NOBODY)

ACCESS_MODE_LOADED = _catalogue("access_mode.loaded", "A preset made or changed an access mode.")
CATEGORY_CREATED = _catalogue("category.created", "There is a new category of offerings.")
CATEGORY_LOADED = _catalogue("category.loaded", "A preset made or changed a category.")
CATEGORY_REMOVED = _catalogue("category.removed", "A category without offerings was removed.")
CATEGORY_UPDATED = _catalogue("category.updated", "A category changed; `changed` says what of it.")
CATEGORY_GROUP_LOADED = _catalogue(
    "category_group.loaded", "A preset made or changed a group of categories."
)

# --- providers and their offerings ----------------------------------------------------------------

_provider = partial(Kind, group=Group.PROVIDERS, readers=Readers.PROVIDER)

PROVIDER_LOADED = _provider("provider.loaded", "A preset made or changed a service provider.")
PROVIDER_REGISTERED = _provider("provider.registered", "An organization may make offerings.")
PROVIDER_REMOVED = _provider("provider.removed", "An organization makes no offerings any more.")
PROVIDER_UPDATED = _provider("provider.updated", "A provider changed; `changed` says what of it.")

OFFERING_ACTIVE = _provider("offering.active", "An offering can be ordered.")
OFFERING_ARCHIVED = _provider(
    "offering.archived", "An offering is closed; what was allocated of it stays."
)
OFFERING_CREATED = _provider(
    "offering.created", "There is a draft of an offering.", waldur="marketplace_offering_created"
)
OFFERING_DRAFT = _provider("offering.draft", "An offering is a draft again.")
OFFERING_LOADED = _provider("offering.loaded", "A preset made or changed an offering.")
OFFERING_PAUSED = _provider("offering.paused", "An offering cannot be ordered for a while.")
OFFERING_REMOVED = _provider("offering.removed", "An offering that was never used was removed.")
OFFERING_SYNC_REQUESTED = _provider(
    "offering.sync_requested", "A site is asked to look at all it has of an offering."
)
OFFERING_UNAVAILABLE = _provider("offering.unavailable", "An offering's site is out of order.")
OFFERING_UPDATED = _provider(
    "offering.updated",
    "An offering changed; `changed` says what of it.",
    waldur="marketplace_offering_updated",
)

OFFERING_STATES: Mapping[OfferingState, Kind] = {
    OfferingState.DRAFT: OFFERING_DRAFT,
    OfferingState.ACTIVE: OFFERING_ACTIVE,
    OfferingState.PAUSED: OFFERING_PAUSED,
    OfferingState.UNAVAILABLE: OFFERING_UNAVAILABLE,
    OfferingState.ARCHIVED: OFFERING_ARCHIVED,
}
"""The state that an offering comes to -> the kind of that event."""

ENDPOINT_ADDED = _provider("endpoint.added", "An offering is used at another address.")
ENDPOINT_CHANGED = _provider(
    "endpoint.changed", "An address of an offering is another one; `changed` says what of it."
)
ENDPOINT_REMOVED = _provider("endpoint.removed", "An offering is not used at an address any more.")

PARTITION_ADDED = _provider("partition.added", "An offering's cluster has another partition.")
PARTITION_CHANGED = _provider(
    "partition.changed", "A partition has other limits; `changed` says which."
)
PARTITION_REMOVED = _provider("partition.removed", "A partition was removed from an offering.")

# --- components and plans -------------------------------------------------------------------------

_accounting = partial(Kind, group=Group.OFFERING_ACCOUNTING, readers=Readers.PROVIDER)

COMPONENT_ADDED = _accounting(
    "component.added",
    "Something more is measured of an offering.",
    waldur="marketplace_offering_component_created",
)
COMPONENT_LOADED = Kind(
    "component.loaded",
    "A preset made or changed a component.",
    group=Group.OFFERING_ACCOUNTING,
    readers=Readers.NOBODY,
)
COMPONENT_REMOVED = _accounting(
    "component.removed",
    "A component was removed from an offering.",
    waldur="marketplace_offering_component_deleted",
)
COMPONENT_UPDATED = _accounting(
    "component.updated",
    "A component changed; `changed` says what of it.",
    waldur="marketplace_offering_component_updated",
)
PLAN_ARCHIVED = _accounting(
    "plan.archived", "A plan cannot be chosen any more.", waldur="marketplace_plan_archived"
)
PLAN_CREATED = _accounting(
    "plan.created", "An offering has a new plan.", waldur="marketplace_plan_created"
)
PLAN_LOADED = Kind(
    "plan.loaded",
    "A preset made or changed a plan.",
    group=Group.OFFERING_ACCOUNTING,
    readers=Readers.NOBODY,
)
PLAN_PRICES_IN_FORCE = _accounting(
    "plan.prices_in_force",
    "The prices that were set for this month are in force.",
    waldur="marketplace_plan_component_current_price_updated",
)
PLAN_PRICES_SET = _accounting(
    "plan.prices_set", "A plan was given prices, for now or for the next month."
)
PLAN_QUOTAS_SET = _accounting(
    "plan.quotas_set",
    "A plan includes other amounts.",
    waldur="marketplace_plan_component_quota_updated",
)
PLAN_REMOVED = _accounting(
    "plan.removed", "A plan that nobody chose was removed.", waldur="marketplace_plan_deleted"
)
PLAN_UPDATED = _accounting(
    "plan.updated",
    "A plan changed; `changed` says what of it.",
    waldur="marketplace_plan_updated",
)

# --- terms of service -----------------------------------------------------------------------------

_terms = partial(Kind, group=Group.TERMS_OF_SERVICE, readers=Readers.PROVIDER)

CONSENT_GIVEN = _terms(
    "consent.given",
    "Somebody agreed to an offering's terms of service.",
    waldur="terms_of_service_consent_granted",
)
CONSENT_REVOKED = _terms(
    "consent.revoked",
    "Somebody took their consent to terms of service back.",
    waldur="terms_of_service_consent_revoked",
)
CONSENT_RUN_OUT = _terms(
    "consent.run_out",
    "A consent to former terms of service ended, since new ones ask for another and the days of"
    " grace are over.",
    waldur="terms_of_service_consent_revoked",
)
TERMS_DRAFTED = _terms("terms.drafted", "Terms of service were written that hold not yet.")
TERMS_PUBLISHED = _terms("terms.published", "An offering has terms of service, or new ones.")
TERMS_REMOVED = _terms("terms.removed", "Terms of service to which nobody had agreed were removed.")
TERMS_UPDATED = _terms(
    "terms.updated", "Terms of service of an offering changed; `changed` says what of them."
)
TERMS_WITHDRAWN = _terms("terms.withdrawn", "An offering's terms of service hold no longer.")

# --- orders ---------------------------------------------------------------------------------------

_order = partial(Kind, group=Group.RESOURCES, readers=Readers.BOTH_SIDES)
# An order begins in any of the states of waiting, by who has to agree. Who waits for new orders
# must not miss one, and hears again of one that passes on to the next who has to agree.
_new_order = partial(_order, waldur="marketplace_order_created")

ORDER_AMENDED = _order("order.amended", "What a waiting order asks for was changed.")
ORDER_BACKEND_ID_SET = _order("order.backend_id_set", "The site says what it calls the order.")
ORDER_CANCELED = _order(
    "order.canceled",
    "An order was called off before it was delivered.",
    waldur="marketplace_order_terminated",
)
ORDER_DELETED = _order("order.deleted", "An order that waited was deleted.")
ORDER_DONE = _order(
    "order.done",
    "The site has delivered what was ordered.",
    waldur="marketplace_order_completed",
)
ORDER_ERRED = _order(
    "order.erred",
    "The site could not deliver what was ordered.",
    waldur="marketplace_order_failed",
)
ORDER_EXECUTING = _order(
    "order.executing",
    "All have agreed to an order: the site begins with it.",
    waldur="marketplace_order_approved",
)
ORDER_PENDING_CONSUMER = _new_order(
    "order.pending-consumer", "An order waits for the organization's consent."
)
ORDER_PENDING_PROJECT = _new_order(
    "order.pending-project", "An order waits for its project to begin."
)
ORDER_PENDING_PROVIDER = _new_order(
    "order.pending-provider", "An order waits for the provider's consent."
)
ORDER_PENDING_START_DATE = _new_order(
    "order.pending-start-date", "An order waits for the day that it is to begin on."
)
ORDER_REJECTED = _order(
    "order.rejected",
    "The organization or the provider did not agree to an order.",
    waldur="marketplace_order_rejected",
)
ORDER_UNLINKED = _order(
    "order.unlinked",
    "An order was deleted without telling its site.",
    waldur="marketplace_order_unlinked",
)

ORDER_STATES: Mapping[OrderState, Kind] = {
    OrderState.PENDING_CONSUMER: ORDER_PENDING_CONSUMER,
    OrderState.PENDING_PROVIDER: ORDER_PENDING_PROVIDER,
    OrderState.PENDING_PROJECT: ORDER_PENDING_PROJECT,
    OrderState.PENDING_START_DATE: ORDER_PENDING_START_DATE,
    OrderState.EXECUTING: ORDER_EXECUTING,
    OrderState.DONE: ORDER_DONE,
    OrderState.ERRED: ORDER_ERRED,
    OrderState.CANCELED: ORDER_CANCELED,
    OrderState.REJECTED: ORDER_REJECTED,
}
"""The state that an order comes to -> the kind of that event."""

# --- resources ------------------------------------------------------------------------------------

_resource = partial(Kind, group=Group.RESOURCES, readers=Readers.BOTH_SIDES)

RESOURCE_ABANDONED = _resource(
    "resource.abandoned",
    "An allocation never came to be: its order was rejected or called off.",
    waldur="marketplace_resource_create_canceled",
)
RESOURCE_BACKEND_ID_SET = _resource(
    "resource.backend_id_set", "The site says what it calls an allocation."
)
RESOURCE_BROKE = _resource(
    "resource.broke",
    "Something is wrong with an allocation at its site.",
    waldur="marketplace_resource_erred_on_backend",
)
RESOURCE_CHANGED = _resource(
    "resource.changed", "An allocation has the limits, plan and options that were ordered."
)
RESOURCE_CREATED = _resource(
    "resource.created",
    "An allocation is there to be used.",
    waldur="marketplace_resource_create_succeeded",
)
RESOURCE_DESCRIBED = _resource(
    "resource.described", "An allocation is called or described otherwise."
)
RESOURCE_EFFECTIVE_ID_SET = _resource(
    "resource.effective_id_set", "The site says under which id an allocation really runs."
)
RESOURCE_END_DATE_SET = _resource(
    "resource.end_date_set",
    "An allocation ends on another day.",
    waldur="marketplace_resource_update_end_date_succeeded",
)
RESOURCE_ENDPOINTS_SET = _resource(
    "resource.endpoints_set", "An allocation is reached under other addresses."
)
RESOURCE_FLAGS_SET = _resource(
    "resource.flags_set",
    "An allocation was paused, downscaled or shut to members, or no longer is.",
)
RESOURCE_KEPT = _resource(
    "resource.kept",
    "A change of an allocation was called off: it is as before.",
    waldur="marketplace_resource_update_canceled",
)
RESOURCE_LIMITS_SET = _resource(
    "resource.limits_set",
    "The provider set other limits of an allocation.",
    waldur="marketplace_resource_update_limits_succeeded",
)
RESOURCE_METADATA_SET = _resource(
    "resource.metadata_set", "The site noted something about an allocation for itself."
)
RESOURCE_MOVED = _resource(
    "resource.moved",
    "The project of an allocation belongs to another organization now.",
)
RESOURCE_OPTIONS_SET = _resource("resource.options_set", "An allocation has other options.")
RESOURCE_PULL_REQUESTED = _resource(
    "resource.pull_requested", "The site is asked to report how an allocation is."
)
RESOURCE_REPORT_SUBMITTED = _resource(
    "resource.report_submitted", "The site wrote a report on an allocation."
)
RESOURCE_RESOLVED = _resource("resource.resolved", "What was wrong with an allocation is mended.")
RESOURCE_RESTORING = _resource(
    "resource.restoring", "The site begins to bring an allocation back that was terminated."
)
RESOURCE_SLUG_SET = _resource("resource.slug_set", "An allocation has another short name.")
RESOURCE_TERMINATED = _resource(
    "resource.terminated",
    "An allocation has ended.",
    waldur="marketplace_resource_terminate_succeeded",
)
RESOURCE_TERMINATING = _resource(
    "resource.terminating",
    "The site begins to end an allocation.",
    waldur="marketplace_resource_terminate_requested",
)
RESOURCE_UNLINKED = _resource(
    "resource.unlinked",
    "An allocation was deleted here without touching it at its site.",
    waldur="marketplace_resource_unlinked",
)
RESOURCE_UPDATED = _resource(
    "resource.updated",
    "The site has changed an allocation as ordered.",
    waldur="marketplace_resource_update_succeeded",
)
RESOURCE_UPDATING = _resource(
    "resource.updating",
    "The site begins to change an allocation.",
    waldur="marketplace_resource_update_requested",
)

RESOURCE_ACTIONS: Mapping[str, Kind] = {
    "created": RESOURCE_CREATED,
    "updating": RESOURCE_UPDATING,
    "updated": RESOURCE_UPDATED,
    "kept": RESOURCE_KEPT,
    "terminating": RESOURCE_TERMINATING,
    "terminated": RESOURCE_TERMINATED,
    "restoring": RESOURCE_RESTORING,
    "broke": RESOURCE_BROKE,
    "resolved": RESOURCE_RESOLVED,
    "abandoned": RESOURCE_ABANDONED,
}
"""The action of the table of resources -> the kind of that event."""
