"""Statements whose SQL is put together once. Django takes several times longer to write a statement than PostgreSQL to answer it, each time anew."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import ValuesListIterable, get_related_populators
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

    gives the rows as the queryset would, as instances or (`values_list`) tuples, with what it joins and annotates; `prefetch_related` is left out. A slot
    stands for one value that is no None (a list or a null is other SQL). Raises KeyError for a slot without a value.
    """

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._statement = _Statement(lambda: build().query, make=lambda compiler: _maker(build(), compiler))

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values."""
        return self._statement(values)

    def first(self, **values: Any) -> Row | None:
        """The first row; None when there is none."""
        return next(iter(self(**values)), None)


class PreparedUpdate:
    """`queryset.update(**changes)` with slots in either, which gives back the primary key and the columns `told` of each row that it changed."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"], *told: str, **changes: Any) -> None:
        self._statement = _Statement(lambda: _update(build(), changes), told=("id", *told))

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run it with these values."""
        return self._statement(values)


class PreparedInsert:
    """`instance.save(force_insert=True)` for a model without parents; the instance gets its key."""

    def __init__(self, model: type[Model]) -> None:
        self._fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._statement = _Statement(lambda: _insert(model, self._fields), told=("id",))

    def __call__(self, instance: Model) -> None:
        """Insert this row."""
        values = {field.attname: field.get_db_prep_save(field.pre_save(instance, add=True), connection) for field in self._fields}
        [(instance.pk,)] = self._statement(values)
        instance._state.adding, instance._state.db = False, connection.alias


class _Statement:
    """A query that is compiled once in each thread, as a compiler keeps the connection of its thread, and on PostgreSQL planned once in each connection."""

    def __init__(
        self, build: Callable[[], Any], *, told: tuple[str, ...] = (), make: Callable[[Any], Callable[[Any], list[Any]]] | None = None
    ) -> None:
        self._build, self._told, self._make = build, told, make
        self._own = threading.local()

    def __call__(self, values: dict[str, Any]) -> list[Any]:
        """Run it with a value for each slot; the rows, as `make` makes them."""
        if not hasattr(self._own, "sql"):
            self._compile()
        own, told = self._own, {name: _adapted(value) for name, value in values.items()}
        database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up for every attribute
        with database.cursor() as cursor:
            if database.vendor == "postgresql":
                if own.planned_by is not database.connection:
                    self._plan(cursor)
                cursor.execute(own.run, [told[name] for name in own.slots])
            else:
                cursor.execute(own.sql, [told[param.name] if isinstance(param, Slot) else param for param in own.params])
            rows = cursor.fetchall()
        return own.made(rows)

    def _compile(self) -> None:
        own, compiler = self._own, self._build().get_compiler(connection.alias)
        written = compiler.as_sql()
        sql, own.params = written[0] if isinstance(written, list) else written  # an INSERT may be several
        own.slots = [param.name for param in own.params if isinstance(param, Slot)]
        own.made = self._make(compiler) if self._make else list
        own.planned_by, own.name = None, f"prepared_{next(_numbers)}"
        own.run = f"EXECUTE {own.name} ({', '.join(['%s'] * len(own.slots))})" if own.slots else f"EXECUTE {own.name}"
        own.sql = sql + (f" RETURNING {', '.join(connection.ops.quote_name(name) for name in self._told)}" if self._told else "")

    def _plan(self, cursor: Any) -> None:
        """Have the server keep the statement for this connection: it needs longer to plan the joins of a person than to answer."""
        own, places = self._own, count(1)
        given = [f"${next(places)}" if isinstance(param, Slot) else cursor.mogrify("%s", [param]).decode() for param in own.params]
        with connection.wrap_database_errors:
            cursor.cursor.execute(f"PREPARE {own.name} AS {own.sql % tuple(given)}")
        own.planned_by = connection.connection


_numbers = count()
"""Of the statements, so that no two have one name."""


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


def _maker(queryset: Any, compiler: Any) -> Callable[[Any], list[Any]]:
    """What makes the queryset's objects of rows, with all that its own iterator would find out anew for each result."""
    columns = [column for column, *_sql in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(columns)

    def converted(rows: Any) -> Any:
        return compiler.apply_converters(rows, converters) if converters else rows

    if queryset._iterable_class is ValuesListIterable:
        return lambda rows: [tuple(row) for row in converted(rows)]
    about = compiler.klass_info
    model, first, end = about["model"], about["select_fields"][0], about["select_fields"][-1] + 1
    names = [column.target.attname for column in columns[first:end]]
    related, annotations = get_related_populators(about, compiler.select, connection.alias), compiler.annotation_col_map.items()  # type: ignore[call-arg]  # of Django 6

    def instances(rows: Any) -> list[Any]:
        found = []
        for row in converted(rows):
            instance = model.from_db(connection.alias, names, row[first:end])
            for populator in related:
                populator.populate(row, instance)
            for name, place in annotations:
                setattr(instance, name, row[place])
            found.append(instance)
        return found

    return instances
