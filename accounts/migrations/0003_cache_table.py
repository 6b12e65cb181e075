"""The table behind CACHES["default"], which counts failed sign-ins."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_staff_follows_role")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
