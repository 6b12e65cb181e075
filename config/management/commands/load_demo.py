from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User
from config import demo, demo_registers, demo_reports, provinces
from plan2018 import selectors as plans
from plan2018.models import Period
from reports import editions
from reports import services as reports
from scoring.models import Assessment


class Command(BaseCommand):
    help = "Load illustrative users and assessments for both periods, in the units that load_reference has loaded. Needs DEMO_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=495, help="the same number gives the same data (default 495)")
        parser.add_argument(
            "--scale", type=int, default=0, metavar="K", help="also K further provinces with approved forms of the year, for benchmarks"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are users or entered points")
        parser.add_argument("--force", action="store_true", help="load even when DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        used = User.objects.exists() or Assessment.objects.filter(version__gt=0).exists()
        if options["if_empty"] and used:
            self.stdout.write("The database is not empty: no demo data loaded.")
            return
        if not settings.DEBUG and not options["force"]:
            raise CommandError("Demo data is refused because DEBUG is off. It would stand among real figures; --force loads it all the same.")
        if not settings.DEMO_PASSWORD:
            raise CommandError("DEMO_PASSWORD is not set: the illustrative users need a password.")
        if not Assessment.objects.exists():
            raise CommandError("There are no forms: run `manage.py load_reference` first.")
        if not 0 <= options["scale"] <= 2600:
            raise CommandError("--scale takes 0 to 2600 provinces.")
        with transaction.atomic():
            _take_the_time()
            self.load(options["seed"], options["scale"])

    def load(self, seed: int, scale: int) -> None:
        if User.objects.filter(is_demo=True).exists():
            self.stdout.write("The demo data is there already.")
        elif Assessment.objects.filter(version__gt=0).exists():
            raise CommandError("Points have been entered in this database: demo data would overwrite them.")
        else:
            demo.load(plans.periods(), seed=seed, password=settings.DEMO_PASSWORD)
            demo_registers.load_registers(plans.periods(), seed=seed)
            demo_reports.load_reports(plans.periods(), seed=seed)
            _count_anew()
            for period in plans.periods():
                editions.publish(period=period, final=False, note="Số liệu minh họa", actor=None)
            self.stdout.write(f"{User.objects.filter(is_demo=True).count()} illustrative users, forms of {len(plans.periods())} periods")
        if scale:
            year = Period.objects.filter(kind=Period.YEAR).latest("ends_on")
            self.stdout.write(f"{provinces.load_provinces(year, count=scale, seed=seed)} further provinces")
            _count_anew()
        for period in plans.periods():
            reports.fill(period)


def _take_the_time() -> None:
    """A bulk load is not bound by the time that PostgreSQL gives to a page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def _count_anew() -> None:
    """Let PostgreSQL count what was loaded in this transaction: without statistics a fill can take a plan that ends at the statement timeout."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
