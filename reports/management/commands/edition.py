"""`manage.py edition 2018-Y [--final] [--note "..."]`: keep the figures of a period as its next edition."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plan2018.models import Period
from reports import editions, filings


class Command(BaseCommand):
    help = "Lập ấn bản số liệu của một kỳ, ví dụ: edition 2018-Y --final"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="KỲ", help="mã kỳ, ví dụ 2018-Y")
        parser.add_argument("--final", action="store_true", help="chốt chính thức")
        parser.add_argument("--note", default="", metavar="GHI CHÚ", help="ghi chú; bắt buộc khi chốt mà còn thiếu số liệu")

    def handle(self, *args: Any, **options: Any) -> None:
        period = Period.objects.select_related("plan").filter(code=options["period"]).first()
        if period is None:
            raise CommandError(f"Không có kỳ {options['period']}.")
        try:
            edition = editions.publish(period=period, final=options["final"], note=options["note"], actor=None)
        except filings.Refused as refused:
            raise CommandError(str(refused)) from refused
        kind = "chính thức" if edition.final else "tạm tính"
        self.stdout.write(f"{period.code}: ấn bản lần {edition.number}, {kind}, mã {edition.digest[:12]}")
