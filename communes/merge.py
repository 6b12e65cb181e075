"""Many dated rows at once: what the lines of a file change in a register, and the statements that change it.

The comparison is made in memory over two reads; the writing is a load into a temporary table and two set-based statements, the same on PostgreSQL
and SQLite: close what changes, insert what is new. Beside reports/services.py the only place with SQL by hand.

Documents are not dated: what was recorded stays as it is, so a line is new, known or wrong, and new ones are one insert of the ORM.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from communes.models import Dated, Document, Office, Official, Profile, Unit
from communes.parsing import say
from communes.sheets import Flaw, Line, Log


@dataclass(frozen=True)
class Register:
    """A register: what tells its rows, what they say, and what follows from that (in the order of `sheets.Line`)."""

    model: type[Any]
    key: tuple[str, ...]
    values: tuple[str, ...]
    derived: tuple[str, ...] = ()

    @property
    def people(self) -> bool:
        return self.model is Official

    @property
    def dated(self) -> bool:
        """Whether a row holds from a day to a day; else it is recorded once and stays."""
        return issubclass(self.model, Dated)


REGISTERS: dict[str, Register] = {
    "roster": Register(
        Official,
        ("unit_id", "name_key", "born_on"),
        (
            *("full_name", "title", "concurrent_title", "education", "qualification", "theory"),
            *("appointed_on", "retires_on", "declared_gaps", "missing_until"),
        ),
        ("sort_key", "kind", "missing", "meets_standards"),
    ),
    "offices": Register(Office, ("unit_id",), ("construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "telephone")),
    "profiles": Register(
        Profile,
        ("unit_id",),
        (
            *("ntm_pilot", "key_area", "border", "villages", "village_heads", "concurrent_posts"),
            *("suggestion_box", "feedback_telephone", "reception_schedule"),
        ),
    ),
    "documents": Register(Document, ("unit_id", "number", "issued_on"), ("kind", "number", "issued_on", "issuer", "title", "cited_in")),
}
"""By the name of the register in addresses and in the ledger."""


Row = tuple[int, date, UUID | None, tuple[Any, ...]]
"""A row in force: its number, since when, whom it is about, what it says."""

Gone = tuple[UUID | None, date]
"""Somebody who was in the register before, and the day on which that ended."""


class Step(NamedTuple):
    """What happens to one row: `closes` is the row in force that ends at `until`, `before` what it says; `begins`: another begins, about `person`."""

    line: Line
    closes: int | None
    until: date | None
    begins: bool
    person: UUID | None
    before: tuple[Any, ...] | None


@dataclass
class Plan:
    """What a file changes: its steps, how many lines change nothing, how many rows in force of the communes it speaks of it leaves out."""

    steps: list[Step] = field(default_factory=list)
    unchanged: int = 0
    absent: int = 0
    units: set[int] = field(default_factory=set)

    @property
    def new(self) -> list[Step]:
        return [step for step in self.steps if step.closes is None]

    @property
    def changed(self) -> list[Step]:
        return [step for step in self.steps if step.closes and step.begins]

    @property
    def ended(self) -> list[Step]:
        return [step for step in self.steps if not step.begins]

    @property
    def digest(self) -> str:
        """Two plans do the same to the same rows if their digests are equal."""
        return sha256("\n".join(f"{step.line.sheet} {step.line.row} {step.closes} {step.until}" for step in self.steps).encode()).hexdigest()


def compare(register: Register, lines: Iterable[Line], since: date, flaws: Log, warnings: Log, *, lock: bool = False) -> Plan:
    """Hold the lines of a file against the register. What cannot be goes to `flaws`, what is odd to `warnings`. `lock` for who goes on to write."""
    lines = list(lines)
    plan = Plan(units={line.key[0] for line in lines})
    if not register.dated:
        _hold(plan, lines, register.values, flaws)
        return plan
    if lock:
        list(Unit.objects.select_for_update(no_key=True).filter(pk__in=plan.units).order_by("pk").values_list("pk"))
    now, left = _in_force(register, plan.units), _left(register, plan.units)
    here = list(now)
    for line in lines:
        (_end if line.ends else _change)(plan, line, now.pop(line.key, None), left.get(line.key), since, flaws)
    plan.absent = len(now)
    if register.people:
        _elsewhere(plan, here, warnings)
    return plan


def _change(plan: Plan, line: Line, row: Row | None, gone: Gone | None, since: date, flaws: Log) -> None:
    """A line that says what is so from that day: new, changed, or known."""
    newer = row[1] if row else gone[1] if gone else since
    if row and row[3] == line.values:
        plan.unchanged += 1
    elif newer > since:
        said = _("Sổ đang có số liệu mới hơn, từ ngày %s.") if row else _("Sổ đã có số liệu của người (xã) này đến trước ngày %s.")
        flaws.add(_at(line, said % f"{newer:%d/%m/%Y}", _("Chọn “Số liệu từ ngày” từ %s trở đi, hoặc bỏ hàng này.") % f"{newer:%d/%m/%Y}"))
    elif row:
        plan.steps.append(Step(line, row[0], since, True, row[2], row[3]))
    else:
        plan.steps.append(Step(line, None, None, True, gone[0] if gone else uuid4(), None))


def document_key(unit: int | None, number: str, issued_on: date | None, issuer: str) -> tuple[Any, ...]:
    """What tells a document, as the constraints of the model have it: its unit, number and day; of everybody: number and issuer."""
    return (unit, number, issued_on) if unit else (None, number, issuer)


def _hold(plan: Plan, lines: Iterable[Line], names: tuple[str, ...], flaws: Log) -> None:
    """Hold lines against documents: each is new or known; one that says otherwise than the document that was recorded is told by cell."""
    there = {}
    for unit, *values in Document.objects.filter(Q(unit__in=plan.units) | Q(unit=None)).order_by().values_list("unit", *names):
        _kind, number, issued_on, issuer, *_rest = values
        there[document_key(unit, number, issued_on, issuer)] = tuple(values)
    for line in lines:
        known = there.get(line.key)
        if known is None and line.values[2] is None:  # recorded so in the past, by the files that come with the portal
            mend = _("Điền ngày ghi trên văn bản.")
            flaws.add(Flaw(line.sheet, line.row, *line.heads[2], "", _("Ô bắt buộc: văn bản này chưa có trong sổ."), mend))
        elif known is None:
            plan.steps.append(Step(line, None, None, True, None, None))
        elif known == line.values:
            plan.unchanged += 1
        else:
            mend = _("Văn bản đã ghi thì không sửa: gõ lại như sổ, hoặc bỏ hàng này; văn bản khác thì ghi số của nó.")
            for name, (column, header), old, new in zip(names, line.heads, known, line.values, strict=True):
                if old != new:
                    had, has = (say("document_kind" if name == "kind" else "", value) for value in (old, new))
                    flaws.add(Flaw(line.sheet, line.row, column, header, has[:60], _("Sổ đã có văn bản này, ô này ghi: “%s”.") % had, mend))


def record(register: Register, plan: Plan, at: datetime, by: int | None) -> list[Document]:
    """Record the new documents of a plan, in the caller's transaction."""
    said = [(step.line.key[0], dict(zip(register.values, step.line.values, strict=True))) for step in plan.steps]
    return Document.objects.bulk_create([Document(unit_id=unit, recorded_at=at, recorded_by_id=by, **values) for unit, values in said])


def _at(line: Line, why: str, mend: str) -> Flaw:
    return Flaw(line.sheet, line.row, "", "", line.who, why, mend)


def _in_force(register: Register, units: set[int]) -> dict[tuple[Any, ...], Row]:
    """The rows in force of these units by key: (row, since, person, values)."""
    first = 2 + register.people
    values = first + len(register.key)
    person = ("person",) if register.people else ()
    rows = register.model.objects.filter(unit__in=units, until=None).values_list("pk", "since", *person, *register.key, *register.values)
    return {row[first:values]: (row[0], row[1], row[2] if register.people else None, row[values:]) for row in rows}


def _left(register: Register, units: set[int]) -> dict[tuple[Any, ...], Gone]:
    """Who was in the register before: the person and the day on which the last row ended, by key."""
    person = ("person",) if register.people else ()
    rows = register.model.objects.filter(unit__in=units).exclude(until=None).values_list(*register.key, *person).annotate(last=Max("until"))
    return {row[: len(register.key)]: (row[-2] if register.people else None, row[-1]) for row in rows.order_by("last")}


def _end(plan: Plan, line: Line, row: Row | None, gone: Gone | None, since: date, flaws: Log) -> None:
    """A line that says that a person holds the title no longer."""
    if row is None and gone and gone[1] == line.ends:
        plan.unchanged += 1
    elif row is None:
        flaws.add(_at(line, _("Người này không có trong sổ nên không có gì để thôi."), _("Xóa hàng này, hoặc để trống ngày thôi giữ chức.")))
    elif line.ends and line.ends < row[1]:
        flaws.add(_at(line, _("Ngày thôi giữ chức trước ngày số liệu đang có (%s).") % f"{row[1]:%d/%m/%Y}", _("Xem lại ngày thôi giữ chức.")))
    else:
        plan.steps.append(Step(line, row[0], line.ends, False, row[2], row[3]))


def _elsewhere(plan: Plan, here: Iterable[tuple[Any, ...]], warnings: Log) -> None:
    """Warn of people who begin in one commune while they are in force in another: of the file (`here` are the keys in force in its communes), or not."""
    begins: dict[tuple[Any, ...], Line] = {}
    for line in (step.line for step in plan.new):
        other = begins.setdefault(line.key[1:], line)
        if other.key[0] != line.key[0]:
            warnings.add(
                _at(line, _("Cùng họ tên, ngày sinh với hàng %d, ở xã khác.") % other.row, _("Đúng là hai người thì bỏ qua; nếu là một thì xóa bớt."))
            )
    twins = {key[1:]: key[0] for key in here if key[1:] in begins and begins[key[1:]].key[0] != key[0]}
    outside = Official.objects.filter(until=None).exclude(unit__in=plan.units)
    if begins and outside.exists():
        rows = outside.filter(name_key__in={key[0] for key in begins}).values_list("name_key", "born_on", "unit_id")
        twins |= {(name, born_on): unit for name, born_on, unit in rows if (name, born_on) in begins}
    names = dict(Unit.objects.filter(pk__in=twins.values()).values_list("pk", "full_name")) if twins else {}
    for key, unit in twins.items():
        why = _("Cùng họ tên, ngày sinh với một người đang có trong sổ của %s.") % names[unit]
        warnings.add(_at(begins[key], why, _("Người chuyển xã thì ghi thôi giữ chức ở xã cũ.")))


LOAD = "communes_incoming"
"""The temporary table; it lives as long as a merge."""


def write(register: Register, plan: Plan, since: date, at: datetime, by: int | None) -> None:
    """Do what the plan says, in the caller's transaction: a fixed number of statements."""
    model, person = register.model, ("person",) if register.people else ()
    columns = (*register.key, *register.values, *register.derived, *person)
    people = register.people
    rows = [
        (*step.line.key, *step.line.values, *step.line.derived, *((step.person,) if people else ()), step.closes, step.until, step.begins)
        for step in plan.steps
    ]
    table, listed = model._meta.db_table, ", ".join(columns)
    of_all = {"since": since, "recorded_at": at, "recorded_by": by}
    given = [model._meta.get_field(name).get_db_prep_save(value, connection) for name, value in of_all.items()]
    with connection.cursor() as cursor:
        # An empty copy of the columns: same types, no constraints; `id` takes the row to close, `until` its end.
        cursor.execute(f"CREATE TEMPORARY TABLE {LOAD} AS SELECT {listed}, id, until, TRUE AS begins FROM {table} WHERE 1 = 0")
        _load(cursor, model, (*columns, "id", "until", "begins"), rows)
        cursor.execute(f"UPDATE {table} SET until = {LOAD}.until FROM {LOAD} WHERE {table}.id = {LOAD}.id")
        cursor.execute(
            f"INSERT INTO {table} ({listed}, since, recorded_at, recorded_by_id) SELECT {listed}, %s, %s, %s FROM {LOAD} WHERE begins", given
        )
        cursor.execute(f"DROP TABLE {LOAD}")


def _load(cursor: Any, model: type[Dated], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        cursor.copy_expert(f"COPY {LOAD} ({', '.join(columns)}) FROM STDIN", StringIO("".join([_copied(row) for row in rows])))
        return
    types = {column.column: column for column in model._meta.concrete_fields}
    fields = [types.get(name) for name in columns]
    prepared = [
        [value if field is None else field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)] for row in rows
    ]
    cursor.executemany(f"INSERT INTO {LOAD} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", prepared)


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(row: Iterable[Any]) -> str:
    """A row as COPY reads it."""
    cells = [
        (value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED))
        if type(value) is str
        else r"\N"
        if value is None
        else str(value)
        for value in row
    ]
    return "\t".join(cells) + "\n"
