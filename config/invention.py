"""Inventing a plausible year: people, points and days. Pure: everything follows from the random generator handed in.

Nothing here is true but the shape: highland districts score lower than the city, offices are the weakest criterion, most forms come in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from plan2018.rules import VIETNAM

HALF_POINT = Decimal("0.5")
FRIDAY = 5
HOURS = (7, 8, 8, 9, 9, 10, 10, 13, 14, 14, 15, 15, 16)

KINH, THAI, MONG, HA_NHI = "kinh", "thai", "mong", "ha_nhi"

FAMILIES = {
    KINH: ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đỗ", "Vũ", "Bùi"),
    THAI: ("Lò", "Quàng", "Cà", "Lường", "Tòng", "Vì", "Điêu", "Bạc"),
    MONG: ("Giàng", "Vàng", "Sùng", "Thào", "Hạng", "Lý", "Cứ", "Ly"),
    HA_NHI: ("Pờ", "Lỳ", "Khoàng", "Sừng"),
}
MIDDLES = {KINH: ("Văn", "Thị", "Đức", "Thu"), THAI: ("Văn", "Thị"), MONG: ("A", "Thị"), HA_NHI: ("Xè", "Mỳ", "Go")}
GIVEN = {
    KINH: ("Bình", "Hải", "Thủy", "Hương", "Dũng", "Lan", "Tuấn", "Hà"),
    THAI: ("Inh", "Pành", "Hặc", "Thoan", "Ún", "Thiêm", "Xuân", "Phương", "Đôi", "Hiêng"),
    MONG: ("Páo", "Sinh", "Dơ", "Chu", "Tủa", "Sính", "Lử", "Nhè", "Di", "Mỷ"),
    HA_NHI: ("Lế", "Pố", "Hừ", "Tư", "Xá"),
}


@dataclass(frozen=True)
class Region:
    """How a district is imagined: its level (0 the middle of the province), how much its communes flatter themselves, who lives there."""

    level: float
    flattery: float
    peoples: tuple[str, ...]


REGIONS = {
    "094": Region(1.3, 0.25, (KINH, KINH, THAI)),
    "095": Region(0.6, 0.3, (THAI, THAI, KINH)),
    "096": Region(-0.7, 0.45, (MONG, MONG, HA_NHI, HA_NHI)),
    "097": Region(0.0, 0.4, (MONG, THAI)),
    "098": Region(-0.3, 0.45, (MONG, MONG, THAI)),
    "099": Region(0.4, 0.3, (THAI, THAI, MONG)),
    "100": Region(0.8, 0.25, (THAI, THAI, KINH)),
    "101": Region(-0.4, 0.7, (MONG, MONG, THAI)),
    "102": Region(0.3, 0.35, (THAI,)),
    "103": Region(-0.6, 0.5, (MONG, MONG, THAI)),
}
"""By district code."""

ORDINARY = Region(0.0, 0.35, (THAI,))
"""Any other district."""

EASE = {"CC03": -0.3, "CC04": -0.6, "CC05": 0.2, "CC06": 0.9, "CC07": 1.0, "CC08": 0.3, "CC09": 0.2, "CC10": -2.0, "CC11": -0.5}
"""Points by which a criterion comes out above or below a commune's mean."""

NOTES = {
    "CC01": "Đủ hai kỳ họp; giám sát chuyên đề ba cuộc, có thông báo kết luận.",
    "CC02": "Quy chế làm việc đã ban hành; báo cáo gửi đủ kỳ.",
    "CC04": "Hồ sơ đất đai đúng hạn 41/44; ba hồ sơ chậm do đo đạc lại ranh giới.",
    "CC06": "Không có vụ việc phức tạp; một vụ mất trộm đã làm rõ.",
    "CC08": "Giao ban trưởng bản đủ các tháng; một mô hình “Dân vận khéo” được công nhận.",
    "CC10": "Trụ sở cấp bốn xuống cấp; máy photo hỏng, đã đề nghị cấp mới.",
    "CC12": "Nhận năm đơn, đã giải quyết đủ.",
}
"""What communes write beside their points."""

PROVEN = "Hồ sơ, số liệu của cả kỳ lưu tại xã; đã báo cáo tại kỳ họp Hội đồng nhân dân."
"""What they write beside full points, which need evidence or an explanation."""

LOWERED = {
    "CC01": "Thiếu biên bản của một cuộc giám sát.",
    "CC02": "Hai báo cáo gửi chậm theo sổ theo dõi của huyện.",
    "CC03": "Một khoản chi chưa đủ chứng từ.",
    "CC04": "Còn hồ sơ đất đai quá hạn.",
    "CC05": "Một đợt chi trả chính sách chậm.",
    "CC06": "Còn một vụ việc kéo dài chưa giải quyết xong.",
    "CC07": "Huấn luyện dân quân thiếu một nội dung.",
    "CC08": "Thiếu biên bản giao ban của hai tháng.",
    "CC09": "Kiểm tra đột xuất: hai công chức vắng mặt không lý do.",
    "CC10": "Trụ sở chưa đủ diện tích; thiết bị thiếu so với danh mục.",
    "CC11": "Ba thủ tục chưa niêm yết bản mới.",
    "CC12": "Một đơn giải quyết quá hạn.",
}
UNPROVEN = "Minh chứng chưa đủ cho cả kỳ."
RAISED = "Đã xem minh chứng bổ sung, đủ cơ sở nâng điểm."
COMPROMISE = "Đối chiếu hồ sơ, chấp nhận một phần giải trình của xã."
RETURNED = "Một số tiêu thức chưa khớp minh chứng, đề nghị xã rà soát và gửi lại."


@dataclass(frozen=True)
class Mark:
    """The three points of a criterion with the words beside them."""

    maximum: Decimal
    self_points: Decimal
    note: str
    appraised: Decimal
    appraised_reason: str
    final: Decimal
    final_reason: str

    def words(self, points: Decimal) -> str:
        """The note of the commune beside these points of its own."""
        return self.note or (PROVEN if points == self.maximum else "")


def person(random: Random, peoples: Sequence[str]) -> tuple[str, str]:
    """A family name with middle name, and a given name."""
    people = random.choice(peoples)
    return f"{random.choice(FAMILIES[people])} {random.choice(MIDDLES[people])}", random.choice(GIVEN[people])


def spread(random: Random, total: Decimal, maxima: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Points by criterion that add up to the total, in half points within 0..maximum. The total is in half points and within the sum of the maxima."""
    share = float(total / sum(maxima.values()))
    points = {}
    for code, maximum in maxima.items():
        guess = Decimal(round(2 * (share * float(maximum) + EASE.get(code, 0.0) + random.gauss(0, 0.9)))) / 2
        points[code] = min(max(guess, Decimal(0)), maximum)
    while rest := total - sum(points.values()):
        step = HALF_POINT if rest > 0 else -HALF_POINT
        code = random.choice([code for code, maximum in maxima.items() if 0 <= points[code] + step <= maximum])
        points[code] += step
    return points


def marks(random: Random, final: Mapping[str, Decimal], maxima: Mapping[str, Decimal], *, flattery: float, disputed: bool) -> dict[str, Mark]:
    """What the commune, the district and the province gave, told backwards from the final points; whoever changed a point gives a reason."""
    found = {}
    for code, points in final.items():
        appraised, self_points = points, points
        if disputed and random.random() < 0.4:
            appraised = max(points - random.choice((1, 2, 3)) * HALF_POINT, Decimal(0))
            self_points = points + random.choice((1, 2, 3)) * HALF_POINT
        elif random.random() < 0.04:
            appraised = self_points = max(points - HALF_POINT, Decimal(0))
        elif random.random() < flattery:
            self_points = points + random.choice((1, 1, 2, 3)) * HALF_POINT
        elif random.random() < 0.05:
            self_points = max(points - HALF_POINT, Decimal(0))
        self_points = min(self_points, maxima[code])
        found[code] = Mark(
            maximum=maxima[code],
            self_points=self_points,
            note=NOTES.get(code, "") if random.random() < 0.4 else "",
            appraised=appraised,
            appraised_reason=reason(self_points, appraised, lowered=LOWERED.get(code, UNPROVEN)),
            final=points,
            final_reason=reason(appraised, points, raised=COMPROMISE if self_points > points else RAISED),
        )
    return found


def reason(before: Decimal, after: Decimal, *, lowered: str = UNPROVEN, raised: str = RAISED) -> str:
    """Why a point was changed; empty when it was not."""
    if before == after:
        return ""
    return lowered if after < before else raised


def totals(random: Random, bands: Sequence[tuple[int, float, float]], maximum: Decimal) -> list[Decimal]:
    """Totals in half points, best first: each band (how many, from and to which percent of the maximum) evenly filled, with some disorder."""
    found = []
    for count, highest, lowest in bands:
        width = (highest - lowest) / max(count - 1, 1)
        for place in range(count):
            percent = min(max(highest - (place + random.uniform(-0.4, 0.4)) * width, lowest), highest)
            found.append(Decimal(round(percent * float(maximum) / 50)) / 2)
    return sorted(found, reverse=True)


def office_hour(random: Random, day: date) -> datetime:
    """A moment in office hours of this day or, at a weekend, of the Monday after it. In UTC, as moments are stored."""
    day += timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > FRIDAY else 0)
    return datetime.combine(day, time(random.choice(HOURS), random.randrange(60), random.randrange(60)), tzinfo=VIETNAM).astimezone(UTC)


def some_day(random: Random, day: date, earliest: int, latest: int) -> date:
    """A day so many days after (or, below zero, before) this one."""
    return day + timedelta(days=random.randint(earliest, latest))
