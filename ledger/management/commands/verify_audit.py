from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import selectors
from ledger.rules import Flaw

SAID = {
    Flaw.CHANGED: "its content is not what was written",
    Flaw.MISSING: "an entry before it is missing",
    Flaw.ORDER: "it stands in the wrong place",
}


class Command(BaseCommand):
    help = (
        "Recompute the chain of every subject of the ledger and its daily seals. Ends with status 1 where something was changed, taken out or moved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--subject", nargs=2, metavar=("KIND", "KEY"), help="only this subject, e.g. assessment 2018-Y/03127")

    def handle(self, *args: Any, **options: Any) -> None:
        kind, key = options["subject"] or ("", "")
        subjects = entries = broken = 0
        for found in selectors.verify(kind, key):
            subjects, entries = subjects + 1, entries + found.entries
            if found.flaw:
                broken += 1
                self.stdout.write(f"BROKEN {found.kind} {found.key}: entry {found.broken_at}: {SAID[found.flaw]}")
        if kind and not subjects:
            raise CommandError(f"There is no subject {kind} {key}.")
        for seal in () if kind else selectors.verify_seals():
            broken += 1
            said = f"covered {seal.sealed} entries, {seal.found} are there" + (", not the same" if seal.sealed == seal.found else "")
            self.stdout.write(f"BROKEN seal of {seal.entry.at:%Y-%m-%d}, entry {seal.entry.pk}: {said}")
        self.stdout.write(f"{subjects} subjects, {entries} entries")
        if broken:
            raise CommandError(f"The ledger is not as it was written: {broken} broken.")
