"""Which path leads to which viewset of the app; some lie below the marketplace's collections."""

from django.urls import path

from allocations.api.access_plane.views import UserAccessViewSet
from allocations.api.agent_logs.views import SiteAgentLogViewSet
from allocations.api.agents.views import (
    AgentIdentityViewSet,
    AgentProcessorViewSet,
    AgentServiceViewSet,
    AgentStatsViewSet,
)
from allocations.api.api_keys.views import ResourceApiKeyViewSet
from allocations.api.backend_resources.views import BackendResourceViewSet, ImportableViewSet
from allocations.api.import_requests.views import BackendResourceRequestViewSet
from allocations.api.integration_statuses.views import IntegrationStatusViewSet
from allocations.api.offering_users.views import OfferingUserViewSet
from allocations.api.provider_accounts.views import AttributeConfigViewSet, ProviderUsernameViewSet
from allocations.api.robot_accounts.views import RobotAccountViewSet
from allocations.api.shared_accounts.views import (
    AccountsAtOfferingViewSet,
    AccountsAtProviderViewSet,
    CourseAccountViewSet,
    CustomerServiceAccountViewSet,
    ProjectServiceAccountViewSet,
)
from allocations.api.site_access.views import SiteAccessViewSet
from allocations.api.subscriptions.views import (
    EventSubscriptionQueueViewSet,
    EventSubscriptionViewSet,
)
from allocations.api.team.views import ProviderTeamViewSet, TeamViewSet
from common.api.schema import ApiRouter

router = ApiRouter()
router.register(
    "api/marketplace-offering-users", OfferingUserViewSet, basename="marketplace-offering-user"
)
router.register(
    "api/marketplace-robot-accounts", RobotAccountViewSet, basename="marketplace-robot-account"
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
    "api/marketplace-site-agent-identities",
    AgentIdentityViewSet,
    basename="marketplace-site-agent-identity",
)
router.register(
    "api/marketplace-site-agent-services",
    AgentServiceViewSet,
    basename="marketplace-site-agent-service",
)
router.register(
    "api/marketplace-site-agent-processors",
    AgentProcessorViewSet,
    basename="marketplace-site-agent-processor",
)
router.register(
    "api/marketplace-site-agent-logs", SiteAgentLogViewSet, basename="marketplace-site-agent-log"
)
router.register(
    "api/marketplace-integration-statuses",
    IntegrationStatusViewSet,
    basename="marketplace-integration-status",
)
router.register("api/event-subscriptions", EventSubscriptionViewSet, basename="event-subscription")
router.register(
    "api/event-subscription-queues",
    EventSubscriptionQueueViewSet,
    basename="event-subscription-queue",
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
router.register(
    "api/marketplace-resource-api-keys",
    ResourceApiKeyViewSet,
    basename="marketplace-resource-api-key",
)
router.register("api/users", UserAccessViewSet, basename="user-access")
router.register(
    "api/marketplace-provider-offerings",
    SiteAccessViewSet,
    basename="marketplace-provider-offering-site-access",
)

urlpatterns = [
    *router.urls,
    path(
        "api/marketplace-site-agent-stats/",
        AgentStatsViewSet.as_view({"get": "numbers"}),
        name="marketplace-site-agent-stats",
    ),
]
