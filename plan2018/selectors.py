"""Reads of plans and periods."""

from datetime import date
from typing import Any

from django.utils import timezone

from plan2018.models import Period


def periods() -> "list[Period]":
    """All periods with their plans, newest last."""
    return list(Period.objects.select_related("plan"))


def newest_period() -> Period | None:
    """The period that ends last: what pages show when nobody asked for another."""
    return Period.objects.select_related("plan").order_by("ends_on", "starts_on").last()


def newest_day() -> date:
    """The last day of the newest period: the map of communes that people mean when they name no day. Today where there is no plan yet."""
    newest = newest_period()
    return newest.ends_on if newest else timezone.localdate()


def register_day() -> date:
    """The day as of which registers are shown and kept when nobody names one: today, or the last day of the newest period once that is over."""
    return min(timezone.localdate(), newest_day())


def rows() -> list[dict[str, Any]]:
    """All periods as plain rows, oldest first, with the last day on time."""
    columns = ("code", "kind", "name", "starts_on", "ends_on", "due_on", "due_comparison")
    return [{column: getattr(period, column) for column in columns} | {"last_day_on_time": period.last_day} for period in periods()]
