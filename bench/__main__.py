"""`make bench`: on a throwaway PostgreSQL and Redis, first one province, then a nation of 83 provinces like it. Exits with 1 when a goal is missed.

`python -m bench queue fill` runs only these; without a name all.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.update(DEBUG="1", SECRET_KEY="only-for-benchmarks-" + "x" * 40, DEMO_PASSWORD="dienbien-495", LOG_LEVEL="WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from bench import annex, autosave, fill, papers, queue, ranking, reports_in, roster
from bench.figure import Figure

PROVINCES = 82
"""Provinces like ours beside ours: together 10,790 communes, as many as the country had."""


OF_A_PROVINCE = {"roster": roster, "annex": annex, "reports_in": reports_in, "papers": papers, "autosave": autosave}

ALL = ("queue", *OF_A_PROVINCE, "fill", "ranking")
"""In the order in which they run; `autosave` empties the year's forms, so it comes after what reads them; the last two need the nation."""


def main(wanted: list[str]) -> int:
    """Run the benchmarks of these names (none: all); how many goals were missed decides the exit status."""
    if unknown := set(wanted) - set(ALL):
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(ALL)}")
        return 2
    wanted = wanted or list(ALL)
    if connection.vendor != "postgresql":
        print("The benchmarks need PostgreSQL and Redis: make bench")
        return 2
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("load_demo", verbosity=0)
    figures = [queue.figure()] if "queue" in wanted else []
    for name, of in OF_A_PROVINCE.items():
        figures += of.figures() if name in wanted else []
    if {"fill", "ranking"} & set(wanted):
        figures += _nation(wanted)
    print()
    for figure in figures:
        print(figure)
    return int(any(figure.missed for figure in figures))


def _nation(wanted: list[str]) -> list[Figure]:
    """Figures of a nation, one of them beside a province alone."""
    province = fill.seconds() if "fill" in wanted else 0.0
    print(f"loading {PROVINCES} more provinces ...", flush=True)
    call_command("load_demo", scale=PROVINCES, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [*(fill.figures(province) if "fill" in wanted else []), *([ranking.figure()] if "ranking" in wanted else [])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
