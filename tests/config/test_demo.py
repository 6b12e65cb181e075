"""What the demo data are: they could have come about by the acts of people, and stand out as illustrative."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from django.db.models import F

from accounts.models import User
from accounts.rules import LEVELS, Role
from communes.models import Unit
from ledger.models import Entry
from ledger.rules import chain, digest
from plan2018.models import Period
from plan2018.rules import VIETNAM
from reports.models import Metric, Report
from scoring import rules, selectors, services
from scoring.models import Answer, Assessment, Title
from scoring.rules import Act, Stage, State
from tests.environment import DEMO_PASSWORD


def forms() -> list[Assessment]:
    province = Unit.objects.get(code="11")
    return [form for period in Period.objects.all() for form in selectors.grid(period, province)]


def acts_by_subject() -> dict[str, list[Entry]]:
    found = defaultdict(list)
    for entry in Entry.objects.filter(subject_kind=selectors.SUBJECT).select_related("actor").order_by("pk"):
        found[entry.subject_key].append(entry)
    return found


def test_people_serve_where_their_role_serves_and_sign_in_with_the_demo_password(loaded, client):
    users = list(User.objects.select_related("unit"))

    assert Counter(user.role for user in users) == {
        Role.PROVINCE_OFFICER: 1,
        Role.PROVINCE_ADMIN: 1,
        Role.LEADER: 1,
        Role.DISTRICT_APPRAISER: 10,
        Role.COMMUNE_SIGNATORY: 130,
        Role.COMMUNE_ENTRY: 130,
    }
    assert all(user.is_demo and user.unit.level in LEVELS[user.role] and user.get_full_name() for user in users)
    assert {"sonoivu", "quantri", "lanhdao", "huyen-094", "xa-03124", "xa-03124-nhap"} <= {user.username for user in users}
    assert len({user.password for user in users}) == 1
    assert users[0].check_password(DEMO_PASSWORD)


def test_a_year_that_meets_some_targets_and_misses_others(loaded):
    year = Assessment.objects.filter(period__code="2018-Y")
    half = Assessment.objects.filter(period__code="2018-H1")

    assert Counter(year.values_list("state", flat=True)) == {"approved": 118, "appraised": 4, "submitted": 3, "returned": 3, "draft": 2}
    assert Counter(year.exclude(grade="").values_list("grade", flat=True)) == {"good": 29, "fair": 71, "average": 17, "weak": 1}
    assert Counter(half.values_list("state", flat=True)) == {"approved": 130}
    assert (year.filter(late=True).count(), half.filter(late=True).count()) == (9, 5)
    assert Title.objects.filter(year=2018).count() == 58
    verdicts = dict(Metric.objects.filter(period__code="2018-Y", indicator__startswith="target.").values_list("indicator", "met"))
    assert len(verdicts) == 40
    assert {code: verdicts[f"target.{code}"] for code in ("TG01", "TG02", "TG03", "TG04", "TG05", "TG19", "TG28", "TG39", "TG40")} == {
        "TG01": False,
        "TG02": True,
        "TG03": False,
        "TG04": True,
        "TG05": False,
        "TG19": False,
        "TG28": True,
        "TG39": False,
        "TG40": False,
    }


def test_disputed_returned_and_reopened_cases_exist(loaded):
    answers = Answer.objects.filter(assessment__period__code="2018-Y")
    disputed = answers.exclude(final_points=None).filter(appraised_points__lt=F("self_points"), final_points__gt=F("appraised_points"))

    assert disputed.exclude(final_points=F("self_points")).count() > 10
    assert not disputed.filter(appraised_reason="").exists()
    assert not disputed.filter(final_reason="").exists()
    assert Assessment.objects.filter(period__code="2018-Y", state=State.APPROVED, returns__gt=0).count() == 6
    assert Entry.objects.filter(act=Act.REOPEN).count() == 1


def test_highland_districts_score_lower_than_the_city(loaded):
    means = dict(Metric.objects.filter(period__code="2018-Y", indicator="score", unit__level="district").values_list("unit__code", "value"))

    assert min(means["094"], means["100"]) > max(means["096"], means["098"], means["101"], means["103"])


def test_every_form_obeys_the_rules_of_its_state(loaded):
    complete = {
        State.DRAFT: [],
        State.RETURNED: [Stage.SELF],
        State.SUBMITTED: [Stage.SELF],
        State.APPRAISED: [Stage.SELF, Stage.APPRAISED],
        State.APPROVED: list(Stage),
    }
    for form in forms():
        points = selectors.as_rules(form.form)
        assert [rules.missing(points, stage) for stage in complete[form.state]] == [[]] * len(complete[form.state]), form
        assert (form.late, form.first_submitted_at is None) == (
            form.first_submitted_at and form.period.is_late(form.first_submitted_at),
            form.state == State.DRAFT,
        )
        assert (form.state == State.RETURNED) <= any(answer.remark for answer in form.form), form
        if form.state == State.APPROVED:
            result = selectors.tally_of(form, form.form, Stage.FINAL).result
            assert (form.total, form.grade, form.reasons) == (result.total, result.grade, result.reasons())


def test_every_form_came_to_its_state_by_moves_of_the_workflow(loaded):
    entries = acts_by_subject()
    for form in forms():
        story = entries[form.key]
        state = State.DRAFT
        for entry in story:
            if entry.act == Act.ENTER:
                assert rules.stage_for(state, entry.actor.role) == entry.data["stage"]
                continue
            move = rules.MOVES[state, Act(entry.act)]
            assert (entry.before, entry.after) == (state, move.to)
            assert entry.actor.role in move.roles
            assert bool(entry.reason) == move.needs_reason
            state = move.to
        assert (state, len(story)) == (form.state, form.version)
        assert form.returns == sum(entry.act == Act.RETURN for entry in story)
        assert sum(answer.version for answer in form.form) == sum(entry.act == Act.ENTER for entry in story)
        assert [entry.at for entry in story] == sorted(entry.at for entry in story)
        assert all(entry.actor.unit in (form.unit, form.unit.parent, form.unit.parent.parent) for entry in story)


def test_the_last_entries_of_a_form_say_what_the_form_says(loaded):
    entries = acts_by_subject()
    for form in forms():
        last = {(e.data["criterion"], e.data["stage"]): (e.data["to"], e.data["words"]) for e in entries[form.key] if e.act == Act.ENTER}
        stored = {
            (answer.criterion.code, stage): (str(points), answer.self_note if stage == Stage.SELF else answer.points().reason_at(stage))
            for answer in form.form
            for stage in Stage
            if (points := answer.points().at(stage)) is not None
        }
        assert last == stored
        moves = [entry for entry in entries[form.key] if entry.act != Act.ENTER]
        if moves:
            points = {
                a.criterion.code: [str(p) if p is not None else "" for p in (a.self_points, a.appraised_points, a.final_points)] for a in form.form
            }
            assert moves[-1].data["points"] == digest(points)


def test_every_chain_of_entries_is_whole(loaded):
    last: dict[tuple[str, str], str] = {}
    for entry in Entry.objects.order_by("pk"):
        key = (entry.subject_kind, entry.subject_key)
        assert entry.hash == chain(last.get(key, ""), entry.content())
        last[key] = entry.hash

    assert {kind for kind, _key in last} >= {"assessment", "title", "report", "period", "reference", "roster", "offices", "observation"}


def test_everything_happened_in_2018_and_2019_in_office_hours_of_working_days(loaded):
    moments = [at.astimezone(VIETNAM) for at in Entry.objects.filter(actor__isnull=False).exclude(act=Act.ENTER).values_list("at", flat=True)]

    assert {moment.year for moment in moments} == {2018, 2019}
    assert all(moment.isoweekday() <= 5 and 7 <= moment.hour <= 18 for moment in moments)


def test_districts_filed_their_reports_but_for_two_late_and_one_missing(loaded):
    def filed(code: str) -> list[bool]:
        return [report.late for report in Report.objects.filter(period__code=code).select_related("period")]

    assert (sorted(filed("2018-H1")), filed("2018-Y")) == ([False] * 8 + [True] * 2, [False] * 9)
    assert all(report.late == report.period.is_late(report.filed_at) for report in Report.objects.select_related("period"))
    assert all(report.filed_by.unit == report.unit and report.dated <= report.filed_at.astimezone(VIETNAM).date() for report in Report.objects.all())


def test_people_can_go_on_where_the_demo_data_ends(loaded):
    form = selectors.assessments(Period.objects.get(code="2018-Y"), Unit.objects.get(code="11")).filter(state=State.APPRAISED).first()
    officer = User.objects.get(username="sonoivu")

    services.copy_points(assessment=form, stage=Stage.FINAL, actor=officer)
    form.refresh_from_db(fields=["version"])
    services.approve(assessment=form, version=form.version, actor=officer)

    assert form.state == State.APPROVED
    last = list(Entry.objects.about(selectors.SUBJECT, form.key))
    assert last[-1].hash == chain(last[-2].hash, last[-1].content())
    demo_approval = Entry.objects.filter(act=Act.APPROVE).earliest("pk")
    assert last[-1].data.keys() == demo_approval.data.keys()


def test_dates_are_those_of_the_period(loaded):
    year = Period.objects.get(code="2018-Y")

    approved = Assessment.objects.filter(period=year, state=State.APPROVED)

    assert approved.earliest("approved_at").approved_at.astimezone(VIETNAM).date() >= year.due_on + timedelta(days=10)
    assert Title.objects.earliest("decided_on").decided_on > date(2019, 2, 1)
