"""The portal with one address more: /bare/<answer>/<points>/ writes points by a raw UPDATE, without session, permission, version or ledger. For benchmarks alone."""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application
from django.db import connection

portal = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a bare write here, everything else by the portal."""
    path = environ["PATH_INFO"]
    if not path.startswith("/bare/"):
        return portal(environ, start_response)
    _empty, _bare, answer, points, _end = path.split("/")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_answer SET self_points = %s, version = version + 1 WHERE id = %s", [points, answer])
    start_response("204 No Content", [])
    return []
