"""The Word report of a province of 130 communes: all figures, tables, charts; filled from our own template."""

from datetime import date

from django.utils import timezone

from bench.figure import Figure, in_turn
from plan2018.models import Period
from reports import editions, layout, word

SECONDS = 0.5


def figures() -> list[Figure]:
    """Write the report of the year and hold the time against its goal."""
    content = editions.snapshot(Period.objects.select_related("plan").get(code="2018-Y"))
    source = word.Source(1, False, timezone.now(), "0" * 64)
    details = word.Details(number="5", day=date(2019, 1, 25))
    layout.default("report")
    (seconds,) = in_turn(lambda: word.write("report", content, content["units"][0]["code"], details, source))
    rows = len(content["standings"])
    return [Figure("Word report of a province, seconds", seconds, SECONDS, f"{rows} ranked communes, {len(content['targets'])} units with targets")]
