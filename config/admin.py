"""The administration site: one door to it, the portal's own sign-in."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Site(AdminSite):
    """Django's administration site behind our sign-in, with its rate limits and second factor."""

    site_title = gettext_lazy("Quản trị")
    site_header = gettext_lazy("Chính quyền cơ sở Điện Biên: quản trị")
    index_title = gettext_lazy("Quản trị")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person administers the portal. Raises PermissionDenied for a signed-in person who does not: signing in again would not help."""
        allowed = super().has_permission(request)
        if request.user.is_authenticated and not allowed:
            raise PermissionDenied(_("Vai trò của bạn không vào được phần quản trị."))
        return allowed

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Lead to the portal's sign-in; never show Django's own form."""
        return super().login(request, extra_context)

    # Open to everybody, like every page where one signs in.
    login.login_required = False  # type: ignore[attr-defined]
