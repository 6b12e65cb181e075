"""manage.py load_reference: the real files become rows, twice is once, a broken row is named and nothing is loaded."""

import csv
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

import communes.resources
import plan2018.resources
import scoring.resources
from communes.models import Unit
from communes.resources import UnitResource
from ledger.models import Entry
from plan2018.models import Duty, Obligation, Period, Plan, Target
from plan2018.resources import PeriodResource, TargetResource
from scoring.models import Answer, Assessment, CriteriaSet, Criterion, Threshold
from scoring.resources import CriterionResource, ThresholdResource
from tests import kept

RESOURCES = (*communes.resources.RESOURCES, *plan2018.resources.RESOURCES, *scoring.resources.RESOURCES)
MODELS = (Unit, Plan, Period, Target, Duty, Obligation, CriteriaSet, Criterion, Threshold, Assessment, Answer, Entry)


def load() -> list[str]:
    output = StringIO()
    call_command("load_reference", stdout=output)
    return output.getvalue().splitlines()


def rows() -> dict:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Copies of all files, to be broken; the commands read these."""
    for resource in RESOURCES:
        path = tmp_path / resource.path.relative_to(resource.path.parents[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(resource.path, path)
        monkeypatch.setattr(resource, "path", path)
    return tmp_path


@pytest.fixture
def short(files):
    """The same with three communes: what is wrong is found in a tenth of the time."""
    lines = UnitResource.path.read_text(encoding="utf-8").splitlines(keepends=True)
    UnitResource.path.write_text("".join(lines[:15]), encoding="utf-8")
    return files


def edit(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_register_the_plan_and_the_criteria_are_loaded_and_the_periods_opened(db):
    output = load()

    assert output[0] == "communes/data/units.csv: 0 unchanged, 141 new, 0 updated"
    assert {level: Unit.objects.filter(level=level).count() for level in ("province", "district", "commune")} == {
        "province": 1,
        "district": 10,
        "commune": 130,
    }
    assert [Target.objects.count(), Duty.objects.count(), Criterion.objects.filter(kind="criterion").count()] == [40, 64, 12]
    assert list(Threshold.objects.values_list("grade", "lower_pct")) == [("good", 85), ("fair", 65), ("average", 45), ("weak", 0)]
    assert not CriteriaSet.objects.get().verified
    assert {p.code: (p.name, p.due_on, p.due_comparison, p.assessments.count()) for p in Period.objects.all()} == {
        "2018-H1": ("6 tháng đầu năm 2018", date(2018, 6, 20), "<", 130),
        "2018-Y": ("Năm 2018", date(2019, 1, 20), "<", 130),
    }


def test_every_criterion_has_guidance_and_every_row_says_where_it_is_from(db):
    kept.load_reference()

    assert not Criterion.objects.filter(kind="criterion", guidance="").exists()
    assert not any(model.objects.filter(provenance="").exists() for model in (Unit, Plan, CriteriaSet, Criterion, Threshold))


def test_codes_keep_their_zeros_and_names_their_letters(db):
    kept.load_reference()

    unit = Unit.objects.get(code="03124")

    assert (unit.full_name, unit.kind, unit.parent.code, unit.parent.parent.code) == ("Phường Noong Bua", "phuong", "094", "11")
    assert unit.provenance.startswith("Danh mục Tổng cục Thống kê")


def test_units_end_with_the_first_change_that_takes_their_code_away_or_puts_it_elsewhere(db):
    with (communes.resources.DATA / "changes.csv").open(encoding="utf-8") as file:
        changes = [change for change in csv.DictReader(file) if change["kind"] in {"merge", "transfer", "dissolve"}]
    ends: dict[tuple[str, str], str] = {}
    for change in sorted(changes, key=lambda change: change["date"]):
        for code in change["from_codes"].split(";"):
            goes_on = code in change["to_codes"].split(";") and change["from_parent"] == change["to_parent"]
            if not goes_on:
                ends.setdefault((change["level"], code), change["date"])

    kept.load_reference()

    in_database = {(unit.level, unit.code): unit.valid_to.isoformat() for unit in Unit.objects.exclude(valid_to=None)}
    assert in_database == ends
    assert {code for (_level, code), day in ends.items() if day == "2020-01-01"} == {"03144", "03316", "03317", "03325", "03326"}


def test_every_commune_and_district_has_an_outline_and_the_province_none(db):
    kept.load_reference()

    without = set(Unit.objects.filter(outline="").values_list("code", flat=True))

    assert without == {"11"}
    assert Unit.objects.get(code="03124").outline == "M446 612l-2 0-6-2-4 8 2 0 4 4 2 0 2-2-2-2 0-2 2 0 0-2z"


def test_loading_again_changes_nothing_and_says_so(db):
    kept.load_reference()
    before = rows()

    output = load()

    assert output == [
        "communes/data/units.csv: 141 unchanged, 0 new, 0 updated",
        "communes/data/documents.csv: 11 unchanged, 0 new, 0 updated",
        "plan2018/data/plans.csv: 1 unchanged, 0 new, 0 updated",
        "plan2018/data/periods.csv: 2 unchanged, 0 new, 0 updated",
        "plan2018/data/indicators.csv: 36 unchanged, 0 new, 0 updated",
        "plan2018/data/targets.csv: 40 unchanged, 0 new, 0 updated",
        "plan2018/data/duties.csv: 64 unchanged, 0 new, 0 updated",
        "scoring/data/sets.csv: 1 unchanged, 0 new, 0 updated",
        "scoring/data/criteria.csv: 19 unchanged, 0 new, 0 updated",
        "scoring/data/thresholds.csv: 4 unchanged, 0 new, 0 updated",
        "2018-H1: 0 forms opened",
        "2018-Y: 0 forms opened",
        "495/KH-UBND: 0 obligations opened",
    ]
    assert rows() == before


def test_a_changed_row_is_taken_over_and_makes_the_figures_of_every_period_stale(db, files):
    kept.load_reference()
    entries = Entry.objects.count()
    edit(files / "plan2018/data/targets.csv", ",>=,63,", ",>=,64,")

    output = load()

    assert "plan2018/data/targets.csv: 39 unchanged, 0 new, 1 updated" in output
    assert Target.objects.get(code="TG01").value == 64
    assert list(Entry.objects.order_by("pk").values_list("act", "topic"))[entries:] == [("load", "2018-H1"), ("load", "2018-Y")]


@pytest.mark.parametrize(
    ("resource", "old", "new"),
    [(CriterionResource, "Hoạt động của HĐND,20,", "Hoạt động của HĐND,25,"), (ThresholdResource, "Tốt,85,", "Tốt,90,")],
)
def test_a_file_does_not_change_a_set_of_criteria_in_use(db, files, resource, old, new):
    kept.load_reference()
    edit(resource.path, old, new)

    with pytest.raises(CommandError, match="the set 'qd-34-2011' is in use and does not change"):
        load()


def test_names_are_sorted_anew_when_the_rules_for_their_keys_have_changed(db):
    kept.load_reference()
    Unit.objects.filter(code="094").update(sort_key="?")

    assert load()[0] == "communes/data/units.csv: 140 unchanged, 0 new, 1 updated"
    assert Unit.objects.get(code="094").sort_key != "?"


@pytest.mark.parametrize(
    ("resource", "old", "new", "place", "wrong", "expected"),
    [
        (TargetResource, ",>=,63,", ",>=,sixty,", "line 2, column value", "'sixty' is not a number.", "a number such as 91.5"),
        (TargetResource, ",>,99.5,", ',>,"99,5",', "line 22, column value", "'99,5' is not a number.", "a number such as 91.5"),
        (TargetResource, ",>=,63,", ",>=,NaN,", "line 2, column value", "", "a number such as 91.5"),
        (TargetResource, ",>=,63,", ",=>,63,", "line 2, column operator", "'=>'", "one of >=, >, =, <, <="),
        (TargetResource, "2018,TG05,", "2017,TG05,", "line 6, column plan", "there is no plan '2017'.", "the year of a plan loaded before"),
        (TargetResource, "2018,TG05,", "2018,TG04,", "line 6, column code", "'2018 TG04' stands already in line 5.", "every key once"),
        (TargetResource, "2018,TG05,", "TG05,", "line 6, column term", "the row has 15 cells.", "16 cells, as in line 1"),
        (TargetResource, "operator,value", "operator,valeu", "line 1, column value", "the column is missing.", "the columns plan, code"),
        (TargetResource, "2018,TG40,", '2018,"TG40,', "line 41, column -", "the row cannot be read", "cells with commas or quotes in quotes"),
        (PeriodResource, "2018-06-20,<", "20/6/2018,<", "line 2, column due_on", "'20/6/2018' is not a date.", "a date such as 2018-12-31"),
        (PeriodResource, "2018-06-30", "2017-06-30", "line 2, column ends_on", "period_ends_after_start", "a date such as 2018-12-31"),
        (UnitResource, "03124,094,", "03124,999,", "line 13, column parent", "there is no unit '999'.", "the code of a unit loaded before"),
        (UnitResource, "phường,Noong Bua", "quận,Noong Bua", "line 13, column kind", "'quận' is unknown.", "one of tỉnh, thành phố"),
        (UnitResource, "Noong Bua,2018-01-01", "Noong Bua,1/1/2018", "line 13, column valid_from", "'1/1/2018' is not a date.", "a date such as"),
        (
            UnitResource,
            "03124,094,commune,phường,Noong Bua,",
            "03124,094,commune,phường,,",
            "line 13, column name",
            "blank",
            "text of at most 80 characters",
        ),
        (
            CriterionResource,
            "CC03,CG2,",
            "CC03,CG9,",
            "line 6, column group",
            "there is no criterion 'CG9'.",
            "the code of a criterion loaded before",
        ),
        (CriterionResource, 'ngân sách",20,', 'ngân sách",-20,', "line 6, column max_points", "", "a number such as 91.5"),
        (ThresholdResource, "Tốt,85,", "Tốt,185,", "line 2, column lower_pct", "threshold_is_percent", "a number such as 91.5"),
        (ThresholdResource, "qd-34-2011,fair", "qd-34-2011,tot", "line 3, column grade", "'tot'", "one of good, fair, average, weak"),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_loaded(db, short, resource, old, new, place, wrong, expected):
    edit(resource.path, old, new)

    with pytest.raises(CommandError) as refused:
        load()

    message = str(refused.value)
    assert f"{resource.path}, {place}: " in message
    assert wrong in message
    assert f"Expected: {expected}" in message
    assert message.endswith("Nothing was loaded.")
    assert not any(rows().values())


def test_all_broken_rows_of_a_file_are_named_at_once(db, short):
    edit(TargetResource.path, ",>=,63,", ",>=,sixty,")
    edit(TargetResource.path, ",>=,25,", ",>=,twenty,")

    with pytest.raises(CommandError) as refused:
        load()

    assert [line.partition(": ")[0].partition(", ")[2] for line in str(refused.value).splitlines()[:-1]] == [
        "line 2, column value",
        "line 3, column value",
    ]


def test_a_file_that_is_no_text_or_is_not_there_is_named(db, short):
    TargetResource.path.write_bytes(b"plan,code\n2018,\xff\xfe\n")
    with pytest.raises(CommandError, match=r"targets\.csv, line 2, .*UTF-8"):
        load()

    TargetResource.path.unlink()
    with pytest.raises(CommandError, match=r"targets\.csv, .*missing"):
        load()


def test_a_broken_map_is_named(db, files, monkeypatch, tmp_path):
    broken = tmp_path / "communes.geojson"
    broken.write_text('{"features":\n[,]}')
    monkeypatch.setattr(UnitResource, "boundaries", (broken,))

    with pytest.raises(CommandError, match=r"communes\.geojson, line 2, .*GeoJSON"):
        load()
