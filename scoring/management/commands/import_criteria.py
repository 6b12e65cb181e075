"""`manage.py import_criteria bo.xlsx [--take]`: what a set of criteria in a workbook would change; with --take it is written."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from communes.findings import places
from communes.sheets import CAUSES
from communes.xlsx import Refused
from scoring import selectors, sets, setsheets
from scoring.sets import Used
from scoring.setsheets import SET


class Command(BaseCommand):
    help = "Đọc bộ tiêu thức trong một tệp Excel, kể ra khác gì với bộ đang có; có --take thì ghi. Lỗi thì không ghi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="TỆP", help="tệp .xlsx theo mẫu của export_criteria")
        parser.add_argument("--take", action="store_true", help="ghi bộ này")

    def handle(self, *args: Any, path: Path, take: bool, **options: Any) -> None:
        try:
            reading = sets.read_workbook(path.read_bytes())
        except OSError as error:
            raise CommandError(f"Không đọc được {path}: {error.strerror}.") from error
        except Refused as refused:
            raise CommandError(" ".join(map(str, CAUSES[refused.cause]))) from refused
        if reading.flaws.count:
            lines = [f"{flaw['sheet']}, {flaw['cell']}: {flaw['value']} {flaw['why']} {flaw['mend']}" for flaw in places(reading.flaws.kept)]  # type: ignore[arg-type]
            raise CommandError("\n".join([*lines, f"{reading.flaws.count} lỗi. Chưa ghi gì."]))
        code = reading.draft[SET][0]["code"]
        before = selectors.set_before(code)
        if before:
            for change in setsheets.differences(selectors.draft_of(before), reading.draft):
                self.stdout.write(f"{change.sheet}, {change.about}, {change.column or 'cả hàng'}: {change.old or '–'} → {change.new or '–'}")
        if not take:
            self.stdout.write(f"Bộ {code} đọc được, so với bộ {before.code if before else '(chưa có)'}. Chưa ghi; thêm --take để ghi.")
            return
        try:
            sets.take(draft=reading.draft, actor=None)
        except Used as error:
            raise CommandError(f"Bộ {code} đã có phiếu hoặc sổ dùng nên không sửa nữa; đổi mã bộ trong tệp. Chưa ghi gì.") from error
        self.stdout.write(f"Đã ghi bộ {code}.")
