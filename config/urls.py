"""Addresses of the portal, room by room. The probes /healthz and /readyz are answered before any of these: config/views.py."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    # rooms: path("", include("scoring.urls")), ...
    path("", include("reports.urls")),
    # api: path("api/v1/", include(...))
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", include("config.styleguide")),
]
