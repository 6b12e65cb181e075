"""The demo data of the districts' reports: figures taken over from the communes, some put right, words, and what the province did with them.

Rows and ledger entries are those that the acts of `reports.filings` leave, at moments of 2018 and 2019, written in bulk.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts.models import User
from config.demo import Journal
from config.invention import office_hour, some_day
from plan2018.models import Observation, Period
from plan2018.rules import Source
from reports import filings, rules
from reports.models import Figure, Report, ReportVersion
from reports.rules import ReportAct, ReportKind, ReportState

PUT_RIGHT, FIGURES_PUT_RIGHT = 4, 3
"""How many districts put figures of their communes right in a period, and how many figures each."""

CORRECTED = "procedures.on_time"
"""The indicator of those figures: districts count late files in their own books too."""

NARRATIVE = {
    "I": "(Minh họa) Ủy ban nhân dân huyện đã ban hành văn bản triển khai Kế hoạch đến các xã, phân công đơn vị theo dõi từng nhiệm vụ.",
    "II": "(Minh họa) Các chỉ tiêu cơ bản bảo đảm tiến độ; chỉ tiêu về trình độ lý luận chính trị và trụ sở còn thấp.",
    "III": "(Minh họa) Các xã duy trì niêm yết thủ tục hành chính, đối thoại với nhân dân; huyện cử cán bộ xuống xã hỗ trợ hằng quý.",
    "IV": "(Minh họa) Kỳ tới tiếp tục kiểm tra việc thực hiện quy chế làm việc và đôn đốc các xã còn chậm.",
}
DIFFICULTIES = (
    ("III.4", "(Minh họa) Chưa có lớp trung cấp lý luận chính trị mở tại huyện.", "Đề nghị tỉnh mở lớp tại chỗ trong năm sau."),
    ("III.6", "(Minh họa) Thiết bị văn phòng của nhiều xã xuống cấp, chưa có kinh phí thay.", "Đề nghị bố trí kinh phí mua sắm tập trung."),
    ("III.5", "(Minh họa) Đường truyền ở xã vùng cao yếu, hồ sơ điện tử thường gián đoạn.", "Đề nghị nâng cấp đường truyền."),
)
ASKED_BACK = "Một số số liệu chưa khớp sổ theo dõi, đề nghị huyện rà soát và gửi lại."
REMARK = "Đối chiếu lại số hồ sơ đúng hạn với sổ tiếp nhận của xã."


def load_reports(periods: Sequence[Period], *, seed: int) -> None:
    """Give the filed reports of these periods their figures, words and states. The same seed gives the same data."""
    random = Random(f"{seed} reports")  # noqa: S311 - reproducible, and no secret
    demo = _Reports(random, User.objects.get(username="sonoivu"))
    for period in periods:
        demo.play(period)
    demo.journal.write()


@dataclass
class _Reports:
    random: Random
    officer: User
    journal: Journal = field(default_factory=Journal)

    def play(self, period: Period) -> None:
        """Half-years are long finished, so all is accepted; of the year one report was given back and one still waits."""
        filed = Report.objects.filed().filter(period=period, kind=ReportKind.PERIOD).select_related("period", "unit", "filed_by")
        reports = list(filed.order_by("unit__code"))
        open_ones = self.random.sample(reports, 2) if period.kind == Period.YEAR else []
        careful = self.random.sample(reports, PUT_RIGHT)
        observed = self._observed(period)
        figures: list[Figure] = []
        versions: list[ReportVersion] = []
        for report in reports:
            filed_at = report.filed_at or period.due_moment
            rows = [self._figure(report, filed_at, row) for row in observed[report.unit_id]]
            at = office_hour(self.random, some_day(self.random, filed_at.date(), -3, -3))  # a working day before that of the filing
            if report in careful:
                self._put_right(report, rows, at)
            self._write_words(report, at + timedelta(minutes=self.random.randint(11, 55)))
            versions.append(self._file(report, filed_at, rows))
            if report not in open_ones:
                self._move(report, filed_at, ReportAct.ACCEPT)
            elif report is open_ones[0]:
                self._move(report, filed_at, ReportAct.RETURN, rows)
            figures += rows
        Report.objects.bulk_update(reports, ["state", "narrative", "difficulties", "remarks", "version"])
        Figure.objects.bulk_create(figures, batch_size=1000)
        ReportVersion.objects.bulk_create(versions)

    def _observed(self, period: Period) -> Mapping[int, list[Observation]]:
        """What the communes reported, by district."""
        found = defaultdict(list)
        rows = Observation.objects.filter(period=period, indicator__source=Source.COMMUNE_REPORT).select_related("unit", "indicator")
        for row in rows.order_by("unit__code", "indicator__position", "indicator__code"):
            found[row.unit.parent_id or 0].append(row)
        return found

    def _figure(self, report: Report, filed_at: datetime, row: Observation) -> Figure:
        return Figure(
            report=report,
            unit=row.unit,
            indicator=row.indicator,
            numerator=row.numerator,
            denominator=row.denominator,
            recorded_at=filed_at,
            recorded_by=report.filed_by,
        )

    def _put_right(self, report: Report, rows: list[Figure], at: datetime) -> None:
        """The district knows of a few more late files than its communes say."""
        found = self.random.sample([row for row in rows if row.indicator.code == CORRECTED and row.numerator >= FIGURES_PUT_RIGHT], FIGURES_PUT_RIGHT)
        said = {}
        for row in found:
            seen = [row.numerator, row.denominator]
            row.numerator -= self.random.randint(1, FIGURES_PUT_RIGHT)
            row.recorded_at = at
            said[f"{row.unit.code}/{row.indicator.code}"] = [seen, [row.numerator, row.denominator]]
        self._record("figures", report, report.filed_by, at, data={"figures": said})

    def _write_words(self, report: Report, at: datetime) -> None:
        chosen = self.random.sample(DIFFICULTIES, self.random.randint(1, len(DIFFICULTIES)))
        report.narrative = dict(NARRATIVE)
        report.difficulties = [{"clause": clause, "text": text, "proposal": proposal} for clause, text, proposal in chosen]
        report.version += 1
        data = {"sections": sorted(report.narrative), "difficulties": len(report.difficulties)}
        self._record("words", report, report.filed_by, at, data=data)

    def _file(self, report: Report, filed_at: datetime, rows: list[Figure]) -> ReportVersion:
        told = {f"{row.unit.code}/{row.indicator.code}": [row.numerator, row.denominator, row.cell] for row in rows}
        report.version += 1
        version = ReportVersion(
            report=report,
            number=1,
            act="file",
            content={"figures": told, "narrative": report.narrative, "difficulties": report.difficulties},
            digest=rules.figures_digest(told),
            made_at=filed_at,
            made_by=report.filed_by,
        )
        data = {"number": report.number, "dated": str(report.dated), "version": 1, "digest": version.digest}
        after = "late" if report.late else "on_time"
        self._record("file", report, report.filed_by, filed_at, before=ReportState.DRAFT, after=after, data=data)
        return version

    def _move(self, report: Report, filed_at: datetime, act: ReportAct, rows: Sequence[Figure] = ()) -> None:
        """The province's answer; `rows` are figures to ask about."""
        before, report.state = report.state, rules.REPORT_MOVES[ReportState(report.state), act].to
        reason = ASKED_BACK if act == ReportAct.RETURN else ""
        asked = self.random.sample([row for row in rows if row.indicator.code == CORRECTED], 2) if reason else []
        report.remarks = [["", "", reason], *([row.unit.code, row.indicator.code, REMARK] for row in asked)] if reason else []
        report.version += 1
        at = office_hour(self.random, some_day(self.random, filed_at.date(), 3, 9))
        self._record(act, report, self.officer, at, before=before, after=report.state, reason=reason, data={"remarks": len(report.remarks)})

    def _record(self, act: str, report: Report, actor: User | None, at: datetime, **rest: Any) -> None:
        key = filings.report_key(report)
        self.journal.record(at=at, actor=actor, act=act, kind=filings.SUBJECT, key=key, topic=report.period.code, unit=report.unit, **rest)
