"""Reads of plans and periods."""

from plan2018.models import Period


def periods() -> "list[Period]":
    """All periods with their plans, newest last."""
    return list(Period.objects.select_related("plan"))


def newest_period() -> Period | None:
    """The period that ends last: what pages show when nobody asked for another."""
    return Period.objects.select_related("plan").order_by("ends_on", "starts_on").last()
