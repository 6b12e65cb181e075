"""`manage.py new_plan 2019 --from 2018`: the plan of a new year as a copy to be edited, with its forms and duties opened."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from plan2018 import plans
from plan2018 import services as plan_services
from plan2018.services import Unfit
from scoring import services as scoring_services
from scoring.models import CriteriaSet


class Command(BaseCommand):
    help = "Chép kế hoạch của một năm sang năm mới: kỳ, chỉ số, chỉ tiêu, nhiệm vụ, ngày lùi theo số năm; mở phiếu và nhiệm vụ. Lỗi thì không ghi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM", help="năm của kế hoạch mới, ví dụ 2019")
        parser.add_argument("--from", type=int, required=True, dest="source", metavar="NĂM", help="năm của kế hoạch để chép, ví dụ 2018")
        parser.add_argument("--number", default="", metavar="SỐ", help=f"số, ký hiệu, ví dụ 512/KH-UBND; chưa có thì ghi {plans.NOT_YET}")

    def handle(self, *args: Any, year: int, source: int, number: str, **options: Any) -> None:
        try:
            with transaction.atomic():
                self.copy(year, source, number)
        except (Unfit, ValidationError) as error:
            words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise CommandError(f"{words} Chưa ghi gì.") from error
        except CriteriaSet.DoesNotExist as error:
            raise CommandError(f"Không có bộ tiêu thức nào còn hiệu lực trong năm {year}. Chưa ghi gì.") from error

    def copy(self, year: int, source: int, number: str) -> None:
        plan = plans.new_plan(year=year, source=source, number=number)
        rows = (plan.targets.count(), plan.indicators.count(), plan.duties.count())
        self.stdout.write(f"Kế hoạch {plan.number}, năm {year}, chép từ năm {source}: {rows[0]} chỉ tiêu, {rows[1]} chỉ số, {rows[2]} nhiệm vụ")
        for period in plan.periods.select_related("plan"):
            opened = scoring_services.open_period(period)
            self.stdout.write(f"{period.code}: hạn {period.due_on:%d/%m/%Y}, mở {opened} phiếu")
        self.stdout.write(f"mở {plan_services.open_duties(plan)} việc")
        for code, words in plans.old_words(plan):
            self.stdout.write(f"xem lại {code}: còn nhắc “{words}”")
        self.stdout.write("Sửa kế hoạch này ở trang quản trị: /admin/plan2018/")
