"""The real files and the demo data as rows: loaded as the commands do it once a process, then written again row by row in a tenth of the time.

    load_plan()        the plan with its periods, indicators, targets and duties, where there is no plan
    load_reference()   `manage.py load_reference`, in an empty database
    load_demo()        `manage.py load_reference` and `manage.py load_demo`, in an empty database

What is written again is the same to the byte, with its keys, hashes and moments. That the commands themselves do what they should is tested in
tests/config/.
"""

from collections.abc import Callable
from io import BytesIO, StringIO

from django.core.management import call_command
from django.db import connection, transaction

import plan2018.resources

_kept: dict[str, dict[str, object]] = {}


def load_plan() -> None:
    _load("plan", lambda: [resource().load() for resource in plan2018.resources.RESOURCES])


def load_reference() -> None:
    _load("reference", lambda: call_command("load_reference", stdout=StringIO()))


def load_demo() -> None:
    _load("demo", lambda: (load_reference(), call_command("load_demo", "--force", stdout=StringIO())))


def _load(name: str, load: Callable[[], object]) -> None:
    """Load, and keep the tables that were empty before; or write what was kept."""
    with transaction.atomic():
        if name in _kept:
            _write(_kept[name])
        else:
            before = _filled()
            load()
            _kept[name] = {table: _read(table) for table in sorted(_filled() - before)}
            assert _kept[name], f"{name}: the database was not empty"


def _filled() -> set[str]:
    """The tables that have rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables))
        return {table for (table,) in cursor.fetchall()}


def _read(table: str) -> object:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f'COPY "{table}" TO STDOUT (FORMAT BINARY)', rows := BytesIO())
            return rows.getvalue()
        columns = connection.introspection.get_table_description(cursor, table)
        as_stored = ", ".join(f'+"{column.name}"' for column in columns)  # a bare column would be made a Python date or number
        cursor.execute(f'SELECT {as_stored} FROM "{table}"')
        return cursor.fetchall()


def _write(tables: dict[str, object]) -> None:
    """Foreign keys are checked when the transaction ends, so the tables may come in any order; numbers given before are not given again."""
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            if connection.vendor == "postgresql":
                cursor.copy_expert(f'COPY "{table}" FROM STDIN (FORMAT BINARY)', BytesIO(rows))
                cursor.execute(f'ANALYZE "{table}"')  # as load_demo does
            else:
                connection.connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
