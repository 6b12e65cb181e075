from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.rules import Role

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
        for role, does in ROLES.items():
            of_role = users.filter(role=role).order_by("username")
            if user := of_role.first():
                more = f" and {of_role.count() - 1} more like it" if of_role.count() > 1 else ""
                self.stdout.write(f"  {user.username:<14} {does:<28} {user.unit.full_name}{more}")
        known = settings.DEBUG and settings.DEMO_PASSWORD
        self.stdout.write(f"  password: {settings.DEMO_PASSWORD}" if known else "  password: the value of DEMO_PASSWORD when they were loaded")
