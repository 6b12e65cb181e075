"""What the tests run with, whatever `.env` and the shell say. A pytest plugin (`-p tests.environment`), imported before the settings.

The database and the broker come from the runner: `python -m tests.services -- pytest` gives PostgreSQL and Redis; without it the suite
runs on a SQLite file with embedded jobs, as `make run` does.

Markers: `postgres` needs PostgreSQL or Redis, `embedded` is about SQLite and jobs in process: each is deselected in the other run.
`both` is what two databases may answer differently (BOTH); `make test` runs it, and what is embedded, on SQLite, and everything on PostgreSQL.
`live` starts processes, servers or browsers and runs, on PostgreSQL, apart from the rest, two files at a time; `browser` drives Chromium.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMO_PASSWORD = "dienbien-495"
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")

_directory = tempfile.TemporaryDirectory(prefix="portal-tests-", ignore_cleanup_errors=True)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")

VARIABLES = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "BEHIND_TLS_PROXY": "0",
    "DEMO_PASSWORD": DEMO_PASSWORD,
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "WARNING",
    "MFA_REQUIRED": "1",
    "API_RATE": "1000000/min",
    "MEDIA_ROOT": str(Path(_directory.name) / "media"),
}
if ON_POSTGRES:
    # Each xdist worker has its database (pytest-django sees to that) and, so that nobody hears another's messages, its Redis number.
    broker = os.environ.get("REDIS_URL", "").rsplit("/", 1)[0]
    VARIABLES |= {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": f"{broker}/{_worker.removeprefix('gw')}"}
else:
    VARIABLES |= {"DATABASE_URL": f"sqlite:///{_directory.name}/db.sqlite3", "REDIS_URL": ""}
os.environ.update(VARIABLES)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Change what has no variable of its own; pytest-django has loaded the settings by now."""
    from django.conf import settings
    from django.db import connections

    # A file as in production: several connections, WAL, a writer that waits. In memory they would share one.
    if not ON_POSTGRES:
        connections.databases["default"]["TEST"]["NAME"] = f"{_directory.name}/test.sqlite3"
    # Nobody has collected static files here.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    # Argon2 takes its time on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


BOTH = (
    "tests/ledger/",
    "tests/flows/",
    "tests/communes/test_merge.py",
    "tests/communes/test_services.py",
    "tests/config/test_load_demo.py",
    "tests/config/test_load_reference.py",
    "tests/plan2018/test_duty_services.py",
    "tests/plan2018/test_observations.py",
    "tests/reports/test_fill",
    "tests/reports/test_quality.py",
    "tests/reports/test_what_if.py",
    "tests/scoring/test_models.py",
    "tests/scoring/test_services.py",
)
"""Where tests lean on the database: SQL of our own, constraints, triggers, locks; and the walks from page to figure."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark what runs on both databases; leave out, without calling it skipped, what is about the other run's database.

    The tests that start servers take longest and come first, so that no worker ends with one of them alone.
    """
    for item in items:
        if item.nodeid.startswith(BOTH):
            item.add_marker("both")
    needless = [item for item in items if item.get_closest_marker("embedded" if ON_POSTGRES else "postgres")]
    config.hook.pytest_deselected(items=needless)
    items[:] = [item for item in items if item not in needless]
    yield
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


def pytest_report_header() -> str:
    """Name the database, so that the two runs of `make test` can be told apart."""
    return f"portal: {'PostgreSQL and Redis' if ON_POSTGRES else 'SQLite and embedded jobs'}"
