"""When an act on a form is due: what is late, what is locked, when people are reminded. Rules of time, beside those of points in `rules.py`.

Plain Python, no query, no clock. The plan (section IV.2) names one moment for a period, that of the districts' reports; each act is due then unless the
province says otherwise. Moments are aware; a deadline is its first late moment, because "trước 20/6" is read strictly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from scoring.rules import Act, State

TIMED = (Act.SUBMIT, Act.APPRAISE, Act.APPROVE)
"""The acts that have a deadline, in the order in which a form goes through them."""

NEXT: Mapping[State, Act] = {
    State.DRAFT: Act.SUBMIT,
    State.RETURNED: Act.SUBMIT,
    State.SUBMITTED: Act.APPRAISE,
    State.APPRAISED: Act.APPROVE,
}
"""The timed act for which a form waits; none once it is approved."""

EXTEND = "extend"
"""What the ledger calls an extension."""


@dataclass(frozen=True)
class Limit:
    """The time limit of one act on one form: the first late moment, whether it locks, and how far the province has put off the lock."""

    act: Act
    due_at: datetime
    locks: bool = False
    extended_to: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """The first moment after the limit and its extension. An extension that ends before the limit takes no time away."""
        return max(self.due_at, self.extended_to or self.due_at)

    def is_late(self, moment: datetime) -> bool:
        """Whether an act at this moment comes too late. An extension changes nothing: late stays late."""
        return moment >= self.due_at

    def is_over(self, moment: datetime) -> bool:
        """Whether limit and extension are both past."""
        return moment >= self.ends_at

    def is_locked(self, moment: datetime, returns: int = 0) -> bool:
        """Whether the act is refused at this moment. A form that was returned (`returns` times) is not: whoever returned it waits for it."""
        return self.locks and not returns and self.is_over(moment)


REMINDERS = (-15, -7, -3, -1, 1, 7, 14)
"""Days from the last day on time (negative: before it) on which those who owe an act are reminded."""


def last_day(moment: datetime, zone: tzinfo) -> date:
    """The last day on which something before this moment can be done."""
    return (moment - timedelta(microseconds=1)).astimezone(zone).date()


def is_reminded(today: date, ends_at: datetime, zone: tzinfo) -> bool:
    """Whether people are reminded today of what ends at this moment."""
    return (today - last_day(ends_at, zone)).days in REMINDERS
