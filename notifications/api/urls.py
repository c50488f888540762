"""Routes of notifications, under Waldur's paths and names."""

from django.urls import include, path

from common.api.schema import ApiRouter
from notifications.api.hooks.views import EmailHookViewSet, HookViewSet, WebHookViewSet

router = ApiRouter()
router.register("hooks", HookViewSet, basename="hook")
router.register("hooks-email", EmailHookViewSet, basename="emailhook")
router.register("hooks-web", WebHookViewSet, basename="webhook")

urlpatterns = [path("api/", include(router.urls))]
