"""Several people at the same form at the same moment: one wins, the others are told, nothing is lost or half done."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.db.models import F
from openpyxl import load_workbook

from accounts.models import User
from communes.models import Upload
from communes.reading import read
from communes.services import Stale
from ledger.models import Entry
from ledger.rules import chain
from plan2018.models import Period
from scoring import evidence, intake, services, sets, sheets
from scoring.models import Answer, Assessment, CriteriaSet, Evidence, EvidenceFile
from scoring.rules import Stage, State
from scoring.services import Change, Refused
from scoring.workbook import workbook
from tests.conftest import Cast
from tests.factories import PDF, Place, bring_to, fill_in, make_evidence
from tests.sheets import saved

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do the acts at the same moment, each on a connection of its own; what each gave back, or the refusal it met."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except (Refused, sets.Used) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def chain_holds(form: Assessment) -> bool:
    previous = ""
    for entry in Entry.objects.about("assessment", form.key):
        if entry.hash != chain(previous, entry.content()):
            return False
        previous = entry.hash
    return True


def save(form: Assessment, stage: Stage, points: int, version: int, actor: User) -> Callable[[], list[str]]:
    change = Change("CC01", Decimal(points), f"điểm {points}", version)
    return lambda: services.save_points(
        assessment=Assessment.objects.select_related("period", "unit").get(pk=form.pk), stage=stage, changes=[change], actor=actor
    )


def test_two_people_save_the_same_criterion_and_one_of_them_is_told(forms: dict[str, Assessment], cast: Cast) -> None:
    form = forms["03124"]
    answer = form.answers.get(criterion__code="CC01")

    for n in range(ROUNDS):
        answer.refresh_from_db()
        a, b = save(form, Stage.SELF, n % 20, answer.version, cast.entry), save(form, Stage.SELF, (n + 7) % 20, answer.version, cast.signatory)
        results = at_once(a, b)

        assert sorted(results, key=str) == [["CC01"], []], results
    answer.refresh_from_db()
    assert answer.version == ROUNDS
    assert Entry.objects.about("assessment", form.key).count() == ROUNDS
    assert chain_holds(form)


def test_a_double_click_on_submit_is_one_submission(forms: dict[str, Assessment], cast: Cast) -> None:
    form = forms["03124"]
    fill_in(form, Stage.SELF, 17)
    form = Assessment.objects.select_related("period", "unit", "criteria_set").get(pk=form.pk)

    results = at_once(
        *[
            lambda: services.submit(
                assessment=Assessment.objects.select_related("period", "unit").get(pk=form.pk), version=form.version, actor=cast.signatory
            )
        ]
        * 4
    )

    assert len([result for result in results if result is None]) == 1
    assert Entry.objects.about("assessment", form.key).filter(act="submit").count() == 1


def test_an_approval_and_a_change_of_points_never_mix(forms: dict[str, Assessment], cast: Cast) -> None:
    for code in ("03124", "03127", "03148", "03151"):
        form = bring_to(forms[code], State.APPRAISED, 17)
        fill_in(form, Stage.FINAL, 17)
        version = form.answers.get(criterion__code="CC01").version

        approve = lambda form=form: services.approve(  # noqa: E731
            assessment=Assessment.objects.select_related("period", "unit", "criteria_set").get(pk=form.pk), version=form.version, actor=cast.officer
        )
        at_once(approve, save(form, Stage.FINAL, 3, version, cast.admin))

        form.refresh_from_db()
        points = sum(answer.final_points for answer in form.answers.all())
        if form.state == State.APPROVED:
            assert (form.total, points) == (51, 51)
        else:
            assert (form.state, form.total, points) == (State.APPRAISED, None, 37)
        assert chain_holds(form)


def confirmed(upload: Upload, form: Assessment, actor: User) -> Callable[[], object]:
    """Confirm a file as it is shown now."""
    seen = sheets.seen(intake.steps(upload, form))

    def take() -> object:
        fresh = Assessment.objects.select_related("period", "unit").get(pk=form.pk)
        try:
            return intake.take_form(upload=upload, assessment=fresh, seen=seen, decided={}, actor=actor)
        except Stale:
            return "taken already"

    return take


def checked(form: Assessment, actor: User, *points: int) -> Upload:
    """A workbook of the form with these points, sent and checked."""
    book = load_workbook(io.BytesIO(workbook(intake.form_of(form))))
    for row, value in enumerate(points, start=sheets.HEAD + 2):
        book[sheets.FORM][f"E{row}"] = value
    content = saved(book)
    upload = intake.receive(assessment=form, name="phieu.xlsx", content=content, actor=actor)
    intake.check(upload=upload, found=read(content))
    return upload


def test_two_uploads_of_one_form_at_once_and_two_confirmations_have_one_effect(forms: dict[str, Assessment], cast: Cast) -> None:
    form, content = forms["03124"], workbook(intake.form_of(forms["03124"]))
    receive = lambda: intake.receive(assessment=form, name="phieu.xlsx", content=content, actor=cast.entry)  # noqa: E731
    first, second = at_once(receive, receive)
    kept = Upload.objects.count()

    upload = checked(form, cast.entry, 17, 15, 19)
    results = at_once(confirmed(upload, form, cast.entry), confirmed(upload, form, cast.signatory))

    assert (first, kept) == (second, 1)
    assert sorted(results, key=str) == [3, "taken already"]
    assert [answer.self_points for answer in form.answers.order_by("criterion__position")] == [17, 15, 19]
    assert Entry.objects.about("assessment", form.key).filter(act="enter").count() == 3
    assert chain_holds(form)


def test_a_workbook_and_the_page_never_overwrite_each_other(forms: dict[str, Assessment], cast: Cast) -> None:
    for code in ("03124", "03127", "03148", "03151"):
        form = forms[code]
        upload = checked(form, cast.entry, 17, 15, 19)
        version = form.answers.get(criterion__code="CC01").version

        taken, stale = at_once(confirmed(upload, form, cast.entry), save(form, Stage.SELF, 3, version, cast.signatory))

        points = [answer.self_points for answer in form.answers.order_by("criterion__position")]
        if isinstance(taken, intake.Moved):
            assert (stale, points) == ([], [3, None, None])
        else:
            assert (taken, stale, points) == (3, ["CC01"], [17, 15, 19])
        assert chain_holds(form)


def test_the_same_file_sent_twice_at_once_is_kept_and_shown_once(
    forms: dict[str, Assessment], cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    form = forms["03124"]

    def add() -> object:
        answer = form.answers.select_related("assessment__unit", "assessment__period", "criterion").get(criterion__code="CC01")
        upload = SimpleUploadedFile("bien-ban.pdf", PDF)
        return evidence.add_evidence(answer=answer, uploads=[upload], stands_for=date(2018, 6, 1), actor=cast.entry)[0].known

    assert sorted(at_once(add, add, add), key=str) == [False, True, True]
    assert (EvidenceFile.objects.count(), Evidence.objects.count(), len([path for path in tmp_path.rglob("*") if path.is_file()])) == (1, 1, 1)
    assert chain_holds(form)


def test_evidence_is_taken_away_before_a_form_is_sent_or_never(
    forms: dict[str, Assessment], cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for form in forms.values():
        fill_in(form, Stage.SELF, 17, 17, 20)
        form.refresh_from_db()
        shown = make_evidence(form, "CC03")

        def submit(form: Assessment = form) -> object:
            fresh = Assessment.objects.select_related("period", "unit").get(pk=form.pk)
            return services.submit(assessment=fresh, version=form.version, actor=cast.signatory)

        def remove(shown: Evidence = shown) -> object:
            return evidence.remove(evidence=Evidence.objects.select_related("answer__assessment__unit", "file").get(pk=shown.pk), actor=cast.entry)

        at_once(submit, remove)

        form.refresh_from_db()
        shown.refresh_from_db()
        assert (form.state == State.SUBMITTED) == (shown.removed_at is None), form


def test_a_set_is_edited_before_forms_are_opened_by_it_or_never(place: Place, criteria_set: CriteriaSet, year: Period, cast: Cast) -> None:
    def edit() -> str:
        with transaction.atomic():
            criteria_set.criteria.filter(code="CC01").update(max_points=F("max_points") + 1)
            criteria_set.criteria.filter(code="CC02").update(max_points=F("max_points") - 1)
            sets.revise(criteria_set=criteria_set, actor=cast.admin)
        return "edited"

    def opened() -> int:
        return services.open_period(year, actor=cast.officer)

    for _n in range(ROUNDS):
        before = criteria_set.criteria.get(code="CC01").max_points

        edited, _forms = at_once(edit, opened)

        maximum = criteria_set.criteria.get(code="CC01").max_points
        assert maximum == (before + 1 if edited == "edited" else before)
        assert {answer.max_points for answer in Answer.objects.filter(criterion__code="CC01")} == {maximum}
        Answer.objects.all().delete()
        Assessment.objects.all().delete()
