"""Which path leads to which viewset of the app; some lie below the marketplace's collections."""

from allocations.api.backend_resources.views import BackendResourceViewSet, ImportableViewSet
from allocations.api.import_requests.views import BackendResourceRequestViewSet
from allocations.api.offering_users.views import OfferingUserViewSet
from allocations.api.provider_accounts.views import AttributeConfigViewSet, ProviderUsernameViewSet
from allocations.api.team.views import ProviderTeamViewSet, TeamViewSet
from config.common.api.schema import ApiRouter

router = ApiRouter()
router.register(
    "api/marketplace-offering-users", OfferingUserViewSet, basename="marketplace-offering-user"
)
router.register("api/marketplace-resources", TeamViewSet, basename="marketplace-resource-team")
router.register(
    "api/marketplace-provider-resources",
    ProviderTeamViewSet,
    basename="marketplace-provider-resource-team",
)
router.register(
    "api/marketplace-service-providers",
    ProviderUsernameViewSet,
    basename="marketplace-service-provider-username",
)
router.register(
    "api/marketplace-provider-offerings",
    AttributeConfigViewSet,
    basename="marketplace-provider-offering-attributes",
)
router.register(
    "api/marketplace-provider-offerings",
    ImportableViewSet,
    basename="marketplace-provider-offering-importable",
)
router.register(
    "api/backend-resource-requests",
    BackendResourceRequestViewSet,
    basename="backend-resource-request",
)
router.register("api/backend-resources", BackendResourceViewSet, basename="backend-resource")

urlpatterns = router.urls
