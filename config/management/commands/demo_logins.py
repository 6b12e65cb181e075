from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Case, When

from accounts.models import User
from accounts.rules import Role
from scoring.models import Assessment
from scoring.rules import State

ROLES = {
    Role.PROVINCE_OFFICER: "province: approves",
    Role.PROVINCE_ADMIN: "province: administers",
    Role.LEADER: "province: only looks",
    Role.DISTRICT_APPRAISER: "district: appraises",
    Role.COMMUNE_SIGNATORY: "commune: enters and submits",
    Role.COMMUNE_ENTRY: "commune: enters",
}


class Command(BaseCommand):
    help = "Print the logins of the illustrative users, one example for each role, while there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        users = User.objects.filter(is_demo=True).select_related("unit")
        if not users.exists():
            return
        # The examples are people of a commune whose form is still open, and of its district: a newcomer can take it to the ranking.
        still_open = Assessment.objects.filter(state=State.DRAFT).select_related("unit", "period").order_by("-period__ends_on", "unit__code").first()
        there = [still_open.unit_id, still_open.unit.parent_id] if still_open else []
        for role, does in ROLES.items():
            of_role = users.filter(role=role).order_by(Case(When(unit__in=there, then=0), default=1), "username")
            if user := of_role.first():
                more = f" and {of_role.count() - 1} more like it" if of_role.count() > 1 else ""
                self.stdout.write(f"  {user.username:<14} {does:<28} {user.unit.full_name}{more}")
        known = settings.DEBUG and settings.DEMO_PASSWORD
        self.stdout.write(f"  password: {settings.DEMO_PASSWORD}" if known else "  password: the value of DEMO_PASSWORD when they were loaded")
        if still_open:
            self.stdout.write(
                f"  still open: /assessments/{still_open.period.code}/{still_open.unit.code}/ ({still_open.unit.full_name}, {still_open.period.name})"
            )
