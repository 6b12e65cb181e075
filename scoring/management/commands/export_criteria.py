"""`manage.py export_criteria qd-34-2011 bo.xlsx`: a set of criteria as the workbook that import_criteria takes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring import selectors
from scoring.models import CriteriaSet
from scoring.setbook import workbook


class Command(BaseCommand):
    help = "Ghi một bộ tiêu thức ra tệp Excel; tệp này nhập lại được bằng import_criteria."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="MÃ", help="mã bộ, ví dụ qd-34-2011")
        parser.add_argument("path", type=Path, metavar="TỆP", help="tệp .xlsx để ghi")

    def handle(self, *args: Any, code: str, path: Path, **options: Any) -> None:
        try:
            found = CriteriaSet.objects.get(code=code)
        except CriteriaSet.DoesNotExist as error:
            known = ", ".join(CriteriaSet.objects.values_list("code", flat=True))
            raise CommandError(f"Không có bộ {code}. Đang có: {known or 'chưa có bộ nào'}.") from error
        path.write_bytes(workbook(selectors.draft_of(found)))
        self.stdout.write(f"Đã ghi {path}.")
