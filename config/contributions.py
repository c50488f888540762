"""What each app adds to the reads of those below it: one literal, part of the composition root.

An app knows the apps below it alone. What it shows of one above, or does for it, is declared in
its `contributions` and supplied here: columns and conditions in the same query, and the kinds of
events that sites are told of (ADR 0025).
"""

from accounting import for_allocations
from accounting import for_marketplace as accounting
from allocations import for_identity
from allocations import for_marketplace as allocations
from allocations.contributions import AllocationsContributions
from common.api.readings import CommonContributions
from identity.contributions import IdentityContributions
from identity.services import data_accesses
from marketplace import for_identity as marketplace
from marketplace.contributions import MarketplaceContributions

COMMON = CommonContributions(note_reading=data_accesses.note)
IDENTITY = IdentityContributions(
    provider_uuid=marketplace.provider_uuid,
    is_provider=marketplace.is_provider,
    is_served_by=marketplace.is_served_by,
    holds_called=marketplace.holds_called,
    hinders_move=marketplace.hinders_move,
    offering_scope=marketplace.offering_scope,
    provider_access=for_identity.provider_access,
)
MARKETPLACE = MarketplaceContributions(
    exposed_attributes=allocations.exposed_attributes,
    username=allocations.username,
    has_api_keys=allocations.has_api_keys,
    is_used_since=accounting.is_used_since,
    integration_status=allocations.integration_status,
    has_account=allocations.has_account,
    is_site_of=allocations.is_site_of,
    stoppable_types=allocations.stoppable_types,
)
ALLOCATIONS = AllocationsContributions(
    read_with_resource=for_allocations.READ_WITH_RESOURCE,
    settings_due=for_allocations.SETTINGS_DUE,
)
