"""How reference files become rows, here and in the rooms above; the register of units and the documents that the plan cites.

A reference file is CSV: UTF-8, commas, a header row, dates as 2018-12-31, decimals with a point. Its columns are named like the model's fields.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from import_export import resources
from import_export.fields import Field
from import_export.results import Result
from import_export.widgets import DateWidget, ForeignKeyWidget, Widget
from tablib.core import Dataset

from communes.models import Document, Unit
from communes.rules import KINDS, Position, fold, frame_of, outline, sort_key

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Flaw:
    """Where a reference file is wrong, what is wrong there, and what is expected instead."""

    path: Path
    line: int
    column: str
    wrong: str
    expected: str

    def __str__(self) -> str:
        path = self.path.relative_to(settings.BASE_DIR) if self.path.is_relative_to(settings.BASE_DIR) else self.path
        return f"{path}, line {self.line}, column {self.column}: {self.wrong} Expected: {self.expected}."


class BrokenFile(Exception):
    """A reference file that cannot be loaded; `flaws` names every place."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("\n".join(map(str, flaws)))
        self.flaws = flaws


@dataclass(frozen=True)
class Counts:
    """What loading a file did to the rows of the database."""

    new: int
    updated: int
    unchanged: int


class NumberWidget(Widget):
    """A number of a file: with a decimal point, whatever the language is."""

    expected = "a number such as 91.5"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Decimal | None:
        try:
            return Decimal(value) if value else None
        except InvalidOperation as error:
            raise ValueError(f"{value!r} is not a number.") from error


class WholeNumberWidget(Widget):
    """A whole number of a file."""

    expected = "a whole number such as 2018"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        try:
            return int(value) if value else None
        except ValueError as error:
            raise ValueError(f"{value!r} is not a whole number.") from error


class DayWidget(DateWidget):
    """A date of a file."""

    expected = "a date such as 2018-12-31"

    def __init__(self) -> None:
        super().__init__("%Y-%m-%d")

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date | None:
        try:
            return super().clean(value, row, **kwargs)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a date.") from error


class WordWidget(Widget):
    """A word of a file that stands for a value of the portal."""

    def __init__(self, words: dict[str, Any]) -> None:
        super().__init__()
        self.words = words
        self.expected = "one of " + ", ".join(words)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        try:
            return self.words[value]
        except KeyError as error:
            raise ValueError(f"{value!r} is unknown.") from error


class RowWidget(ForeignKeyWidget):
    """A row of a file loaded before, or of an earlier line, by one of its columns."""

    def __init__(self, model: type[models.Model], field: str) -> None:
        super().__init__(model, field)
        self.expected = f"the {field} of a {model._meta.model_name} loaded before"

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> models.Model | None:
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist as error:
            raise ValueError(f"there is no {self.model._meta.model_name} {value!r}.") from error


class ReferenceResource(resources.ModelResource):
    """A reference file and the rows it becomes: new ones added, changed ones updated, others left alone, none deleted.

    A subclass names the file and, in Meta, the model, its fields and its key. Every instance is cleaned; every constraint is tried before
    the database sees the row.
    """

    path: Path
    computed: Collection[str] = ()
    """Columns that `complete` adds."""

    WIDGETS_MAP = {
        **resources.ModelResource.WIDGETS_MAP,
        "DecimalField": NumberWidget,
        "PositiveSmallIntegerField": WholeNumberWidget,
        "DateField": DayWidget,
    }

    class Meta:
        model: type[models.Model]
        clean_model_instances = True
        skip_unchanged = True
        skip_html_diff = True

    def load(self) -> Counts:
        """Load the file. Raises BrokenFile; the caller's transaction then takes back what was loaded before."""
        table, lines = read(self.path, [field.column_name for field in self.get_import_fields() if field.column_name not in self.computed])
        self._refuse_twins(table, lines)
        self.complete(table)
        with translation.override("en"):
            result = self.import_data(table, use_transactions=False)
            if flaws := list(self._flaws(result, lines)):
                raise BrokenFile(*flaws)
        return Counts(new=result.totals["new"], updated=result.totals["update"], unchanged=result.totals["skip"])

    def complete(self, table: Dataset) -> None:
        """Add what the file does not hold itself."""

    def validate_instance(self, instance: models.Model, import_validation_errors: Any = None, validate_unique: bool = True) -> None:
        """Raise ValidationError with every error at a field, also those of constraints, which Django leaves without one."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        try:
            instance.full_clean(exclude=set(errors), validate_unique=validate_unique, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for constraint in instance._meta.constraints if not errors else ():
            try:
                constraint.validate(type(instance), instance)
            except ValidationError as error:
                for name in _fields_of(constraint):
                    errors.setdefault(name, []).extend(error.error_list)
        if errors:
            raise ValidationError(errors)

    def _refuse_twins(self, table: Dataset, lines: list[int]) -> None:
        columns = [self.fields[name].column_name for name in self.get_import_id_fields()]
        first: dict[tuple[str, ...], int] = {}
        flaws = []
        for row, line in zip(table.dict, lines, strict=True):
            key = tuple(row[column] for column in columns)
            if key in first:
                flaws.append(Flaw(self.path, line, columns[-1], f"{' '.join(key)!r} stands already in line {first[key]}.", "every key once"))
            first.setdefault(key, line)
        if flaws:
            raise BrokenFile(*flaws)

    def get_instance(self, instance_loader: Any, row: Any) -> models.Model | None:
        """The row that has this key; None also when the key cannot be read, which is then said about its column."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            return None

    def _flaws(self, result: Result, lines: list[int]) -> Iterator[Flaw]:
        fields = {field.attribute: field for field in self.get_import_fields()}
        for row in result.invalid_rows:
            for name, messages in row.error_dict.items():
                field = fields[name]
                yield Flaw(self.path, lines[row.number - 1], field.column_name, " ".join(messages), self._expected(field))
        for row in result.error_rows:
            for error in row.errors:
                raise error.error

    def _expected(self, field: Field) -> str:
        """What a cell of this column should hold."""
        if hasattr(field.widget, "expected"):
            return str(field.widget.expected)
        column = {column.name: column for column in self.Meta.model._meta.fields}[field.attribute]
        if column.choices:
            return "one of " + ", ".join(str(value) for value, _label in column.choices)
        return f"text of at most {column.max_length} characters" if column.max_length else "text"


def _fields_of(constraint: models.BaseConstraint) -> Collection[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return constraint.fields
    return sorted(constraint.condition.referenced_base_fields)  # type: ignore[attr-defined]


def read(path: Path, columns: Collection[str]) -> tuple[Dataset, list[int]]:
    """A reference file as a table, in Unicode NFC, with the line on which each row begins. Raises BrokenFile unless it has these columns."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BrokenFile(Flaw(path, 1, "-", "the file is missing.", "a CSV file")) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BrokenFile(Flaw(path, line, "-", "these bytes are no UTF-8.", "a CSV file in UTF-8")) from error
    reader = csv.reader(io.StringIO(unicodedata.normalize("NFC", text), newline=""), strict=True)
    headers = next(reader, [])
    if missing := [column for column in columns if column not in headers]:
        raise BrokenFile(*(Flaw(path, 1, column, "the column is missing.", f"the columns {', '.join(columns)}") for column in missing))
    table, lines, begin = Dataset(headers=headers), [], reader.line_num + 1
    try:
        for row in reader:
            if row and len(row) != len(headers):
                column = headers[min(len(row), len(headers) - 1)]
                raise BrokenFile(Flaw(path, begin, column, f"the row has {len(row)} cells.", f"{len(headers)} cells, as in line 1"))
            if row:
                table.append(row)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise BrokenFile(Flaw(path, begin, "-", f"the row cannot be read ({error}).", "cells with commas or quotes in quotes")) from error
    return table, lines


class ParentWidget(RowWidget):
    """The unit that has this code when the row's unit begins."""

    def get_queryset(self, value: str, row: Any, *args: Any, **kwargs: Any) -> models.QuerySet[Unit]:
        return Unit.objects.on(date.fromisoformat(row["valid_from"]))


class UnitResource(ReferenceResource):
    """The register, with the outlines of the two boundary files."""

    path = DATA / "units.csv"
    computed = ("outline",)
    boundaries = (DATA / "districts.geojson", DATA / "communes.geojson")

    parent = Field("parent", "parent", ParentWidget(Unit, "code"))
    kind = Field("kind", "kind", WordWidget(KINDS))

    class Meta:
        model = Unit
        fields = ("code", "valid_from", "level", "kind", "name", "full_name", "parent", "valid_to", "outline", "provenance")
        import_id_fields = ("code", "valid_from")

    def complete(self, table: Dataset) -> None:
        """Draw the outlines, all in one frame. A unit without a boundary has none."""
        shapes = {shape["code"]: shape["rings"] for path in self.boundaries for shape in _shapes(path)}
        frame = frame_of(position for rings in shapes.values() for ring in rings for position in ring)
        table.append_col([outline(shapes.get(code, []), frame) for code in table["code"]], header="outline")

    def skip_row(self, instance: Unit, original: Unit, row: Any, import_validation_errors: Any = None) -> bool:
        """An unchanged name is stored again when the rules for its keys have changed."""
        keys = (sort_key(instance.name), fold(instance.full_name))
        return super().skip_row(instance, original, row, import_validation_errors) and keys == (instance.sort_key, instance.search_key)


def _shapes(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            rings: list[list[Position]] = feature["geometry"]["coordinates"]
            yield {"code": feature["properties"]["code"], "rings": rings}
    except (OSError, ValueError, KeyError) as error:
        raise BrokenFile(Flaw(path, getattr(error, "lineno", 1), "-", f"{error!r}.", "GeoJSON polygons with the property code")) from error


class DocumentResource(ReferenceResource):
    """The documents that the plan cites; they belong to no unit and are for everybody."""

    path = DATA / "documents.csv"

    class Meta:
        model = Document
        fields = ("kind", "number", "issued_on", "issuer", "title", "cited_in", "provenance")
        import_id_fields = ("number", "issuer")


RESOURCES = (UnitResource, DocumentResource)
"""In the order in which they are loaded."""
