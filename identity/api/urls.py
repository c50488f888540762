"""Routes of identity, under Waldur's paths and names."""

from django.urls import include, path

from common.api.schema import ApiRouter
from identity.api.bridge.views import IdentityBridgeViewSet
from identity.api.customers.views import CustomerViewSet
from identity.api.data_accesses import DataAccessLogViewSet
from identity.api.eduteams.views import RemoteEduteamsViewSet
from identity.api.events.views import EventMetadataViewSet, EventStatsViewSet, EventViewSet
from identity.api.feed.views import EventFeedViewSet
from identity.api.group_invitations.views import GroupInvitationViewSet
from identity.api.identity_providers import IdentityProviderViewSet
from identity.api.invitations.views import InvitationViewSet
from identity.api.keys.views import SshKeyViewSet
from identity.api.organization_groups import OrganizationGroupViewSet
from identity.api.permission_requests.views import PermissionRequestViewSet
from identity.api.permission_reviews import (
    CustomerPermissionReviewViewSet,
    ProjectPermissionReviewViewSet,
)
from identity.api.personal_tokens.views import PersonalAccessTokenViewSet
from identity.api.projects.views import ProjectViewSet
from identity.api.role_concealments import CustomerRoleConcealmentViewSet
from identity.api.roles.views import RoleViewSet
from identity.api.science import ScienceDomainViewSet, ScienceSubDomainViewSet
from identity.api.sessions.institution import EduteamsLoginViewSet, KeycloakLoginViewSet
from identity.api.sessions.views import LogoutViewSet, PasswordViewSet
from identity.api.user_permissions import UserPermissionViewSet
from identity.api.users.views import UserViewSet

router = ApiRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register(
    "customer-permissions-reviews",
    CustomerPermissionReviewViewSet,
    basename="customer-permissions-review",
)
router.register(
    "customer-role-concealments",
    CustomerRoleConcealmentViewSet,
    basename="customer-role-concealment",
)
router.register("data-access-logs", DataAccessLogViewSet, basename="data-access-log")
router.register("events-stats", EventStatsViewSet, basename="event-stats")
router.register("events", EventViewSet, basename="event")
router.register("keys", SshKeyViewSet, basename="sshkey")
router.register("organization-groups", OrganizationGroupViewSet, basename="organizationgroup")
router.register(
    "personal-access-tokens", PersonalAccessTokenViewSet, basename="personal-access-token"
)
router.register(
    "project-permissions-reviews",
    ProjectPermissionReviewViewSet,
    basename="project-permissions-review",
)
router.register("projects", ProjectViewSet, basename="project")
router.register("roles", RoleViewSet, basename="role")
router.register("science-domains", ScienceDomainViewSet, basename="sciencedomain")
router.register("science-sub-domains", ScienceSubDomainViewSet, basename="sciencesubdomain")
router.register("user-group-invitations", GroupInvitationViewSet, basename="user-group-invitation")
router.register("user-invitations", InvitationViewSet, basename="user-invitation")
router.register("user-permissions", UserPermissionViewSet, basename="userpermission")
router.register(
    "user-permission-requests", PermissionRequestViewSet, basename="user-permission-request"
)
router.register("users", UserViewSet, basename="user")

urlpatterns = [
    path("api/", include(router.urls)),
    path(
        "api/metadata/events/",
        EventMetadataViewSet.as_view({"get": "events"}),
        name="metadata-events",
    ),
    path("api/event-feed/", EventFeedViewSet.as_view({"get": "read"}), name="event-feed"),
    path(
        "api/event-feed/stream/",
        EventFeedViewSet.as_view({"get": "stream"}),
        name="event-feed-stream",
    ),
    path(
        "api/remote-eduteams/",
        RemoteEduteamsViewSet.as_view({"post": "find"}),
        name="remote-eduteams",
    ),
    path(
        "api/identity-providers/",
        IdentityProviderViewSet.as_view({"get": "list"}),
        name="identity-provider-list",
    ),
    path(
        "api/identity-providers/<str:provider>/",
        IdentityProviderViewSet.as_view({"get": "retrieve"}),
        name="identity-provider-detail",
    ),
    path(
        "api/identity-bridge/",
        IdentityBridgeViewSet.as_view({"post": "push"}),
        name="identity-bridge",
    ),
    path(
        "api/identity-bridge/remove/",
        IdentityBridgeViewSet.as_view({"post": "remove"}),
        name="identity-bridge-remove",
    ),
    path(
        "api/identity-bridge/allowed-fields/",
        IdentityBridgeViewSet.as_view({"get": "allowed_fields"}),
        name="identity-bridge-allowed-fields",
    ),
    path(
        "api/identity-bridge/stats/",
        IdentityBridgeViewSet.as_view({"get": "stats"}),
        name="identity-bridge-stats",
    ),
    path("api-auth/password/", PasswordViewSet.as_view({"post": "log_in"}), name="auth-password"),
    path(
        "api-auth/eduteams/init/",
        EduteamsLoginViewSet.as_view({"get": "init"}),
        name="auth-eduteams-init",
    ),
    path(
        "api-auth/eduteams/complete/",
        EduteamsLoginViewSet.as_view({"get": "complete"}),
        name="auth-eduteams-complete",
    ),
    path(
        "api-auth/keycloak/init/",
        KeycloakLoginViewSet.as_view({"get": "init"}),
        name="auth-keycloak-init",
    ),
    path(
        "api-auth/keycloak/complete/",
        KeycloakLoginViewSet.as_view({"get": "complete"}),
        name="auth-keycloak-complete",
    ),
    path("api-auth/logout/", LogoutViewSet.as_view({"post": "log_out"}), name="auth-logout"),
]
