"""`manage.py edition_diff 2018-Y 1 2`: what differs between two editions of a period, figure by figure."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports import editions
from reports.models import Edition


class Command(BaseCommand):
    help = "So hai ấn bản số liệu của một kỳ, từng số, ví dụ: edition_diff 2018-Y 1 2"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="KỲ", help="mã kỳ, ví dụ 2018-Y")
        parser.add_argument("one", type=int, metavar="LẦN")
        parser.add_argument("other", type=int, metavar="LẦN")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {edition.number: edition for edition in Edition.objects.filter(period__code=options["period"])}
        try:
            one, other = found[options["one"]], found[options["other"]]
        except KeyError as error:
            raise CommandError(f"Kỳ {options['period']} không có ấn bản lần {error}. Đang có: {sorted(found) or 'chưa có'}.") from error
        rows = editions.differences(one.content, other.content)
        for row in rows:
            before, after = ("/".join(pair) if pair and isinstance(pair[0], str) else str(pair or "–") for pair in (row["before"], row["after"]))
            self.stdout.write(f"{row['unit']}; {row['name']}: {before} -> {after}")
        self.stdout.write(f"{len(rows)} số liệu khác nhau")
