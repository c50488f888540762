"""Routes of the marketplace, under Waldur's paths and names."""

from django.urls import include, path

from common.api.schema import ApiRouter
from marketplace.api.categories.views import CategoryGroupViewSet, CategoryViewSet
from marketplace.api.offering_permissions import (
    OfferingPermissionLogViewSet,
    OfferingPermissionViewSet,
)
from marketplace.api.offerings.public import PublicOfferingViewSet
from marketplace.api.offerings.views import ProviderOfferingViewSet
from marketplace.api.orders.views import OrderViewSet
from marketplace.api.plans.views import PlanViewSet
from marketplace.api.provider_resources.views import ProviderResourceViewSet
from marketplace.api.providers.views import ServiceProviderViewSet
from marketplace.api.related_customers import RelatedCustomerViewSet
from marketplace.api.resources.views import ResourceViewSet
from marketplace.api.terms.views import ConsentViewSet, TermsOfServiceViewSet

router = ApiRouter()
router.register("marketplace-categories", CategoryViewSet, basename="marketplace-category")
router.register(
    "marketplace-category-groups", CategoryGroupViewSet, basename="marketplace-category-group"
)
router.register(
    "marketplace-offering-permissions",
    OfferingPermissionViewSet,
    basename="marketplace-offering-permission",
)
router.register(
    "marketplace-offering-permissions-log",
    OfferingPermissionLogViewSet,
    basename="marketplace-offering-permission-log",
)
router.register(
    "marketplace-offering-terms-of-service",
    TermsOfServiceViewSet,
    basename="marketplace-offering-terms-of-service",
)
router.register("marketplace-orders", OrderViewSet, basename="marketplace-order")
router.register("marketplace-plans", PlanViewSet, basename="marketplace-plan")
router.register(
    "marketplace-provider-offerings",
    ProviderOfferingViewSet,
    basename="marketplace-provider-offering",
)
router.register(
    "marketplace-public-offerings",
    PublicOfferingViewSet,
    basename="marketplace-public-offering",
)
router.register(
    "marketplace-service-providers",
    ServiceProviderViewSet,
    basename="marketplace-service-provider",
)
router.register(
    "marketplace-provider-resources",
    ProviderResourceViewSet,
    basename="marketplace-provider-resource",
)
router.register("marketplace-resources", ResourceViewSet, basename="marketplace-resource")
router.register(
    "marketplace-user-offering-consents",
    ConsentViewSet,
    basename="marketplace-user-offering-consent",
)

urlpatterns = [
    path("api/", include(router.urls)),
    path(
        "api/marketplace-related-customers/<str:uuid>/",
        RelatedCustomerViewSet.as_view({"get": "holders"}, detail=True),
        name="marketplace-related-customers",
    ),
]
