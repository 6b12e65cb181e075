"""The second factor, where it is required."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

WAY_TO_A_SECOND_FACTOR = frozenset({"mfa_activate_totp", "account_reauthenticate", "account_logout"})


class SecondFactorMiddleware:
    """Whoever needs a second factor and has none can only set one up or sign out: every page leads there, the API refuses (403).

    Behind the authentication middleware, whose user says both without a further query. A token is a factor of its own: its requests pass.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse | None:
        """Stop before the view, whichever it is."""
        user = request.user
        if not settings.MFA_REQUIRED or not user.is_authenticated or not user.needs_second_factor or user.has_second_factor:
            return None
        match = request.resolver_match
        if match and match.view_name in WAY_TO_A_SECOND_FACTOR:
            return None
        if request.path_info.startswith("/api/"):
            return JsonResponse({"detail": _("Tài khoản này cần bảo vệ hai lớp. Bật trên trang rồi thử lại.")}, status=403)
        return redirect("mfa_activate_totp")
