"""`make bench`: on a throwaway PostgreSQL and Redis, first one province, then a nation of 83 provinces like it. Exits with 1 when a goal is missed."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.update(DEBUG="1", SECRET_KEY="only-for-benchmarks-" + "x" * 40, DEMO_PASSWORD="dienbien-495", LOG_LEVEL="WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from bench import annex, fill, papers, queue, ranking, reports_in, roster

PROVINCES = 82
"""Provinces like ours beside ours: together 10,790 communes, as many as the country had."""


def main() -> int:
    """Run everything; how many goals were missed decides the exit status."""
    if connection.vendor != "postgresql":
        print("The benchmarks need PostgreSQL and Redis: make bench")
        return 2
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("load_demo", verbosity=0)
    figures = [queue.figure()]
    figures += [*roster.figures(), *annex.figures(), *reports_in.figures(), *papers.figures()]
    province = fill.seconds()
    print(f"loading {PROVINCES} more provinces ...", flush=True)
    call_command("load_demo", scale=PROVINCES, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    figures += [*fill.figures(province), ranking.figure()]
    print()
    for figure in figures:
        print(figure)
    return int(any(figure.missed for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
