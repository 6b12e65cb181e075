"""Statements whose SQL is put together once. Django takes several times longer to write a statement than PostgreSQL to answer it, each time anew."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value that is told when the statement is run."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Prepared(Generic[Row]):
    """A queryset with slots, for what every request or every save asks.

        last = Prepared(lambda: Entry.objects.filter(subject_key=Slot("key")).order_by("-pk")[:1])
        last(key="2018-Y/03127")

    gives the rows as the queryset would, as instances or tuples, with what it joins and annotates; `prefetch_related` is left out. A slot stands for
    one value that is no None (a list or a null is other SQL). Raises KeyError for a slot without a value.
    """

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._statement = _Statement(lambda: self._queryset.query)

    @cached_property
    def _queryset(self) -> Any:
        return self._build()

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values."""
        rows = self._statement.run(values, lambda cursor: cursor.fetchall())
        make = self._queryset._iterable_class  # how a queryset makes objects of rows
        return list(make(_answered(self._queryset, self._statement.compiler, rows)))

    def first(self, **values: Any) -> Row | None:
        """The first row; None when there is none."""
        return next(iter(self(**values)), None)


class PreparedUpdate:
    """`queryset.update(**changes)` with slots in either, which gives back the primary key and the columns `told` of each row that it changed."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"], *told: str, **changes: Any) -> None:
        self._statement = _Statement(lambda: _update(build(), changes), told=("id", *told))

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run it with these values."""
        rows: list[tuple[Any, ...]] = self._statement.run(values, lambda cursor: cursor.fetchall())
        return rows


class PreparedInsert:
    """`instance.save(force_insert=True)` for a model without parents; the instance gets its key."""

    def __init__(self, model: type[Model]) -> None:
        self._fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._statement = _Statement(lambda: _insert(model, self._fields), told=("id",))

    def __call__(self, instance: Model) -> None:
        """Insert this row."""
        values = {field.attname: field.get_db_prep_save(field.pre_save(instance, add=True), connection) for field in self._fields}
        [(instance.pk,)] = self._statement.run(values, lambda cursor: cursor.fetchall())
        instance._state.adding, instance._state.db = False, connection.alias


class _Statement:
    """A query compiled once in each thread: a compiler keeps the connection of its thread."""

    def __init__(self, build: Callable[[], Any], *, told: tuple[str, ...] = ()) -> None:
        self._build, self._told = build, told
        self._own = threading.local()

    @property
    def compiler(self) -> Any:
        """The compiler of this thread, which knows what each column is."""
        return self._compiled()[0]

    def run(self, values: dict[str, Any], answer: Callable[[Any], Any]) -> Any:
        """Run it with a value for each slot; what `answer` takes from the cursor."""
        _compiler, sql, params = self._compiled()
        told = {name: _adapted(value) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [told[param.name] if isinstance(param, Slot) else param for param in params])
            return answer(cursor)

    def _compiled(self) -> tuple[Any, str, Any]:
        if not hasattr(self._own, "compiled"):
            compiler = self._build().get_compiler(connection.alias)
            written = compiler.as_sql()
            sql, params = written[0] if isinstance(written, list) else written  # an INSERT may be several
            returning = f" RETURNING {', '.join(connection.ops.quote_name(name) for name in self._told)}" if self._told else ""
            self._own.compiled = (compiler, sql + returning, params)
        found: tuple[Any, str, Any] = self._own.compiled
        return found


def keep(instance: Model, name: str, rows: list[Any]) -> None:
    """Keep rows as what `instance.<name>.all()` gives, as `prefetch_related` would have loaded them."""
    loaded = getattr(instance, name).all()
    loaded._result_cache, loaded._prefetch_done = rows, True
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[name] = loaded


def _update(queryset: Any, changes: dict[str, Any]) -> Any:
    query = queryset.query.chain(UpdateQuery)
    query.add_update_values(changes)
    return query


def _insert(model: type[Model], fields: list[Any]) -> Any:
    query = InsertQuery(model)
    row = model()
    for field in fields:
        setattr(row, field.attname, Slot(field.attname))
    query.insert_values(fields, [row])
    return query


def _adapted(value: Any) -> Any:
    """A value as the database's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _answered(queryset: Any, compiler: Any, rows: list[Any]) -> Any:
    """The queryset with a compiler that has its rows already."""
    ready = SimpleNamespace(
        select=compiler.select,
        klass_info=compiler.klass_info,
        annotation_col_map=compiler.annotation_col_map,
        execute_sql=lambda **_how: [rows],
        results_iter=lambda *_results, **how: compiler.results_iter([rows], tuple_expected=how.get("tuple_expected", False)),
    )
    query = SimpleNamespace(get_compiler=lambda *_alias, **_using: ready)
    return SimpleNamespace(query=query, db=queryset.db, model=queryset.model, _known_related_objects={}, _fields=queryset._fields)
