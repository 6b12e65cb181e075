"""Small things that tests of several rooms need."""

import time
from contextlib import contextmanager
from importlib import import_module

from django.db import connection

LEDGER_OPEN = {
    "sqlite": ["DROP TRIGGER ledger_entry_UPDATE", "DROP TRIGGER ledger_entry_DELETE"],
    "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE ledger_entry DISABLE TRIGGER USER"],
}
LEDGER_SHUT = {
    "sqlite": list(import_module("ledger.migrations.0003_audit").SQLITE),
    "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE ledger_entry ENABLE TRIGGER USER"],
}


@contextmanager
def by_hand():
    """What somebody could do to the ledger who owns the database."""
    with connection.cursor() as cursor:
        for statement in LEDGER_OPEN[connection.vendor]:
            cursor.execute(statement)
        yield
        for statement in LEDGER_SHUT[connection.vendor]:
            cursor.execute(statement)


def wait_for(condition, seconds=30):
    """Return the first true answer, or the last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer
