"""What is offered, what is ordered, and what came of it."""

from marketplace.models.access_mode import AccessMode
from marketplace.models.catalogue import Category, CategoryGroup, ServiceProvider
from marketplace.models.offering import Offering, OfferingComponent
from marketplace.models.order import Order
from marketplace.models.partition import OfferingPartition
from marketplace.models.plan import Plan, PlanComponent
from marketplace.models.provider_customers import ProviderCustomer, ProviderPerson, ProviderProject
from marketplace.models.resource import Resource, ResourcePlanPeriod
from marketplace.models.terms import Consent, TermsOfService

__all__ = [
    "AccessMode",
    "Category",
    "CategoryGroup",
    "Consent",
    "Offering",
    "OfferingComponent",
    "OfferingPartition",
    "Order",
    "Plan",
    "PlanComponent",
    "ProviderCustomer",
    "ProviderPerson",
    "ProviderProject",
    "Resource",
    "ResourcePlanPeriod",
    "ServiceProvider",
    "TermsOfService",
]
