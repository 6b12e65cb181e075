"""Health of the process and of what it stands on, for load balancers, containers and people who watch."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

BROKER_TIMEOUT = 0.5  # seconds


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers. Touches nothing else: a dead database is no reason to restart a healthy process."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether people can work: 503 without a migrated database.

    Without its broker the portal is `degraded` and still answers 200: jobs are rows of the database and wait there, pages work.

        {"status": "ok" | "degraded" | "down",
         "database": "ok" | "unmigrated" | "down",
         "broker": "ok" | "embedded" | "down"}
    """
    database, broker = _database(), _broker()
    status = "down" if database != "ok" else "degraded" if broker == "down" else "ok"
    return JsonResponse({"status": status, "database": database, "broker": broker}, status=503 if status == "down" else 200)


PROBES = {"/healthz": healthz, "/readyz": readyz}


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the first of all: probes come with any Host header, over plain http, without a session, and need nothing that follows."""

    def answer(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = probe(request)
        response["Cache-Control"] = "no-store"
        return response

    return answer


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "down"
    return "unmigrated" if pending else "ok"


def _broker() -> str:
    if not settings.REDIS_URL:
        return "embedded"
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=BROKER_TIMEOUT, socket_timeout=BROKER_TIMEOUT, retry=Retry(NoBackoff(), 0)
        ) as broker:
            broker.ping()
    except RedisError:
        return "down"
    return "ok"
