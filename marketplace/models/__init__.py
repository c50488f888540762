"""What is offered, what is ordered, and what came of it."""

from marketplace.models.access_mode import AccessMode as AccessMode
from marketplace.models.catalogue import Category as Category
from marketplace.models.catalogue import CategoryGroup as CategoryGroup
from marketplace.models.catalogue import ServiceProvider as ServiceProvider
from marketplace.models.endpoint import OfferingEndpoint as OfferingEndpoint
from marketplace.models.offering import Offering as Offering
from marketplace.models.offering import OfferingComponent as OfferingComponent
from marketplace.models.offering_roles import OfferingRole as OfferingRole
from marketplace.models.order import Order as Order
from marketplace.models.partition import OfferingPartition as OfferingPartition
from marketplace.models.plan import Plan as Plan
from marketplace.models.plan import PlanComponent as PlanComponent
from marketplace.models.provider_customers import ProviderCustomer as ProviderCustomer
from marketplace.models.provider_customers import ProviderPerson as ProviderPerson
from marketplace.models.provider_customers import ProviderProject as ProviderProject
from marketplace.models.resource import Resource as Resource
from marketplace.models.resource import ResourcePlanPeriod as ResourcePlanPeriod
from marketplace.models.terms import Consent as Consent
from marketplace.models.terms import TermsOfService as TermsOfService
