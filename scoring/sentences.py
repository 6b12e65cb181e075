"""What the portal tells people about assessments by itself. Pure: no query, no clock."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from communes.sentences import write_day


def lowered(period: str, numbers: Sequence[str], until: date) -> tuple[str, str]:
    """Subject and text for the people of a commune where the district lowered points: at which criteria, and until when they may answer."""
    said = {"n": len(numbers), "numbers": ", ".join(numbers), "day": write_day(until), "period": period}
    return (
        _("Huyện chấm thấp hơn ở %(n)d tiêu thức; giải trình đến hết ngày %(day)s") % said,
        _(
            "%(period)s: huyện chấm thấp hơn điểm xã tự chấm ở các tiêu thức %(numbers)s. "
            "Xã giải trình được đến hết ngày %(day)s, trên trang của phiếu; quá ngày ấy tỉnh duyệt theo hồ sơ đang có."
        )
        % said,
    )
