"""Querysets whose SQL is put together once. Django takes several times longer to write a statement than PostgreSQL to answer it, each time anew."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value that is told when the query is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Prepared(Generic[Row]):
    """A queryset with slots, for what every request or every save asks:

        last = Prepared(lambda: Entry.objects.filter(subject_key=Slot("key")).order_by("-pk")[:1])
        last(key="2018-Y/03127")

    gives the rows as the queryset would, as instances or tuples, with what it joins and annotates; `prefetch_related` is left out. A slot stands for
    one value that is no None (a list or a null is other SQL). Compiled for each thread, since a compiler keeps the connection of its thread.
    """

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._own = threading.local()

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each slot. Raises KeyError for a slot without one."""
        queryset, compiler, sql, params = self._compiled()
        told = {name: _adapted(value) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [told[param.name] if isinstance(param, Slot) else param for param in params])
            rows = cursor.fetchall()
        return list(queryset._iterable_class(_answered(queryset, compiler, rows)))  # noqa: SLF001 - how a queryset makes objects of rows

    def first(self, **values: Any) -> Row | None:
        """The first row; None when there is none."""
        return next(iter(self(**values)), None)

    def _compiled(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        if not hasattr(self._own, "compiled"):
            queryset = self._build()
            compiler = queryset.query.get_compiler(queryset.db)
            self._own.compiled = (queryset, compiler, *compiler.as_sql())
        found: tuple[Any, Any, str, tuple[Any, ...]] = self._own.compiled
        return found


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
        results_iter=lambda results=None, **how: compiler.results_iter([rows], tuple_expected=how.get("tuple_expected", False)),
    )
    query = SimpleNamespace(get_compiler=lambda using: ready)
    return SimpleNamespace(query=query, db=queryset.db, model=queryset.model, _known_related_objects={}, _fields=queryset._fields)  # noqa: SLF001


def keep(instance: Model, name: str, rows: list[Any]) -> None:
    """Keep rows as what `instance.<name>.all()` gives, as `prefetch_related` would have loaded them."""
    loaded = getattr(instance, name).all()
    loaded._result_cache, loaded._prefetch_done = rows, True  # noqa: SLF001 - the way of django.db.models.Prefetch
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[name] = loaded
