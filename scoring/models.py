"""Criteria sets, assessments, titles; support and inspections, which bear on criteria; who is responsible, who was criticised."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, DecimalField, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communes.content import Kind
from communes.models import Dated, Unit
from plan2018.models import Period, Record
from scoring import consequences, deadlines, rules, setsheets
from scoring.rules import CapKind, Grade, Rounding, Scoring, Stage, State


class CriteriaSet(models.Model):
    """The criteria of a decision (Decision 34/2011/QĐ-UBND), with a validity of its own. Not changed once used: another version is another set."""

    code = models.SlugField(_("mã"), max_length=20, unique=True)
    decision = models.CharField(_("quyết định"), max_length=60)
    title = models.CharField(_("trích yếu"), max_length=300)
    valid_from = models.DateField(_("có hiệu lực từ"))
    valid_to = models.DateField(_("hết hiệu lực từ"), null=True, blank=True)
    verified = models.BooleanField(_("đã đối chiếu phụ lục"), default=False)
    provenance = models.CharField(_("nguồn"), max_length=300)
    explain_days = models.PositiveSmallIntegerField(
        _("số ngày giải trình"),
        default=0,
        help_text=_("Ngày làm việc xã được giải trình điểm bị hạ; 0 là không có bước giải trình. Giả định, chờ hướng dẫn của Sở"),
    )
    rounding = models.CharField(_("làm tròn điểm tính theo tỷ lệ"), max_length=8, choices=list(setsheets.ROUNDINGS.items()), default=Rounding.HALF_UP)
    places = models.PositiveSmallIntegerField(_("số chữ số sau dấu phẩy"), default=2, validators=[MaxValueValidator(2)])

    class Meta:
        verbose_name = _("bộ tiêu thức")
        verbose_name_plural = _("bộ tiêu thức")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(rounding__in=list(Rounding), places__lte=2), name="criteria_set_rounding_known"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="criteria_set_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.decision


class Criterion(models.Model):
    """A component criterion, scored by itself and looked after by one official; or a group that only holds such criteria."""

    GROUP, COMPONENT = "group", "criterion"

    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="criteria", verbose_name=_("bộ tiêu thức"))
    group = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="components", verbose_name=_("thuộc tiêu thức"))
    kind = models.CharField(_("loại"), max_length=9, choices=[(GROUP, _("tiêu thức")), (COMPONENT, _("tiêu thức thành phần"))])
    code = models.CharField(_("mã"), max_length=8)
    number = models.CharField(_("số"), max_length=8)
    title = models.CharField(_("tên"), max_length=200)
    max_points = models.DecimalField(_("điểm tối đa"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    plan_section = models.CharField(_("mục của kế hoạch"), max_length=120, blank=True)
    responsible_title = models.CharField(_("chức danh phụ trách"), max_length=200, blank=True)
    guidance = models.TextField(_("hướng dẫn"), blank=True)
    provenance = models.CharField(_("nguồn"), max_length=40)
    scoring = models.CharField(_("cách chấm"), max_length=8, choices=list(setsheets.SCORINGS.items()), default=Scoring.POINTS)
    full_pct = models.DecimalField(
        _("đạt điểm tối đa từ (%)"), max_digits=5, decimal_places=2, default=Decimal(100), help_text=_("Chỉ dùng khi tính theo tỷ lệ")
    )
    may_not_apply = models.BooleanField(_("được ghi không áp dụng"), default=False)

    class Meta:
        verbose_name = _("tiêu thức")
        verbose_name_plural = _("tiêu thức")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="criterion_code_in_set"),
            models.CheckConstraint(condition=Q(kind="group", group=None) | Q(kind="criterion", group__isnull=False), name="criterion_in_group"),
            models.CheckConstraint(condition=Q(max_points__gt=0, max_points__lte=999), name="criterion_max_points"),
            models.CheckConstraint(condition=Q(scoring__in=list(Scoring)), name="criterion_scoring_known"),
            models.CheckConstraint(condition=Q(full_pct__gt=0, full_pct__lte=100), name="criterion_full_is_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Level(models.Model):
    """A level of a rubric: what a commune must have to get these points. An answer keeps the points, which tell the level."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="levels", verbose_name=_("tiêu thức"))
    points = models.DecimalField(_("điểm"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    text = models.CharField(_("mức"), max_length=500)

    class Meta:
        verbose_name = _("mức điểm")
        verbose_name_plural = _("mức điểm")
        ordering = ["-points"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "points"], name="level_once_a_criterion"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=999), name="level_points"),
        ]

    def __str__(self) -> str:
        return self.text


class Threshold(models.Model):
    """A class and the share of the maximum that earns it."""

    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="thresholds", verbose_name=_("bộ tiêu thức"))
    grade = models.CharField(_("hạng"), max_length=8, choices=[(grade, grade) for grade in Grade])
    label = models.CharField(_("tên hạng"), max_length=20)
    lower_pct = models.DecimalField(_("từ (%)"), max_digits=5, decimal_places=2)
    provenance = models.CharField(_("nguồn"), max_length=40)
    note = models.CharField(_("ghi chú"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("ngưỡng xếp loại")
        verbose_name_plural = _("ngưỡng xếp loại")
        ordering = ["-lower_pct"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "grade"], name="threshold_once_a_grade"),
            models.CheckConstraint(condition=Q(lower_pct__gte=0, lower_pct__lte=100), name="threshold_is_percent"),
            models.CheckConstraint(condition=Q(grade__in=list(Grade)), name="threshold_grade_known"),
        ]

    def __str__(self) -> str:
        return self.label

    def rule(self) -> rules.Threshold:
        """The threshold as the rules take it."""
        return rules.Threshold(Grade(self.grade), self.lower_pct)


class Cap(models.Model):
    """A row that says: no higher than this class if ...; a veto where the class is the lowest. Kinds are a closed set (`rules.CapKind`)."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="caps", verbose_name=_("bộ tiêu thức"))
    kind = models.CharField(_("điều kiện"), max_length=20, choices=list(setsheets.CAP_KINDS.items()))
    criterion = models.ForeignKey(Criterion, models.CASCADE, null=True, blank=True, related_name="caps", verbose_name=_("tiêu thức"))
    value = models.DecimalField(_("mức"), max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField(_("không quá hạng"), max_length=8, choices=list(setsheets.GRADES.items()))
    provenance = models.CharField(_("nguồn"), max_length=40)

    class Meta:
        verbose_name = _("giới hạn hạng")
        verbose_name_plural = _("giới hạn hạng")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(grade__in=list(Grade)), name="cap_grade_known"),
            # What is missing is said to be there first: a CHECK lets through what compares with nothing.
            models.CheckConstraint(
                condition=Q(kind=CapKind.CRITERION_BELOW, criterion__isnull=False, value__isnull=False, value__gt=0)
                | Q(kind=CapKind.CRITERION_ZERO, criterion__isnull=False, value=None)
                | Q(kind=CapKind.ANY_BELOW_PCT, criterion=None, value__isnull=False, value__gt=0, value__lte=100)
                | Q(kind=CapKind.PENALTIES_AT_LEAST, criterion=None, value__isnull=False, value__gt=0),
                name="cap_kind_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.criterion or ''} {self.value or ''}: {self.grade}"

    @property
    def number(self) -> str:
        """The number of its criterion, if it has one."""
        return self.criterion.number if self.criterion else ""

    def rule(self) -> rules.Cap:
        """The cap as the rules take it; needs `criterion` loaded."""
        code = self.criterion.code if self.criterion else ""
        return rules.Cap(CapKind(self.kind), Grade(self.grade), self.value, code, self.number)


def stage_total(stage: Stage, answers: str = "") -> Case:
    """The total of a stage as an aggregate over answers (`answers`: the way to them, as "answers__"), as `rules.total` has it; None where nothing is entered."""
    number: DecimalField = DecimalField(max_digits=9, decimal_places=2)
    points, scoring = F(f"{answers}{stage}_points"), f"{answers}criterion__scoring"
    earned = Sum(Case(When(**{scoring: Scoring.PENALTY}, then=-points), default=points, output_field=number))
    counted = Q(**{f"{scoring}__in": rules.SCALED, f"{answers}{stage}_na": False})
    scale = Sum(f"{answers}max_points", filter=counted, default=Decimal(0))
    within = Least(Greatest(earned, Value(Decimal(0), output_field=number)), scale, output_field=number)
    return Case(When(IsNull(earned, False), then=within), output_field=number)


def beneath(unit: Any) -> Q:
    """What keeps the assessments of the communes under a unit, given by its key or by a slot of a prepared query."""
    return Q(unit=unit) | Q(unit__parent=unit) | Q(unit__parent__parent=unit)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def under(self, unit: Unit) -> "AssessmentQuerySet":
        """Assessments of the communes under this unit."""
        return self.filter(beneath(unit.pk))

    def with_totals(self) -> "AssessmentQuerySet":
        """Adds self_total, appraised_total and final_total; None where nothing is entered."""
        return self.annotate(**{f"{stage}_total": stage_total(stage, "answers__") for stage in Stage})


class Assessment(models.Model):
    """The form (phiếu) of one commune for one period. Opened for every commune in force when the period opens: that is the expected set.

    `version` counts every change, so that a move is made on what its maker saw. `total`, `grade` and `reasons` are stored by approval and frozen;
    `max_points` is the scale of the whole set until approval takes out what does not apply to the commune.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="assessments", verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assessments", verbose_name=_("đơn vị"))
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="assessments", verbose_name=_("bộ tiêu thức"))
    state = models.CharField(_("trạng thái"), max_length=10, default=State.DRAFT, choices=[(state, state) for state in State])
    version = models.PositiveIntegerField(_("lần sửa"), default=0)
    returns = models.PositiveSmallIntegerField(_("số lần trả lại"), default=0)
    first_submitted_at = models.DateTimeField(_("gửi lần đầu"), null=True, blank=True)
    late = models.BooleanField(_("trễ hạn"), null=True, blank=True, help_text=_("Tính khi gửi lần đầu; đã trễ là trễ"))
    total = models.DecimalField(_("tổng điểm"), max_digits=7, decimal_places=2, null=True, blank=True)
    max_points = models.DecimalField(_("thang điểm"), max_digits=7, decimal_places=2)
    grade = models.CharField(_("hạng"), max_length=8, blank=True, choices=[(grade, grade) for grade in Grade])
    reasons = models.JSONField(_("căn cứ xếp loại"), default=list, blank=True)
    approved_at = models.DateTimeField(_("duyệt lúc"), null=True, blank=True)
    explain_by = models.DateField(_("giải trình đến hết ngày"), null=True, blank=True, help_text=_("Khi huyện hạ điểm; trước đó tỉnh chưa duyệt"))
    explained_at = models.DateTimeField(_("xã giải trình xong lúc"), null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("phiếu chấm điểm")
        verbose_name_plural = _("phiếu chấm điểm")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="assessment_once_a_period"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="assessment_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.APPROVED, total__isnull=False, grade__in=list(Grade), approved_at__isnull=False)
                | (~Q(state=State.APPROVED) & Q(total=None, grade="", approved_at=None)),
                name="assessment_result_with_approval",
            ),
            models.CheckConstraint(condition=Q(total=None) | Q(total__gte=0, total__lte=F("max_points")), name="assessment_total_in_range"),
            models.CheckConstraint(
                condition=Q(first_submitted_at=None, late=None) | Q(first_submitted_at__isnull=False, late__isnull=False),
                name="assessment_late_with_submission",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.period}"

    @property
    def key(self) -> str:
        """The subject key of its ledger entries."""
        return f"{self.period.code}/{self.unit.code}"

    def is_explaining(self, today: date) -> bool:
        """Whether the commune may still answer lowered points."""
        return rules.is_explaining(State(self.state), self.explain_by, self.explained_at, today)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def with_evidence(self) -> "AnswerQuerySet":
        """Counts the evidence that each criterion shows now (`evidence_count`), in the same query."""
        shown = Evidence.objects.filter(answer=OuterRef("pk"), removed_at=None).order_by().values("answer").annotate(n=Count("pk")).values("n")
        return self.annotate(evidence_count=Coalesce(Subquery(shown, output_field=IntegerField()), 0))


class Answer(models.Model):
    """One criterion of one form: self, appraised and final points side by side, each with its words. `version` guards against a stale form."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers", verbose_name=_("phiếu"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="answers", verbose_name=_("tiêu thức"))
    max_points = models.DecimalField(_("điểm tối đa"), max_digits=5, decimal_places=2, help_text=_("Chép từ tiêu thức để cơ sở dữ liệu tự kiểm tra"))
    self_points = models.DecimalField(_("tự chấm"), max_digits=5, decimal_places=2, null=True, blank=True)
    self_note = models.TextField(_("giải thích của xã"), blank=True)
    appraised_points = models.DecimalField(_("huyện chấm"), max_digits=5, decimal_places=2, null=True, blank=True)
    appraised_reason = models.TextField(_("lý do của huyện"), blank=True)
    final_points = models.DecimalField(_("kết quả"), max_digits=5, decimal_places=2, null=True, blank=True)
    final_reason = models.TextField(_("lý do của tỉnh"), blank=True)
    explanation = models.TextField(_("giải trình của xã"), blank=True, help_text=_("Khi huyện hạ điểm"))
    remark = models.TextField(_("ý kiến khi trả lại"), blank=True, help_text=_("Có ý kiến thì xã được sửa tiêu thức này"))
    version = models.PositiveIntegerField(_("lần sửa"), default=0)
    saved_at = models.DateTimeField(_("lưu lúc"), null=True, blank=True)
    self_na = models.BooleanField(_("xã ghi không áp dụng"), default=False)
    appraised_na = models.BooleanField(_("huyện ghi không áp dụng"), default=False)
    final_na = models.BooleanField(_("kết quả không áp dụng"), default=False)
    numerator = models.DecimalField(_("tử số"), max_digits=14, decimal_places=2, null=True, blank=True)
    denominator = models.DecimalField(_("mẫu số"), max_digits=14, decimal_places=2, null=True, blank=True)

    evidence_count: int = 0
    """Files that it shows, where the query counted them (`with_evidence`)."""

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("điểm tiêu thức")
        verbose_name_plural = _("điểm tiêu thức")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="answer_once_a_criterion"),
            # BETWEEN, because a NaN passes ">= 0" on PostgreSQL but not "<= max".
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{stage}_points": None}) | Q(**{f"{stage}_points__gte": 0, f"{stage}_points__lte": F("max_points")}),
                    name=f"answer_{stage}_points_in_range",
                )
                for stage in Stage
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{stage}_na": False}) | Q(**{f"{stage}_points": None}), name=f"answer_{stage}_na_without_points"
                )
                for stage in Stage
            ),
            models.CheckConstraint(
                condition=Q(numerator=None, denominator=None)
                | Q(numerator__isnull=False, numerator__gte=0, denominator__isnull=False, denominator__gt=0),
                name="answer_ratio_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.criterion_id}"

    def points(self) -> rules.Points:
        """The answer as the rules take it; needs `criterion` loaded."""
        return rules.Points(
            self.criterion.code,
            self.max_points,
            self.self_points,
            self.appraised_points,
            self.final_points,
            self.appraised_reason,
            self.final_reason,
            Scoring(self.criterion.scoring),
            frozenset(stage for stage, na in zip(Stage, (self.self_na, self.appraised_na, self.final_na), strict=True) if na),
            self.self_note,
            self.evidence_count,
        )


class Title(models.Model):
    """The title "Trong sạch, vững mạnh" of a commune for a year, with the decision that grants it. Entered, never computed: the plan gives no conditions."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="titles", verbose_name=_("đơn vị"))
    year = models.PositiveSmallIntegerField(_("năm"))
    decision_number = models.CharField(_("số quyết định"), max_length=40)
    decided_on = models.DateField(_("ngày quyết định"))
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người nhập"))

    class Meta:
        verbose_name = _("danh hiệu Trong sạch, vững mạnh")
        verbose_name_plural = _("danh hiệu Trong sạch, vững mạnh")
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="title_once_a_year")]

    def __str__(self) -> str:
        return f"{self.unit}, {self.year}"


class Support(Record):
    """Days that district staff worked in a weak commune, or a commune's civil servant learnt at the district (III.4 gạch 6): at least 15 a quarter.

    A line lies within one quarter. Staff are told by post and office, not by name.
    """

    DOWN, UP = "down", "up"

    mode = models.CharField(
        _("hình thức"), max_length=4, choices=[(DOWN, _("công chức huyện về xã")), (UP, _("công chức xã lên phòng huyện"))], default=DOWN
    )
    staff = models.CharField(_("ai (chức danh, cơ quan)"), max_length=120)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    days = models.PositiveSmallIntegerField(_("số ngày làm việc"), validators=[MinValueValidator(1)])
    criteria = models.ManyToManyField(Criterion, blank=True, related_name="+", verbose_name=_("tiêu thức đã giúp"))
    result = models.TextField(_("kết quả"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("cầm tay chỉ việc")
        verbose_name_plural = _("cầm tay chỉ việc")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="support_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.starts_on}"


class Inspection(Record):
    """A finding of an inspection (III.8 gạch 1-2), with the criteria it bears on."""

    inspected_on = models.DateField(_("ngày kiểm tra"))
    agency = models.CharField(_("cơ quan kiểm tra"), max_length=120)
    finding = models.TextField(_("kết luận"))
    criteria = models.ManyToManyField(Criterion, blank=True, related_name="+", verbose_name=_("tiêu thức liên quan"))
    remedy_by = models.DateField(_("khắc phục trước ngày"), null=True, blank=True)
    remedied_on = models.DateField(_("đã khắc phục ngày"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("thanh tra, kiểm tra")
        verbose_name_plural = _("thanh tra, kiểm tra")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.inspected_on}"


class Responsibility(Dated):
    """Who of a commune's officials is responsible for a criterion between two days (III.4 gạch 3). Changed as every dated register: closed, and written anew.

    `person` is what joins the rows of one official (`communes.Official.person`), so it outlives changes of the roster. `account` is the user who enters for
    that official; without one, everybody who enters for the commune does.
    """

    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="responsibilities", verbose_name=_("tiêu thức"))
    person = models.UUIDField(_("người phụ trách"))
    account = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name=_("tài khoản nhập điểm"))

    class Meta:
        verbose_name = _("phân công phụ trách tiêu thức")
        verbose_name_plural = _("phân công phụ trách tiêu thức")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="responsibility_ends_after_start"),
            models.UniqueConstraint(fields=["unit", "criterion"], condition=Q(until=None), name="responsibility_one_now"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.criterion_id}"


class Censure(Record):
    """A commune's government criticised, or reminded, for its result of a year (III.4 gạch 6). Entered: the plan does not say which class earns which."""

    kind = models.CharField(
        _("hình thức"),
        max_length=10,
        choices=[(consequences.Censure.CRITICISED.value, _("phê bình")), (consequences.Censure.REMINDED.value, _("nhắc nhở"))],
        default=consequences.Censure.CRITICISED.value,
    )
    year = models.PositiveSmallIntegerField(_("kết quả năm"))

    class Meta(Record.Meta):
        verbose_name = _("phê bình, nhắc nhở")
        verbose_name_plural = _("phê bình, nhắc nhở")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "kind", "year"], condition=Q(withdrawn_at=None), name="censure_once_a_year"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in consequences.Censure]), name="censure_kind_known"),
            models.CheckConstraint(condition=Q(document__isnull=False), name="censure_has_document"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind} {self.year}"


class Deadline(models.Model):
    """Until when an act on the forms of a period is on time, where the province says otherwise than the plan; and whether it is refused afterwards."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="deadlines", verbose_name=_("kỳ"))
    act = models.CharField(_("việc"), max_length=8, choices=[(act.value, act.value) for act in deadlines.TIMED])
    due_at = models.DateTimeField(_("hạn"), help_text=_("Thời điểm đầu tiên bị tính là trễ"))
    locks = models.BooleanField(_("khóa khi quá hạn"), default=False)

    class Meta:
        verbose_name = _("hạn của kỳ")
        verbose_name_plural = _("hạn của kỳ")
        constraints = [
            models.UniqueConstraint(fields=["period", "act"], name="deadline_once_an_act"),
            models.CheckConstraint(condition=Q(act__in=[act.value for act in deadlines.TIMED]), name="deadline_act_known"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.act}"


class Extension(models.Model):
    """More time for one act on one form. It opens what a deadline locks; late stays late. What was granted before is in the ledger."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="extensions", verbose_name=_("phiếu"))
    act = models.CharField(_("việc"), max_length=8, choices=[(act.value, act.value) for act in deadlines.TIMED])
    until = models.DateTimeField(_("gia hạn đến"))
    reason = models.TextField(_("lý do"))
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người gia hạn"))
    granted_at = models.DateTimeField(_("gia hạn lúc"))

    class Meta:
        verbose_name = _("gia hạn phiếu")
        verbose_name_plural = _("gia hạn phiếu")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "act"], name="extension_once_an_act"),
            models.CheckConstraint(condition=Q(act__in=[act.value for act in deadlines.TIMED]), name="extension_act_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.act}"


class EvidenceFileQuerySet(models.QuerySet["EvidenceFile"]):
    def under(self, unit: Unit) -> "EvidenceFileQuerySet":
        """Files of the communes under this unit."""
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))


class EvidenceFile(models.Model):
    """A file that a commune shows as evidence. Kept once, whatever number of criteria and years it is shown at, and never changed or deleted.

    A new version is another file that `replaces` this one; what was shown with a form that is locked stays the old one.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evidence_files", verbose_name=_("đơn vị"))
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.PositiveIntegerField(_("cỡ tệp"), help_text="bytes")
    kind = models.CharField(_("loại tệp"), max_length=4, choices=[(kind, kind) for kind in Kind])
    name = models.CharField(_("tên tệp"), max_length=120)
    title = models.CharField(_("nội dung"), max_length=200)
    stands_for = models.DateField(_("ngày của văn bản"))
    file = models.FileField(_("tệp"), max_length=200)
    uploaded_at = models.DateTimeField(_("tải lên lúc"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người tải lên"))
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="succeeded_by", verbose_name=_("thay cho"))

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp minh chứng")
        verbose_name_plural = _("tệp minh chứng")
        constraints = [
            models.UniqueConstraint(fields=["unit", "sha256"], name="evidence_file_once_a_unit"),
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_file_not_empty"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="evidence_file_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.sha256[:12]}"


class Evidence(models.Model):
    """A file shown at a criterion of a form, since when and by whom. Taken away it is marked as removed, not deleted."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="evidence", verbose_name=_("điểm tiêu thức"))
    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="shown", verbose_name=_("tệp"))
    linked_at = models.DateTimeField(_("thêm lúc"))
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người thêm"))
    removed_at = models.DateTimeField(_("gỡ lúc"), null=True, blank=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gỡ"))

    class Meta:
        verbose_name = _("minh chứng")
        verbose_name_plural = _("minh chứng")
        constraints = [
            models.UniqueConstraint(fields=["answer", "file"], condition=Q(removed_at=None), name="evidence_once_a_criterion"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="evidence_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.file_id}"


class Share(models.Model):
    """A group of criteria that a district, or the province, gave to one of its people for a period.

    Where a group is given to somebody, nobody else of that unit writes its points; what is given to nobody is open to all who appraise there.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="+", verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị chấm"))
    group = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("tiêu thức"))
    account = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người chấm"))

    class Meta:
        verbose_name = _("giao tiêu thức cho người chấm")
        verbose_name_plural = _("giao tiêu thức cho người chấm")
        constraints = [models.UniqueConstraint(fields=["period", "unit", "group", "account"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.unit_id} {self.group_id} {self.account_id}"
