"""Where each address leads: the one place that knows every app's routes.

A URL does not decide the app: an action lives in the lowest app that has all it needs, so several
apps may serve actions below one collection.
"""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config.about.document import SchemaView
from config.django_errors import unknown
from config.metrics import MetricsView
from config.pages.asking import GroupInvitationView
from config.pages.confirming import ConfirmEmailView
from config.pages.inviting import InvitationView
from config.pages.login.second_factor import CodePage, SecondFactorPage, SetUpPage
from config.pages.login.views import (
    BackChannelLogoutView,
    BeginLoginView,
    CompleteLoginView,
    LoginPage,
    LogoutPage,
)
from config.pages.platform_terms import PlatformTermsView
from config.pages.profile import ProfileView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("login/", LoginPage.as_view(), name="login"),
    path("login/code/", CodePage.as_view(), name="login-code"),
    path("second-factor/", SecondFactorPage.as_view(), name="second-factor"),
    path("second-factor/set-up/", SetUpPage.as_view(), name="second-factor-set-up"),
    path("logout/", LogoutPage.as_view(), name="logout"),
    path("oidc/<str:provider>/login/", BeginLoginView.as_view(), name="oidc-login"),
    path("oidc/<str:provider>/callback/", CompleteLoginView.as_view(), name="oidc-callback"),
    path(
        "oidc/<str:provider>/backchannel-logout/",
        BackChannelLogoutView.as_view(),
        name="oidc-backchannel-logout",
    ),
    path("confirm-email/", ConfirmEmailView.as_view(), name="confirm-email"),
    path("group-invitation/<uuid:uuid>/", GroupInvitationView.as_view(), name="group-invitation"),
    path("platform-terms/", PlatformTermsView.as_view(), name="platform-terms"),
    path("profile/", ProfileView.as_view(), name="profile"),
    path("invitation/<str:token>/", InvitationView.as_view(), name="invitation"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("api/", include("config.about.urls")),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("", include("accounting.api.urls")),
    path("", include("allocations.api.urls")),
    path("", include("marketplace.api.urls")),
    path("", include("identity.api.urls")),
    path(
        "", include("notifications.api.urls")
    ),  # last: patterns are tried in turn, and agents poll
    re_path(r"^api(?:-auth)?(?:/.*)?$", unknown),
]
handler400 = "config.django_errors.bad_request"
handler403 = "config.django_errors.forbidden"
handler404 = "config.django_errors.not_found"
handler500 = "config.django_errors.failed"
