"""How API answers are written: JSON by orjson, decimals as strings. And how many questions somebody may ask in a minute."""

from decimal import Decimal
from typing import Any

import orjson
from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from redis.exceptions import RedisError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


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
