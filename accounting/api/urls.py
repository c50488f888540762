"""Which path leads to which viewset of the app; some lie below the marketplace's collections."""

from accounting.api.component_usages.views import ComponentUsageViewSet
from accounting.api.desired_state.views import DesiredStateViewSet
from accounting.api.invoices.views import InvoiceItemViewSet, InvoiceViewSet
from accounting.api.obstacles.views import ObstaclesViewSet, ProviderObstaclesViewSet
from accounting.api.plan_periods.views import PlanPeriodViewSet, ProviderPlanPeriodViewSet
from accounting.api.stats.views import CustomerStatsViewSet, ProjectStatsViewSet
from accounting.api.usage_policies.views import SlurmPeriodicUsagePolicyViewSet
from accounting.api.user_limits.views import ComponentUserUsageLimitViewSet
from accounting.api.user_usages.views import ComponentUserUsageViewSet
from common.api.schema import ApiRouter

router = ApiRouter()
router.register(
    "api/marketplace-component-usages",
    ComponentUsageViewSet,
    basename="marketplace-component-usage",
)
router.register(
    "api/marketplace-component-user-usages",
    ComponentUserUsageViewSet,
    basename="marketplace-component-user-usage",
)
router.register(
    "api/component-user-usage-limits",
    ComponentUserUsageLimitViewSet,
    basename="component-user-usage-limit",
)
router.register("api/invoices", InvoiceViewSet, basename="invoice")
router.register("api/invoice-items", InvoiceItemViewSet, basename="invoice-item")
router.register(
    "api/marketplace-slurm-periodic-usage-policies",
    SlurmPeriodicUsagePolicyViewSet,
    basename="marketplace-slurm-periodic-usage-policy",
)
router.register(
    "api/marketplace-resources", PlanPeriodViewSet, basename="marketplace-resource-plan-period"
)
router.register(
    "api/marketplace-provider-resources",
    ProviderPlanPeriodViewSet,
    basename="marketplace-provider-resource-plan-period",
)
router.register(
    "api/marketplace-provider-offerings",
    DesiredStateViewSet,
    basename="marketplace-provider-offering-desired-state",
)
router.register(
    "api/marketplace-resources", ObstaclesViewSet, basename="marketplace-resource-obstacle"
)
router.register(
    "api/marketplace-provider-resources",
    ProviderObstaclesViewSet,
    basename="marketplace-provider-resource-obstacle",
)
router.register("api/customers", CustomerStatsViewSet, basename="customer-stats")
router.register("api/projects", ProjectStatsViewSet, basename="project-stats")

urlpatterns = router.urls
