"""`manage.py rollup 2018-Y`: fill the figures of periods now; `--watch 5`: keep filling those that moved on (the embedded stand-in for beat)."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plan2018.models import Period
from reports import selectors, services


class Command(BaseCommand):
    help = "Tổng hợp số liệu của các kỳ, ví dụ: rollup 2018-H1 2018-Y"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("periods", nargs="*", metavar="KỲ", help="mã kỳ, ví dụ 2018-H1")
        parser.add_argument("--watch", type=float, metavar="GIÂY", help="cứ sau chừng này giây lại tổng hợp những kỳ có thay đổi")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"]:
            while True:
                self._fill(selectors.stale_periods())
                time.sleep(options["watch"])
        codes = options["periods"]
        periods = {period.code: period for period in Period.objects.select_related("plan").filter(code__in=codes)}
        if unknown := [code for code in codes if code not in periods]:
            known = ", ".join(Period.objects.values_list("code", flat=True)) or "chưa có kỳ nào, hãy chạy load_reference"
            raise CommandError(f"Không có kỳ {', '.join(unknown)}. Các kỳ đang có: {known}.")
        if not codes:
            raise CommandError("Hãy nêu mã kỳ, ví dụ: rollup 2018-H1 2018-Y.")
        self._fill([periods[code] for code in codes])

    def _fill(self, periods: list[Period]) -> None:
        for period in periods:
            rollup = services.fill(period)
            self.stdout.write(f"{period.code}: đã tổng hợp từ {rollup.entries} dòng nhật ký, mã {rollup.digest[:12]}")
