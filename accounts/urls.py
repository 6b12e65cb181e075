"""Addresses of signing in: only those of allauth's views that the portal uses. No sign-up, no managing of mail addresses."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import include, path, re_path
from django.views.generic import RedirectView

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    # Nobody signs up; allauth asks for this name when it writes to an address without an account.
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path(
        "2fa/",
        include(
            [
                path("", mfa.index, name="mfa_index"),
                path("authenticate/", mfa.authenticate, name="mfa_authenticate"),
                path("reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
                path("totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
                path("totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
                path("recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
                path("recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
                path("recovery-codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
            ]
        ),
    ),
]
