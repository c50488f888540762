"""Routes of identity, under Waldur's paths and names."""

from django.urls import include, path

from config.common.api.schema import ApiRouter
from identity.api.customers.views import CustomerViewSet
from identity.api.eduteams.views import RemoteEduteamsViewSet
from identity.api.events.views import EventViewSet
from identity.api.keys.views import SshKeyViewSet
from identity.api.projects.views import ProjectViewSet
from identity.api.roles.views import RoleViewSet
from identity.api.sessions.views import LogoutViewSet, PasswordViewSet
from identity.api.users.views import UserViewSet

router = ApiRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("events", EventViewSet, basename="event")
router.register("keys", SshKeyViewSet, basename="sshkey")
router.register("projects", ProjectViewSet, basename="project")
router.register("roles", RoleViewSet, basename="role")
router.register("users", UserViewSet, basename="user")

urlpatterns = [
    path("api/", include(router.urls)),
    path(
        "api/remote-eduteams/",
        RemoteEduteamsViewSet.as_view({"post": "find"}),
        name="remote-eduteams",
    ),
    path("api-auth/password/", PasswordViewSet.as_view({"post": "log_in"}), name="auth-password"),
    path("api-auth/logout/", LogoutViewSet.as_view({"post": "log_out"}), name="auth-logout"),
]
