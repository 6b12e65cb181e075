"""What people do to the lines of the small registers: enter, change, withdraw, answer a difficulty or pass it on. One ledger entry each."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import CharField, F, TextField
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from communes.rules import Level
from communes.selectors import REGISTERS
from ledger import services as ledger
from plan2018 import selectors
from plan2018.models import Dialogue, Difficulty, Record, WorkingRules
from plan2018.services import NotYours, Refused, Stale, prove


class Closed(Refused):
    """The line was withdrawn, or answered: it stays as it is."""


class Duplicate(Refused):
    """The unit has such a line already: the same term, day, or period and kind."""


PROVEN_BY: dict[type[Record], tuple[tuple[str, str], ...]] = {
    WorkingRules: (("working_rules", "issued_on"),),
    Dialogue: (("dialogue", "held_on"), ("dialogue_summary", "summed_up_on")),
}
"""Register -> (proof of a duty, the field whose days show it)."""

ANSWERERS: dict[str, frozenset[Role]] = {Level.DISTRICT: frozenset({Role.DISTRICT_APPRAISER}), Level.PROVINCE: PROVINCE_ROLES}
"""Who answers difficulties at each level, for its own unit."""


def save_record(*, line: Record, kind: str, values: dict[str, Any], version: int, actor: User) -> Record:
    """Enter a new line of the register `kind` (a line without key, with its unit), or change one that is at this version; the line as it is now.

    The ledger keeps which fields changed, from what to what; words are not copied there, because people may name people. Raises Stale, Closed, Duplicate.
    A difficulty goes to the level above its unit; only the words and days of one that nobody has answered can change.
    """
    with transaction.atomic():
        line, changes = _insert(line, values, actor) if line.pk is None else _change(line, values, version, actor)
        if changes:
            _record_line(line, kind, "enter" if line.version == 1 else "change", actor, data={"changes": changes})
            _prove_by(line, actor)
            if isinstance(line, Difficulty) and line.version == 1:
                _tell_answerers(line)
    return line


def withdraw_record(*, line: Record, kind: str, reason: str, version: int, actor: User) -> None:
    """Take a wrong line out of all figures, with a reason; it stays to be read. Raises Stale, Closed, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        _touch(line, version, withdrawn_at=timezone.now(), withdrawal=reason.strip())
        _record_line(line, kind, "withdraw", actor, reason=reason.strip())
        _prove_by(line, actor)


def answer_difficulty(*, line: Difficulty, kind: str, answer: str, version: int, actor: User) -> None:
    """The level to which a difficulty was routed answers it, or puts its answer right; who raised it is told. Raises Stale, Closed, NotYours, ValueError."""
    if not answer.strip():
        raise ValueError("no answer")
    _require_answerer(line, actor)
    with transaction.atomic():
        day = line.answered_on or timezone.localdate()
        _touch(line, version, answer=answer.strip(), answered_by=actor, answered_on=day)
        _record_line(line, kind, "answer", actor, after=line.routed_to.code)
        if line.recorded_by_id:
            subject = _("Vướng mắc đã được trả lời: %s") % Truncator(line.text).chars(80)
            _tell(line, [line.recorded_by_id], subject, answer.strip())


def pass_on(*, line: Difficulty, kind: str, reason: str, version: int, actor: User) -> None:
    """The level that cannot answer hands a difficulty to the one above, and says why. Raises Stale, Closed, NotYours, and ValueError without a reason."""
    above = line.routed_to.parent
    if not reason.strip():
        raise ValueError("no reason")
    _require_answerer(line, actor)
    if above is None:
        raise NotYours
    with transaction.atomic():
        before = line.routed_to.code
        _touch(line, version, unanswered=True, routed_to=above)
        _record_line(line, kind, "pass_on", actor, before=before, after=above.code, reason=reason.strip())
        _tell_answerers(line)


def _insert(line: Record, values: dict[str, Any], actor: User) -> tuple[Record, dict[str, Any]]:
    if isinstance(line, Difficulty):
        if line.unit.parent is None:
            raise NotYours
        line.routed_to = line.unit.parent
    plain, links = _split(line, values)
    for name, value in plain.items():
        setattr(line, name, value)
    line.version, line.recorded_at, line.recorded_by = 1, timezone.now(), actor
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        raise Duplicate from error
    for name, rows in links.items():
        getattr(line, name).set(rows)
    return line, {name: [None, _as_kept(line, name, value)] for name, value in values.items() if value not in (None, "", [])}


def _change(line: Record, values: dict[str, Any], version: int, actor: User) -> tuple[Record, dict[str, Any]]:
    """Write what differs from the stored line; nothing, if nothing does."""
    stored: Any = _rows(line).select_for_update().get(pk=line.pk)
    plain, links = _split(line, values)
    before = {name: getattr(stored, name) for name in plain} | {name: list(getattr(stored, name).all()) for name in links}
    given = plain | links
    changed = [name for name, value in given.items() if value != before[name] and not (name in links and set(value) == set(before[name]))]
    if not changed:
        return stored, {}
    only = {name: plain[name] for name in changed if name in plain}
    try:
        with transaction.atomic():
            _touch(stored, version, unanswered=True, **only, recorded_at=timezone.now(), recorded_by=actor)
    except IntegrityError as error:
        raise Duplicate from error
    for name in changed:
        if name in links:
            getattr(stored, name).set(links[name])
    return stored, {name: [_as_kept(line, name, before[name]), _as_kept(line, name, given[name])] for name in changed}


def _touch(line: Record, version: int, *, unanswered: bool = False, **values: Any) -> None:
    """Change a line that is valid and still at this version, and load it anew. `unanswered`: a difficulty must not have an answer yet."""
    open_rows = _rows(line).valid()
    if unanswered and isinstance(line, Difficulty):
        open_rows = open_rows.filter(answered_on=None)
    if not open_rows.filter(pk=line.pk, version=version).update(**values, version=F("version") + 1):
        raise Stale if open_rows.filter(pk=line.pk).exists() else Closed
    line.refresh_from_db(fields=["version", *values])


def _split(line: Record, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of columns, and rows of links to many."""
    many = {link.name for link in line._meta.many_to_many}
    return {name: value for name, value in values.items() if name not in many}, {name: list(value) for name, value in values.items() if name in many}


def _as_kept(line: Record, name: str, value: Any) -> Any:
    """A value as the ledger keeps it: days, counts and codes as text; of words only that there are some."""
    column = line._meta.get_field(name)
    if value in (None, "", []):
        return None
    if isinstance(column, TextField) or (isinstance(column, CharField) and not column.choices and name not in ("term", "clause")):
        return "…"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [one.code for one in value]
    return value.isoformat() if isinstance(value, date) else value if isinstance(value, bool | int) else str(value)


def _rows(line: Record) -> Any:
    return cast(Any, type(line)).objects


def _prove_by(line: Record, actor: User) -> None:
    """Let the days that the unit's valid lines show now stand for its duties."""
    for proof, name in PROVEN_BY.get(type(line), ()):
        days = _rows(line).valid().filter(unit=line.unit_id).exclude(**{name: None}).values_list(name, flat=True)
        prove(proof=proof, unit=line.unit, days=list(days), actor=actor)


def may_answer(line: Difficulty, actor: User) -> bool:
    """Whether this person answers this difficulty, or passes it on: at the unit to which it was routed, while the line is valid."""
    return line.withdrawn_at is None and actor.unit_id == line.routed_to_id and accounts.hat(actor).role in ANSWERERS.get(line.routed_to.level, ())


def _require_answerer(line: Difficulty, actor: User) -> None:
    if not may_answer(line, actor):
        raise NotYours


def _tell_answerers(line: Difficulty) -> None:
    """Tell the people who are to answer, and who acts for them today."""
    people = [person.pk for person in selectors.to_tell([line.routed_to_id]) if person.role in ANSWERERS.get(line.routed_to.level, ())]
    subject = _("Vướng mắc chờ trả lời, %(unit)s: %(text)s") % {"unit": line.unit.full_name, "text": Truncator(line.text).chars(80)}
    _tell(line, people, subject, line.text)


def _tell(line: Difficulty, people: Collection[int], subject: str, body: str) -> None:
    """Tell people, and who acts for them today, of a difficulty, once for each version of it."""
    told = {*people, *accounts.deputies(people).values()}
    ledger.notify(told, key=f"difficulty/{line.pk}/{line.version}", subject=subject, body=body, link=selectors.address(line))


def _record_line(line: Record, kind: str, act: str, actor: User, *, data: dict[str, Any] | None = None, **rest: Any) -> None:
    """A ledger entry about a line. Figures depend on lines of any day, so all periods look again."""
    told, key = (data or {}) | accounts.told(actor), selectors.line_key(line)
    ledger.record(act=act, kind=kind, key=key, topic=REGISTERS, actor=actor, unit=line.unit_id, data=told, **rest)
