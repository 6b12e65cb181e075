"""What people do to an assessment: by examples, and as a state machine against a model that fits on a page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.rules import Role
from ledger.models import Entry
from ledger.rules import chain
from scoring import selectors, services
from scoring.models import Title
from scoring.rules import Act, Grade, Missing, Stage, State
from scoring.services import Change, Incomplete, OwnWork, Stale, WrongState
from tests.factories import bring_to, fill_in, make_forms, make_period, make_province, make_user


@pytest.fixture
def form(forms):
    return forms["03124"]


def entries(form):
    return Entry.objects.about("assessment", form.key)


def save(form, actor, *changes, stage=Stage.SELF):
    return services.save_points(assessment=form, stage=stage, changes=changes, actor=actor)


def test_points_are_saved_with_who_when_from_and_to(cast, form):
    save(form, cast.entry, Change("CC01", Decimal("8.50"), "Đủ hồ sơ", 0))
    save(form, cast.signatory, Change("CC01", Decimal("9.00"), "Đủ hồ sơ", 1))

    answer = form.answers.get(criterion__code="CC01")
    assert (answer.self_points, answer.self_note, answer.version) == (Decimal(9), "Đủ hồ sơ", 2)
    assert list(entries(form).values_list("actor", "data")) == [
        (cast.entry.pk, {"criterion": "CC01", "stage": "self", "from": "", "to": "8.50", "words": "Đủ hồ sơ"}),
        (cast.signatory.pk, {"criterion": "CC01", "stage": "self", "from": "8.50", "to": "9.00", "words": "Đủ hồ sơ"}),
    ]


def test_who_saves_second_hears_of_it_and_the_rest_is_saved(cast, form):
    save(form, cast.entry, Change("CC01", Decimal(8), "", 0))

    conflicts = save(form, cast.signatory, Change("CC01", Decimal(9), "", 0), Change("CC02", Decimal(7), "", 0))

    assert conflicts == ["CC01"]
    assert [answer.self_points for answer in selectors.form(form)] == [Decimal(8), Decimal(7), None]


def test_two_people_who_type_the_same_have_no_conflict(cast, form):
    save(form, cast.entry, Change("CC01", Decimal(8), "", 0))

    assert save(form, cast.signatory, Change("CC01", Decimal("8.00"), "", 0)) == []
    assert entries(form).count() == 1


@pytest.mark.parametrize("points", [Decimal("-0.01"), Decimal("20.01"), Decimal("NaN"), Decimal("Infinity")])
def test_points_outside_the_scale_save_nothing_at_all(cast, form, points):
    with pytest.raises(ValueError, match="CC02"):
        save(form, cast.entry, Change("CC01", Decimal(8), "", 0), Change("CC02", points, "", 0))

    assert [answer.self_points for answer in selectors.form(form)] == [None] * 3
    assert not entries(form).exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPRAISED, State.APPROVED])
def test_a_commune_cannot_write_once_it_has_sent(cast, form, state):
    bring_to(form, state, 17)

    with pytest.raises(WrongState) as refused:
        save(form, cast.entry, Change("CC01", Decimal(8), "", 0))

    assert refused.value.state == state


def test_a_returned_form_opens_only_what_has_a_remark(cast, form):
    bring_to(form, State.RETURNED, 17)
    version = {answer.criterion.code: answer.version for answer in selectors.form(form)}

    with pytest.raises(WrongState):
        save(form, cast.entry, Change("CC01", Decimal(8), "", version["CC01"]), Change("CC02", Decimal(8), "", version["CC02"]))
    assert [answer.self_points for answer in selectors.form(form)] == [Decimal(17)] * 3

    save(form, cast.entry, Change("CC01", Decimal(8), "", version["CC01"]))
    assert [answer.self_points for answer in selectors.form(form)] == [Decimal(8), Decimal(17), Decimal(17)]


def test_an_incomplete_form_stays_where_it_is(cast, form):
    save(form, cast.entry, Change("CC02", Decimal(8), "", 0))
    form.refresh_from_db()

    with pytest.raises(Incomplete) as refused:
        services.submit(assessment=form, version=form.version, actor=cast.signatory)

    assert refused.value.missing == [Missing("CC01", Missing.POINTS), Missing("CC03", Missing.POINTS)]
    before = form.version
    form.refresh_from_db()
    assert (form.state, form.version, form.first_submitted_at) == (State.DRAFT, before, None)
    assert not entries(form).exclude(act=Act.ENTER).exists()


def test_a_changed_point_needs_its_reason_before_the_district_is_done(cast, form):
    bring_to(form, State.SUBMITTED, 17)
    fill_in(form, Stage.APPRAISED, 17, 16, 17)

    with pytest.raises(Incomplete) as refused:
        services.appraise(assessment=form, version=form.version, actor=cast.appraiser)

    assert refused.value.missing == [Missing("CC02", Missing.REASON)]


def test_a_second_click_finds_the_work_done(cast, form):
    fill_in(form, Stage.SELF, 17)
    version = form.version
    services.submit(assessment=form, version=version, actor=cast.signatory)

    with pytest.raises(WrongState) as refused:
        services.submit(assessment=form, version=version, actor=cast.signatory)

    assert refused.value.state == State.SUBMITTED
    assert [entry.act for entry in entries(form)] == [Act.SUBMIT]


def test_a_move_on_what_its_maker_has_not_seen_is_refused(cast, form):
    fill_in(form, Stage.SELF, 17)
    version = form.version
    save(form, cast.entry, Change("CC01", Decimal(3), "", 0))

    with pytest.raises(Stale):
        services.submit(assessment=form, version=version, actor=cast.signatory)


@pytest.mark.parametrize(("role", "act"), [(Role.COMMUNE_ENTRY, "submit"), (Role.LEADER, "submit"), (Role.DISTRICT_APPRAISER, "approve")])
def test_a_role_that_may_not_make_a_move_is_refused_in_every_state(place, form, role, act):
    fill_in(form, Stage.SELF, 17)
    unit = {Role.COMMUNE_ENTRY: place.commune, Role.DISTRICT_APPRAISER: place.district}.get(role, place.province)

    with pytest.raises(WrongState):
        getattr(services, act)(assessment=form, version=form.version, actor=make_user(role, unit))


def test_nobody_appraises_or_approves_what_they_entered(cast, form):
    person = cast.entry
    for code in ("CC01", "CC02", "CC03"):
        save(form, person, Change(code, Decimal(17), "", 0))
    form.refresh_from_db()
    services.submit(assessment=form, version=form.version, actor=cast.signatory)
    fill_in(form, Stage.APPRAISED, 17)
    person.role, person.unit = Role.DISTRICT_APPRAISER, form.unit.parent
    person.save()

    with pytest.raises(OwnWork):
        services.appraise(assessment=form, version=form.version, actor=person)

    services.appraise(assessment=form, version=form.version, actor=cast.appraiser)
    fill_in(form, Stage.FINAL, 17)
    person.role, person.unit = Role.PROVINCE_OFFICER, form.unit.parent.parent
    person.save()
    with pytest.raises(OwnWork):
        services.approve(assessment=form, version=form.version, actor=person)


@pytest.mark.parametrize(("remarks", "reason"), [({}, "Thiếu hồ sơ"), ({"CC01": "  "}, "Thiếu hồ sơ"), ({"CC01": "Thiếu"}, " ")])
def test_a_form_goes_back_only_with_a_remark_and_a_reason(cast, form, remarks, reason):
    bring_to(form, State.SUBMITTED, 17)

    with pytest.raises(ValueError, match="no re"):
        services.return_(assessment=form, version=form.version, remarks=remarks, reason=reason, actor=cast.appraiser)

    form.refresh_from_db()
    assert form.state == State.SUBMITTED


def test_reopening_needs_a_reason_and_takes_the_result_away(cast, form):
    bring_to(form, State.APPROVED, 17)
    assert (form.total, form.grade, form.reasons[0]["percent"]) == (Decimal(51), Grade.GOOD, "85.00")

    with pytest.raises(ValueError, match="no reason"):
        services.reopen(assessment=form, version=form.version, reason=" ", actor=cast.officer)
    services.reopen(assessment=form, version=form.version, reason="Nhầm điểm", actor=cast.officer)

    form.refresh_from_db()
    assert (form.state, form.total, form.grade, form.reasons, form.approved_at) == (State.APPRAISED, None, "", [], None)
    assert [answer.final_points for answer in selectors.form(form)] == [Decimal(17)] * 3


@pytest.mark.parametrize(("days", "late"), [(1, False), (0, True), (-5, True)])
def test_the_first_submission_decides_for_ever_whether_a_form_is_late(cast, form, days, late):
    form.period.due_on = timezone.localdate() + timedelta(days=days)  # "before" that day
    form.period.save()
    fill_in(form, Stage.SELF, 17)
    services.submit(assessment=form, version=form.version, actor=cast.signatory)
    first = form.first_submitted_at
    assert form.late is late

    services.return_(assessment=form, version=form.version, remarks={"CC01": "Thiếu"}, reason="Thiếu", actor=cast.appraiser)
    form.period.due_on = timezone.localdate() - timedelta(days=30) if not late else timezone.localdate() + timedelta(days=30)
    form.period.save()
    services.submit(assessment=form, version=form.version, actor=cast.signatory)

    assert (form.late, form.first_submitted_at, form.returns) == (late, first, 1)


def test_copying_fills_only_what_is_empty(cast, form):
    bring_to(form, State.SUBMITTED, 17)
    save(form, cast.appraiser, Change("CC02", Decimal(12), "Thiếu hồ sơ", 0), stage=Stage.APPRAISED)

    assert services.copy_points(assessment=form, stage=Stage.APPRAISED, actor=cast.appraiser) == 2

    assert [answer.appraised_points for answer in selectors.form(form)] == [Decimal(17), Decimal(12), Decimal(17)]


def test_a_title_is_granted_corrected_and_withdrawn_with_its_traces(cast, form):
    subject = {"unit": form.unit, "period": form.period, "actor": cast.officer}
    services.enter_title(**subject, decision_number="45/QĐ-UBND", decided_on=date(2019, 1, 20))
    services.enter_title(**subject, decision_number="46/QĐ-UBND", decided_on=date(2019, 1, 21))
    assert Title.objects.values_list("decision_number", "decided_on").get() == ("46/QĐ-UBND", date(2019, 1, 21))

    with pytest.raises(ValueError, match="no reason"):
        services.withdraw_title(**subject, reason="")
    services.withdraw_title(**subject, reason="Nhầm xã")
    with pytest.raises(Title.DoesNotExist):
        services.withdraw_title(**subject, reason="Nhầm xã")

    assert not Title.objects.exists()
    assert [entry.act for entry in Entry.objects.about("title", "2018/03124")] == ["grant", "correct", "withdraw"]


def test_the_timeline_is_folded_by_person_and_names_the_criteria(cast, form):
    save(form, cast.entry, Change("CC01", Decimal(17), "", 0))
    save(form, cast.entry, Change("CC02", Decimal(17), "", 0))
    save(form, cast.signatory, Change("CC03", Decimal(17), "", 0))
    form.refresh_from_db()
    services.submit(assessment=form, version=form.version, actor=cast.signatory)
    services.return_(assessment=form, version=form.version, remarks={"CC02": "Thiếu"}, reason="Bổ sung", actor=cast.appraiser)

    steps = selectors.history(form, selectors.form(form))

    assert [(step.last.act, step.numbers, step.last.actor) for step in steps] == [
        (Act.RETURN, "I.2", cast.appraiser),
        (Act.SUBMIT, "", cast.signatory),
        (Act.ENTER, "I.3", cast.signatory),
        (Act.ENTER, "I.1, I.2", cast.entry),
    ]
    assert [(criterion.code, entry.data["to"]) for criterion, entry in steps[-1].lines()] == [("CC01", "17"), ("CC02", "17")]


class Workflow(RuleBasedStateMachine):
    """Anybody tries anything in any order; the portal and the model below must agree on what happens.

    The model: one state, three columns of points with their words, the remarks that open criteria, and how often something happened.
    """

    values = st.sampled_from([None, Decimal(0), Decimal("8.50"), Decimal(20)])
    people = st.sampled_from(["entry", "signatory", "appraiser", "officer"])

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        place = make_province()
        self.form = make_forms(make_period())["03124"]
        self.users = {
            "entry": make_user(Role.COMMUNE_ENTRY, place.commune),
            "signatory": make_user(Role.COMMUNE_SIGNATORY, place.commune),
            "appraiser": make_user(Role.DISTRICT_APPRAISER, place.district, second_factor=False),
            "officer": make_user(Role.PROVINCE_OFFICER, place.province, second_factor=False),
        }
        self.state = "draft"
        self.points = {stage: [None] * 3 for stage in ("self", "appraised", "final")}
        self.words = {stage: [""] * 3 for stage in ("self", "appraised", "final")}
        self.open = {0, 1, 2}
        self.happened = 0

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def column(self, who):
        """The column that this person writes in this state, if any."""
        if who in ("entry", "signatory"):
            return "self" if self.state in ("draft", "returned") else None
        return {("appraiser", "submitted"): "appraised", ("officer", "appraised"): "final"}.get((who, self.state))

    def complete(self, column, before):
        """Who gives other points than those before says why; who gives itself full points too, as these forms have no files."""
        before = self.points[before] if before else [value if value != Decimal(20) else None for value in self.points[column]]
        return all(value is not None and (value == before[n] or self.words[column][n]) for n, value in enumerate(self.points[column]))

    @rule(who=people, n=st.integers(0, 2), value=values, words=st.sampled_from(["", "vì thiếu hồ sơ"]))
    def enter(self, who, n, value, words):
        column = self.column(who)
        stage = {"appraiser": Stage.APPRAISED, "officer": Stage.FINAL}.get(who, Stage.SELF)
        answer = selectors.form(self.form)[n]
        change = Change(answer.criterion.code, value, words, answer.version)
        same = column and (self.points[column][n], self.words[column][n]) == (value, words)
        if column and (same or column != "self" or n in self.open):
            assert save(self.form, self.users[who], change, stage=stage) == []
            self.points[column][n], self.words[column][n] = value, words
            self.happened += not same
        else:
            with pytest.raises(WrongState):
                save(self.form, self.users[who], change, stage=stage)

    @initialize(times=st.integers(0, 4), back=st.booleans())
    def begin_anywhere(self, times, back):
        for _ in range(times):
            self.go_on(value=Decimal(17), back=back)

    @rule(value=st.sampled_from([Decimal(12), Decimal(17)]), back=st.booleans())
    def go_on(self, value, back):
        """What usually happens: whoever is next fills their column and makes the move, so that late states are met often."""
        match self.state:
            case "draft" | "returned":
                self.fill(column="self", value=value)
                self.submit(who="signatory")
            case "submitted" if back:
                self.return_(who="appraiser", opened={1})
            case "submitted":
                self.fill(column="appraised", value=value)
                self.appraise(who="appraiser")
            case "appraised":
                self.fill(column="final", value=value)
                self.approve(who="officer")

    @rule(column=st.sampled_from(["self", "appraised", "final"]), value=st.sampled_from([Decimal(12), Decimal(17), Decimal(20)]))
    def fill(self, column, value):
        """Whoever writes this column fills it, so that complete forms are met often."""
        who = {"self": "entry", "appraised": "appraiser", "final": "officer"}[column]
        if self.column(who) == column:
            for n in range(3) if column != "self" else self.open:
                self.enter(who=who, n=n, value=value, words="vì thiếu hồ sơ")

    @rule(who=people)
    def copy(self, who):
        column = self.column(who)
        before = {"appraised": "self", "final": "appraised"}.get(column)
        stage = {"appraiser": Stage.APPRAISED, "officer": Stage.FINAL}.get(who)
        if not stage:
            return
        if before:
            services.copy_points(assessment=self.form, stage=stage, actor=self.users[who])
            for n, value in enumerate(self.points[column]):
                if value is None and (self.points[before][n], "") != (None, self.words[column][n]):
                    self.points[column][n], self.words[column][n] = self.points[before][n], ""
                    self.happened += 1
        else:
            with pytest.raises(WrongState):
                services.copy_points(assessment=self.form, stage=stage, actor=self.users[who])

    def move(self, act, who, allowed, complete, to, **words):
        version = type(self.form).objects.values_list("version", flat=True).get(pk=self.form.pk)
        do = {"return": services.return_}.get(act) or getattr(services, act)
        if allowed and complete:
            do(assessment=self.form, version=version, actor=self.users[who], **words)
            self.state = to
            self.happened += 1
            return True
        with pytest.raises(Incomplete if allowed else (WrongState, OwnWork)):  # who entered points hears that first
            do(assessment=self.form, version=version, actor=self.users[who], **words)
        return False

    @rule(who=people)
    def submit(self, who):
        self.move("submit", who, who == "signatory" and self.state in ("draft", "returned"), self.complete("self", None), "submitted")

    @rule(who=people)
    def appraise(self, who):
        self.move("appraise", who, who == "appraiser" and self.state == "submitted", self.complete("appraised", "self"), "appraised")

    @rule(who=people, opened=st.sets(st.integers(0, 2), min_size=1))
    def return_(self, who, opened):
        allowed = (who, self.state) in {("appraiser", "submitted"), ("officer", "appraised")}
        remarks = {f"CC0{n + 1}": "Bổ sung" for n in opened}
        if self.move("return", who, allowed, complete=True, to="returned", remarks=remarks, reason="Bổ sung"):
            self.open = opened

    @rule(who=people)
    def approve(self, who):
        self.move("approve", who, who == "officer" and self.state == "appraised", self.complete("final", "appraised"), "approved")

    @rule(who=people)
    def reopen(self, who):
        self.move("reopen", who, who == "officer" and self.state == "approved", complete=True, to="appraised", reason="Nhầm")

    @invariant()
    def the_portal_agrees_with_the_model(self):
        form = type(self.form).objects.get(pk=self.form.pk)
        answers = selectors.form(form)
        assert form.state == self.state
        for column in ("self", "appraised", "final"):
            words = "self_note" if column == "self" else f"{column}_reason"
            assert [getattr(answer, f"{column}_points") for answer in answers] == self.points[column]
            assert [getattr(answer, words) for answer in answers] == self.words[column]
        assert form.total == (sum(self.points["final"]) if self.state == "approved" else None)

    @invariant()
    def the_ledger_tells_every_step_and_nothing_else(self):
        told = list(Entry.objects.about("assessment", self.form.key))
        assert len(told) == self.happened
        link = ""
        for entry in told:
            link = chain(link, entry.content())
            assert entry.hash == link


@pytest.mark.django_db
def test_the_workflow_agrees_with_its_model():
    # Quick examples of many steps: the setup costs more than the steps.
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(Workflow, settings=settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=checks))
