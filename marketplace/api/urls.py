"""Routes of the marketplace, under Waldur's paths and names."""

from django.urls import include, path

from config.common.api.schema import ApiRouter
from marketplace.api.orders.views import OrderViewSet
from marketplace.api.provider_resources.views import ProviderResourceViewSet
from marketplace.api.resources.views import ResourceViewSet

router = ApiRouter()
router.register("marketplace-orders", OrderViewSet, basename="marketplace-order")
router.register(
    "marketplace-provider-resources",
    ProviderResourceViewSet,
    basename="marketplace-provider-resource",
)
router.register("marketplace-resources", ResourceViewSet, basename="marketplace-resource")

urlpatterns = [path("api/", include(router.urls))]
