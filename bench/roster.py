"""The import of a roster: 3,000 officials from the same table of cells by our own way, by django-import-export's, and the bare merge of ready rows."""

import time
from collections.abc import Callable
from datetime import date
from io import StringIO
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from import_export import fields, resources, widgets
from tablib import Dataset

from accounts.models import User
from bench.figure import Figure, in_turn
from communes import merge, registers, selectors, services
from communes.models import Official, Unit, Upload
from communes.reading import Sheet
from communes.rules import Level, sort_key
from communes.sheets import Draft, Log, Places

PEOPLE = 3000
HEADERS = [column.column_name for column in registers.RosterResource().columns]
SINCE, LATER, TODAY = date(2018, 3, 5), date(2018, 12, 31), date(2019, 1, 15)


FAMILIES = [
    "Lò",
    "Quàng",
    "Lường",
    "Cà",
    "Tòng",
    "Giàng",
    "Vàng",
    "Mùa",
    "Sùng",
    "Thào",
    "Hạng",
    "Nguyễn",
    "Trần",
    "Phạm",
    "Lê",
    "Đặng",
    "Khoàng",
    "Lầu",
    "Vừ",
    "Điêu",
]
MIDDLES = ["Văn", "Thị", "A", "Đức", "Minh", "Thanh", "Quốc", "Bá", "Thu", "Ngọc"]
GIVEN = [
    "An",
    "Ánh",
    "Bình",
    "Bun",
    "Chung",
    "Dung",
    "Đôi",
    "Hạnh",
    "Hặc",
    "Hoa",
    "Hùng",
    "Lả",
    "Lan",
    "Lử",
    "Mai",
    "Nam",
    "Nhè",
    "Ong",
    "Pó",
    "Phương",
    "Quân",
    "Sinh",
    "Tủa",
    "Tú",
    "Thắng",
    "Vảng",
    "Xuân",
    "Yến",
    "Cường",
    "Hải",
]


class Undone(Exception):
    """Takes back what a round wrote."""


def cells(seed: int = 0) -> list[list[str]]:
    """The rows of a roster as text: 3,000 people over all communes. Another seed changes what a third of them are, not who they are."""
    people, changes = Random(495), Random(seed)
    units = list(Unit.objects.communes().on(LATER).order_by("code").values_list("code", "full_name"))
    titles = ("Chủ tịch UBND", "Bí thư Đảng ủy", "Kế toán", "Văn hóa - xã hội", "Tư pháp - hộ tịch", "Người hoạt động không chuyên trách")
    rows = []
    for number in range(PEOPLE):
        name = f"{people.choice(FAMILIES)} {people.choice(MIDDLES)} {people.choice(GIVEN)}"
        born = date(1960 + people.randrange(35), 1 + people.randrange(12), 1 + people.randrange(28))
        title, level = people.choice(titles), people.choice(("Trung cấp", "Cao đẳng", "Đại học"))
        if seed and changes.random() < 0.34:
            level = changes.choice(("Sơ cấp", "Sau đại học"))
        code, unit = units[number % len(units)]
        appointed = f"{people.randrange(1, 29):02}/{people.randrange(1, 13):02}/{2014 + people.randrange(4)}"
        theory = people.choice(("Chưa bồi dưỡng", "Sơ cấp", "Trung cấp"))
        rows.append([code, unit, name, f"{born:%d/%m/%Y}", title, "", "THPT", level, theory, appointed, "", "", "", ""])
    return rows


class OneWord(widgets.Widget):
    """The cells of our own columns, so that both sides check the same."""

    def __init__(self, column: registers.Column) -> None:
        super().__init__()
        self.column = column

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = self.column.widget.clean(value, row, **kwargs)
        if found is None and self.column.required:
            raise ValueError("empty")
        return "" if found is None and self.column.name in ("concurrent_title", "declared_gaps") else found


def plain() -> type[resources.ModelResource]:
    """A resource as the documentation of django-import-export shows it: the same columns and checks, all settings at their defaults."""
    columns = {column.name: column for column in registers.RosterResource().columns}
    declared: dict[str, Any] = {
        name: fields.Field(name, columns[name].column_name, OneWord(columns[name])) for name in registers.RosterResource.Meta.fields[2:-1]
    }
    declared["unit"] = fields.Field("unit", "Mã xã", widgets.ForeignKeyWidget(Unit, "code"))
    declared["since"] = fields.Field("since", "since", widgets.DateWidget("%Y-%m-%d"))

    class Meta:
        model = Official
        fields = ("unit", "since", *declared)
        import_id_fields = ("unit", "full_name", "born_on")
        clean_model_instances = True

    def before_save_instance(self: Any, instance: Official, row: Any, **kwargs: Any) -> None:
        instance.recorded_at = timezone.now()

    def import_instance(self: Any, instance: Official, row: Any, **kwargs: Any) -> None:
        resources.ModelResource.import_instance(self, instance, row, **kwargs)
        instance.derive()

    return type(
        "Plain",
        (resources.ModelResource,),
        declared | {"Meta": Meta, "before_save_instance": before_save_instance, "import_instance": import_instance},
    )


def by_default(rows: list[list[str]], since: date) -> None:
    """What one gets by following the documentation."""
    table = Dataset(*([*row, since.isoformat()] for row in rows), headers=[*HEADERS, "since"])
    result = plain()().import_data(table, raise_errors=True)
    assert not result.has_validation_errors(), result.invalid_rows[0].error


def table(rows: list[list[str]]) -> Sheet:
    """The same rows as the reader hands them over."""
    return Sheet("Danh sách", [(1, list(HEADERS)), *((number, [cell or None for cell in row]) for number, row in enumerate(rows, start=2))])


def clean(sheet: Sheet, since: date) -> Draft:
    """The same table by our resource: all checks."""
    province = Unit.objects.get(level=Level.PROVINCE, code="11")
    places = Places(selectors.places(province, since), registers.variants(), province.full_name)
    draft = registers.RosterResource().clean([sheet], places, since, TODAY)
    assert not draft.flaws.count, draft.flaws.kept[:3]
    return draft


def plan(sheet: Sheet, since: date) -> merge.Plan:
    """What the dry run found: what the person confirms."""
    return merge.compare(merge.REGISTERS["roster"], clean(sheet, since).lines, since, Log(), Log())


def ours(sheet: Sheet, since: date, confirmed: str) -> None:
    """From the cells to the committed register: all checks, comparison, merge, history, ledger. The dry run before is not counted."""
    registers._keys.cache_clear()  # noqa: SLF001 - a worker that has never seen these names
    sort_key.cache_clear()
    draft = clean(sheet, since)
    actor = User.objects.get(username="sonoivu")
    given = {"register": "roster", "since": since, "name": "-", "size": 0, "digest": "-", "uploaded_at": timezone.now(), "uploaded_by": actor}
    province = Unit.objects.get(level=Level.PROVINCE, code="11")
    upload = Upload.objects.create(unit=province, state=Upload.READY, findings={"plan": confirmed}, **given)
    assert services.take(upload=upload, draft=draft, actor=actor)


KEY = ("unit_id", "name_key", "born_on")
COLUMNS = (*KEY, *merge.REGISTERS["roster"].values, *merge.REGISTERS["roster"].derived, "person", "since", "recorded_at")


def ready(sheet: Sheet, since: date) -> str:
    """The rows as COPY reads them, with nothing left to find out: what the bare merge is given."""
    now = timezone.now()
    lines = [(*line.key, *line.values, *line.derived, uuid4(), since, now) for line in clean(sheet, since).lines]
    return "".join("\t".join(r"\N" if value is None else str(value) for value in line) + "\n" for line in lines)


def bare(text: str, since: date) -> None:
    """The floor: COPY the rows into a temporary table; close those in force that differ; insert what is not in force."""
    listed = ", ".join(COLUMNS)
    same = " AND ".join(f"official.{column} = ready.{column}" for column in KEY)
    values = merge.REGISTERS["roster"].values
    old, new = (", ".join(f"{table}.{column}" for column in values) for table in ("official", "ready"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE ready AS SELECT {listed} FROM communes_official WHERE 1 = 0")
        cursor.copy_expert(f"COPY ready ({listed}) FROM STDIN", StringIO(text))
        cursor.execute(
            f"UPDATE communes_official official SET until = %s FROM ready WHERE official.until IS NULL AND {same} AND ({old}) IS DISTINCT FROM ({new})",
            [since],
        )
        cursor.execute(
            f"INSERT INTO communes_official ({listed}) SELECT {listed} FROM ready WHERE NOT EXISTS"
            f" (SELECT 1 FROM communes_official official WHERE official.until IS NULL AND {same})"
        )
        cursor.execute("DROP TABLE ready")


def undone(work: Callable[[], object]) -> Callable[[], None]:
    """The work in a transaction that is taken back, so that every round finds the same rows."""

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                connection.check_constraints()
                raise Undone
        except Undone:
            pass

    return run


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def figures() -> list[Figure]:
    """New rows and changed rows against both; and a second import in the same session."""
    Official.objects.all().delete()
    rows = cells()
    first, second = table(rows), table(cells(1))
    new, text = plan(first, SINCE).digest, ready(first, SINCE)
    floor, whole = in_turn(undone(lambda: bare(text, SINCE)), undone(lambda: ours(first, SINCE, new)))
    slow = _seconds(undone(lambda: by_default(rows, SINCE)))
    ours(first, SINCE, new)
    found, again = plan(second, LATER), ready(second, LATER)
    floor_again, whole_again = in_turn(undone(lambda: bare(again, LATER)), undone(lambda: ours(second, LATER, found.digest)))
    how = f"{PEOPLE} new people: {whole * 1000:.0f} ms"
    changes = f"{len(found.changed)} of {PEOPLE} changed: {whole_again * 1000:.0f} ms"
    return [
        Figure("import of a roster / import-export's defaults", whole / slow, 1 / 20, f"{how}, {slow:.1f} s: {slow / whole:.0f} times faster"),
        Figure("import of a roster / bare COPY + merge", whole / floor, 3, f"{how}, bare {floor * 1000:.0f} ms"),
        Figure("import of changes / bare COPY + merge", whole_again / floor_again, 3, f"{changes}, bare {floor_again * 1000:.0f} ms"),
        Figure("second import of a session / first", whole_again / whole, 2, "no plan may turn quadratic"),
    ]
