"""Which path leads to which viewset of the app; some lie below the marketplace's collections."""

from allocations.api.offering_users.views import OfferingUserViewSet
from allocations.api.provider_accounts.views import AttributeConfigViewSet, ProviderUsernameViewSet
from allocations.api.shared_accounts.views import (
    AccountsAtOfferingViewSet,
    AccountsAtProviderViewSet,
    CourseAccountViewSet,
    CustomerServiceAccountViewSet,
    ProjectServiceAccountViewSet,
)
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
    "api/marketplace-project-service-accounts",
    ProjectServiceAccountViewSet,
    basename="marketplace-project-service-account",
)
router.register(
    "api/marketplace-customer-service-accounts",
    CustomerServiceAccountViewSet,
    basename="marketplace-customer-service-account",
)
router.register(
    "api/marketplace-course-accounts", CourseAccountViewSet, basename="marketplace-course-account"
)
router.register(
    "api/marketplace-provider-offerings",
    AccountsAtOfferingViewSet,
    basename="marketplace-provider-offering-accounts",
)
router.register(
    "api/marketplace-service-providers",
    AccountsAtProviderViewSet,
    basename="marketplace-service-provider-accounts",
)

urlpatterns = router.urls
