from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import communes.resources
import plan2018.resources
import scoring.resources
from communes.resources import BrokenFile
from ledger import services as ledger
from plan2018 import selectors as plans
from plan2018 import services as plan_services
from plan2018.models import Plan
from scoring import services as scoring_services


class Command(BaseCommand):
    help = "Load the register of units, the plan and the criteria from the data/ folders, then open the periods and the duties. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                self.load()
        except BrokenFile as error:
            raise CommandError(f"{error}\nNothing was loaded.") from error

    def load(self) -> None:
        changes = {}
        for resource in (*communes.resources.RESOURCES, *plan2018.resources.RESOURCES, *scoring.resources.RESOURCES):
            counts = resource().load()
            name = resource.path.relative_to(resource.path.parents[2]).as_posix()
            self.stdout.write(f"{name}: {counts.unchanged} unchanged, {counts.new} new, {counts.updated} updated")
            if counts.new or counts.updated:
                changes[name] = asdict(counts)
        for period in plans.periods():
            if changes:  # figures that were made from the old rows are stale now
                ledger.record(act="load", kind="reference", key=period.code, topic=period.code, actor=None, data=changes)
            opened = scoring_services.open_period(period)
            self.stdout.write(f"{period.code}: {opened} forms opened")
        for plan in Plan.objects.order_by("year"):
            self.stdout.write(f"{plan.number}: {plan_services.open_duties(plan)} obligations opened")
