"""The portal with one address more: /bare/<answer>/<points>/ writes points by a raw UPDATE, without session, permission, version or ledger. For benchmarks alone."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

application = get_wsgi_application()
settings.ROOT_URLCONF = "bench.bare"


@csrf_exempt
@login_not_required
def write(request: HttpRequest, answer: int, points: str) -> HttpResponse:
    """The least that a view of this server can do to save a point."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_answer SET self_points = %s, version = version + 1 WHERE id = %s", [points, answer])
    return HttpResponse(status=204)


urlpatterns = [path("bare/<int:answer>/<str:points>/", write), path("", include("config.urls"))]
