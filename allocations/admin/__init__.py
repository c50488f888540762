"""The staff's pages for deliveries, accounts at sites, site agents and imports."""

from allocations.admin import accounts as accounts
from allocations.admin import agents as agents
from allocations.admin import api_keys as api_keys
from allocations.admin import delivered as delivered
from allocations.admin import entitlements as entitlements
from allocations.admin import imports as imports
from allocations.admin import memberships as memberships
from allocations.admin import provisions as provisions
from allocations.admin import queues as queues
from allocations.admin import robot_accounts as robot_accounts
from allocations.admin import shared as shared
from allocations.admin import subscriptions as subscriptions
