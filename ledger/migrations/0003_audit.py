"""Number the entries of each subject, say whose they are, and have the database refuse every change of an entry from now on."""

import re
from datetime import date

from django.db import migrations, models
from django.db.models import Count, OuterRef, Subquery

REFUSE = "nhật ký chỉ ghi thêm: không sửa, không xóa"

POSTGRESQL = (
    f"""
    CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{REFUSE}' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()",
    "CREATE TRIGGER ledger_entry_whole BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()",
)
SQLITE = tuple(
    f"CREATE TRIGGER ledger_entry_{what} BEFORE {what} ON ledger_entry BEGIN SELECT RAISE(ABORT, '{REFUSE}'); END" for what in ("UPDATE", "DELETE")
)


def number(apps, schema_editor):
    """Count the entries of each subject from 1, in their order."""
    Entry = apps.get_model("ledger", "Entry")
    same = Entry.objects.filter(subject_kind=OuterRef("subject_kind"), subject_key=OuterRef("subject_key"), pk__lte=OuterRef("pk"))
    counted = same.order_by().values("subject_key").annotate(count=Count("pk")).values("count")
    Entry.objects.update(number=Subquery(counted))


def attribute(apps, schema_editor):
    """Give each subject the unit that its key names by its code: the one in force at the end of the year that the key names, or when it began.

    Accounts and documents are named by a number: their unit is that of the account and of what was asked for.
    """
    Entry, Unit, User = apps.get_model("ledger", "Entry"), apps.get_model("communes", "Unit"), apps.get_model("accounts", "User")
    units = {}
    for unit in Unit.objects.order_by("valid_from"):
        units.setdefault(unit.code, []).append(unit)
    people = {str(pk): unit for pk, unit in User.objects.values_list("pk", "unit")}
    for kind, key, at in Entry.objects.filter(number=1).values_list("subject_kind", "subject_key", "at").iterator():
        if kind in ("user", "calendar"):
            unit = people.get(key)
        elif kind == "paper":
            first = Entry.objects.get(subject_kind=kind, subject_key=key, number=1)
            unit = _named(units, [first.data.get("unit", "")], at.date())
        else:
            year = re.match(r"(\d{4})[-/]", key)
            unit = _named(units, key.split("/"), date(int(year[1]), 12, 31) if year else at.date())
        if unit:
            Entry.objects.filter(subject_kind=kind, subject_key=key).update(unit=unit)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table cannot be altered any more


def _named(units, parts, day):
    for part in parts:
        for unit in units.get(part, ()):
            if unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to):
                return unit.pk
    return None


def refuse(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_entry_refuse() CASCADE")
    else:
        for what in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER ledger_entry_{what}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_notice"),
        ("accounts", "0001_initial"),
        ("communes", "0001_initial"),
    ]

    operations = [
        migrations.AddField("entry", "number", models.PositiveIntegerField(verbose_name="số thứ tự", null=True)),
        migrations.AddField(
            "entry",
            "unit",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to="communes.unit",
                verbose_name="đơn vị",
            ),
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
        migrations.RunPython(attribute, migrations.RunPython.noop),
        migrations.AlterField("entry", "number", models.PositiveIntegerField(verbose_name="số thứ tự")),
        migrations.AddIndex("entry", models.Index(fields=["at", "id"], name="entry_by_time")),
        migrations.AddIndex("entry", models.Index(fields=["unit", "at", "id"], name="entry_of_unit")),
        migrations.RunPython(refuse, allow),
    ]
