"""What each app adds to the reads of those below it: one literal, part of the composition root.

An app knows the apps below it alone. What it shows of one above is declared in its `contributions`
and supplied here, as a column or a condition in the same query (ADR 0025).
"""

from accounting import for_marketplace as accounting
from allocations import for_marketplace as allocations
from identity.contributions import IdentityContributions
from marketplace import for_identity as marketplace
from marketplace.contributions import MarketplaceContributions

IDENTITY = IdentityContributions(
    provider_uuid=marketplace.provider_uuid,
    is_provider=marketplace.is_provider,
    is_served_by=marketplace.is_served_by,
    holds_called=marketplace.holds_called,
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
