"""A yearly plan as data: periods, indicators, targets, duties; and what units report and do for it. The plan of another year is rows, not code."""

from datetime import date, datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communes.models import Document, Unit
from plan2018 import rules
from plan2018.sentences import plan_cited


class Plan(models.Model):
    """A plan of the provincial People's Committee for one year, such as Plan 495/KH-UBND of 5 March 2018."""

    year = models.PositiveSmallIntegerField(_("năm"), unique=True, validators=[MinValueValidator(2011)])
    number = models.CharField(_("số, ký hiệu"), max_length=40)
    title = models.CharField(_("trích yếu"), max_length=300)
    issued_on = models.DateField(_("ngày ban hành"))
    issuer = models.CharField(_("cơ quan ban hành"), max_length=120)
    provenance = models.CharField(_("nguồn"), max_length=200)
    editable = models.BooleanField(_("sửa được trên cổng"), default=False, help_text=_("Không: kế hoạch nạp từ tệp tham chiếu"))

    class Meta:
        verbose_name = _("kế hoạch")
        verbose_name_plural = _("kế hoạch")

    def __str__(self) -> str:
        return plan_cited(self.number, self.year)


class Period(models.Model):
    """A reporting period (section IV.2): half a year or the year. It is due before it ends (half) or in the next year (year)."""

    HALF, YEAR = "half", "year"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="periods", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã kỳ"), max_length=12, unique=True)
    kind = models.CharField(_("loại kỳ"), max_length=4, choices=[(HALF, _("6 tháng")), (YEAR, _("năm"))])
    name = models.CharField(_("tên kỳ"), max_length=60)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    due_on = models.DateField(_("hạn báo cáo"))
    due_comparison = models.CharField(
        _("cách hiểu hạn"), max_length=2, default=rules.BEFORE, choices=[(rules.BEFORE, _("trước ngày")), (rules.UNTIL, _("chậm nhất ngày"))]
    )
    section = models.CharField(_("mục của kế hoạch"), max_length=40)

    class Meta:
        verbose_name = _("kỳ báo cáo")
        verbose_name_plural = _("kỳ báo cáo")
        ordering = ["starts_on", "ends_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind"], name="period_once_a_plan"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="period_ends_after_start"),
            models.CheckConstraint(condition=Q(due_comparison__in=[rules.BEFORE, rules.UNTIL]), name="period_comparison_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def due_moment(self) -> datetime:
        """The first late moment."""
        return rules.due_moment(self.due_on, self.due_comparison)

    @property
    def last_day(self) -> date:
        """The last day on time."""
        return rules.last_day(self.due_on, self.due_comparison)

    def is_late(self, moment: datetime) -> bool:
        return rules.is_late(moment, self.due_on, self.due_comparison)


class Indicator(models.Model):
    """A figure that the plan is measured by: what exactly is counted, of whom, from which record. The same code in another year is the same figure.

    The code is the key under which figures are stored (`reports.Metric`). `answer` says what a commune reports; empty where a register is counted.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="indicators", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=32)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    name = models.CharField(_("chỉ số"), max_length=200)
    source = models.CharField(_("nguồn số liệu"), max_length=20, choices=[(source.value, source.value) for source in rules.Source])
    answer = models.CharField(
        _("cách trả lời"), max_length=8, blank=True, choices=[(rules.Answer.YES_NO, _("có hoặc không")), (rules.Answer.RATIO, _("tử số, mẫu số"))]
    )
    combine = models.CharField(
        _("cách gộp"),
        max_length=8,
        default=rules.Combine.SUM,
        choices=[(rules.Combine.SUM, _("cộng tử số và mẫu số")), (rules.Combine.LOWEST, _("lấy mức thấp nhất"))],
    )
    everyone = models.BooleanField(_("mọi xã đều phải có"), default=True, help_text=_("Không: chỉ những xã thuộc phạm vi của chỉ tiêu"))
    declared = models.BooleanField(_("định tính, chỉ khai báo"), default=False, help_text=_("Không tính toán; đơn vị tự khai và chịu trách nhiệm"))
    question = models.CharField(_("câu hỏi cho xã"), max_length=300, blank=True)
    numerator_label = models.CharField(_("tử số là"), max_length=120, blank=True)
    denominator_label = models.CharField(_("mẫu số là"), max_length=120, blank=True)
    definition = models.TextField(_("định nghĩa"))
    population = models.CharField(_("phạm vi"), max_length=120)
    provenance = models.CharField(_("nguồn của định nghĩa"), max_length=200)

    class Meta:
        verbose_name = _("chỉ số")
        verbose_name_plural = _("chỉ số")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicator_code_in_plan"),
            models.CheckConstraint(condition=Q(source__in=[source.value for source in rules.Source]), name="indicator_source_known"),
            models.CheckConstraint(condition=Q(answer="") | Q(source=rules.Source.COMMUNE_REPORT), name="indicator_answered_by_communes"),
        ]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """A measurable target of the plan, with its clause. Two clauses that disagree are two targets, both shown."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="targets", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=8)
    clause = models.CharField(_("điều khoản"), max_length=60)
    name = models.CharField(_("chỉ tiêu"), max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    operator = models.CharField(_("dấu"), max_length=2, choices=[(sign, sign) for sign in rules.OPERATORS])
    value = models.DecimalField(_("mức đề ra"), max_digits=9, decimal_places=2)
    unit = models.CharField(_("đơn vị tính"), max_length=20)
    population = models.CharField(_("phạm vi"), max_length=80)
    level = models.CharField(_("cấp đo"), max_length=8)
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("chỉ số"))
    term = models.CharField(_("kỳ của số liệu"), max_length=4, blank=True, choices=Period.kind.field.choices, help_text=_("Trống: kỳ đang xem"))
    source = models.CharField(_("nguồn số liệu"), max_length=40)
    due = models.CharField(_("thời hạn"), max_length=40, help_text=_("Ngày dạng 2018-12-31, hoặc lời văn của kế hoạch"))
    contradiction = models.TextField(_("mâu thuẫn trong kế hoạch"), blank=True)
    note = models.TextField(_("ghi chú"), blank=True)

    class Meta:
        verbose_name = _("chỉ tiêu")
        verbose_name_plural = _("chỉ tiêu")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="target_code_in_plan"),
            models.CheckConstraint(condition=Q(operator__in=list(rules.OPERATORS)), name="target_operator_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Duty(models.Model):
    """Something that the plan orders somebody to do, with its clause, how often, until when, and the evidence expected.

    `levels` are the levels that owe it, joined by commas (a duty of the provincial departments stands at the province). `due_on` is the last day on time
    of a duty that is due once; `proof` names the record that shows it done by itself.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="duties", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=8)
    clause = models.CharField(_("điều khoản"), max_length=60)
    actor = models.CharField(_("ai làm"), max_length=120)
    text = models.TextField(_("nhiệm vụ"))
    due = models.CharField(_("thời hạn, định kỳ"), max_length=80)
    evidence = models.CharField(_("minh chứng"), max_length=200)
    contradiction = models.TextField(_("mâu thuẫn trong kế hoạch"), blank=True)
    levels = models.CharField(_("cấp thực hiện"), max_length=40, default="commune")
    frequency = models.CharField(
        _("định kỳ"),
        max_length=10,
        default=rules.Frequency.ONCE,
        choices=[
            (rules.Frequency.ONCE, _("một lần")),
            (rules.Frequency.MONTHLY, _("hằng tháng")),
            (rules.Frequency.QUARTERLY, _("hằng quý")),
            (rules.Frequency.PERIOD, _("mỗi kỳ báo cáo")),
            (rules.Frequency.EVENT, _("khi phát sinh")),
        ],
    )
    opens_on = models.DateField(_("làm từ ngày"), null=True, blank=True)
    due_on = models.DateField(_("chậm nhất ngày"), null=True, blank=True)
    due_assumed = models.BooleanField(_("hạn do ta hiểu"), default=False, help_text=_("Kế hoạch không ghi ngày này"))
    condition = models.CharField(_("chỉ áp dụng cho"), max_length=20, blank=True, choices=[(key, key) for key in rules.CONDITIONS])
    proof = models.CharField(_("tự xong khi có"), max_length=20, blank=True, choices=[(key, key) for key in rules.PROOFS])

    class Meta:
        verbose_name = _("nhiệm vụ")
        verbose_name_plural = _("nhiệm vụ")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="duty_code_in_plan"),
            models.CheckConstraint(condition=Q(frequency__in=[one.value for one in rules.Frequency]), name="duty_frequency_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def under(self, unit: Unit) -> "ObservationQuerySet":
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))


class Observation(models.Model):
    """What a commune reported for an indicator and a period: so many of so many; yes is 1 of 1, no is 0 of 1. No row is "no data"."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations", verbose_name=_("chỉ số"))
    period = models.ForeignKey(Period, models.PROTECT, related_name="observations", verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="observations", verbose_name=_("đơn vị"))
    numerator = models.PositiveIntegerField(_("tử số"))
    denominator = models.PositiveIntegerField(_("mẫu số"))
    as_of = models.DateField(_("số liệu đến ngày"))
    evidence = models.CharField(_("nguồn, minh chứng"), max_length=300, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="observations", verbose_name=_("văn bản"))
    version = models.PositiveIntegerField(default=0, editable=False)
    recorded_at = models.DateTimeField(_("ghi lúc"), editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("người ghi"))

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("số liệu xã báo cáo")
        verbose_name_plural = _("số liệu xã báo cáo")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit", "indicator"], name="observation_once"),
            models.CheckConstraint(condition=Q(numerator__lte=F("denominator"), denominator__gte=1), name="observation_part_of_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator_id}: {self.numerator}/{self.denominator}"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def under(self, unit: Unit) -> "ObligationQuerySet":
        """Obligations of the unit and of everything below it."""
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))

    def overdue(self, today: date) -> "ObligationQuerySet":
        """Not done, and the last day on time has passed."""
        return self.filter(state__in=[rules.DutyState.OPEN, rules.DutyState.RETURNED], due_on__lt=today)


class Obligation(models.Model):
    """A duty of one unit for one occurrence ("2018", "2018-03", "2018-Q1", "2018-H1", "e1"). `due_on` is the last day on time; none: not overdue ever.

    `done_on` is the day on which it was done, as the unit says; `late` is decided by it and stays.
    """

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="obligations", verbose_name=_("nhiệm vụ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="obligations", verbose_name=_("đơn vị"))
    occurrence = models.CharField(_("lần"), max_length=10)
    opens_on = models.DateField(_("làm từ ngày"), null=True, blank=True)
    due_on = models.DateField(_("chậm nhất ngày"), null=True, blank=True)
    state = models.CharField(
        _("trạng thái"),
        max_length=8,
        default=rules.DutyState.OPEN,
        choices=[
            (rules.DutyState.OPEN, _("chưa làm")),
            (rules.DutyState.DONE, _("đã làm")),
            (rules.DutyState.RETURNED, _("trả lại")),
            (rules.DutyState.CHECKED, _("đã kiểm tra")),
        ],
    )
    done_on = models.DateField(_("ngày làm xong"), null=True, blank=True)
    late = models.BooleanField(_("trễ hạn"), null=True, blank=True)
    note = models.TextField(_("kết quả"), blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="obligations", verbose_name=_("minh chứng"))
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người báo"))
    remark = models.TextField(_("ý kiến kiểm tra"), blank=True)
    checked_at = models.DateTimeField(_("kiểm tra lúc"), null=True, blank=True)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người kiểm tra"))
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("việc phải làm")
        verbose_name_plural = _("việc phải làm")
        ordering = ["due_on", "duty__code", "occurrence"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "unit", "occurrence"], name="obligation_once"),
            models.CheckConstraint(condition=Q(state__in=[state.value for state in rules.DutyState]), name="obligation_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[rules.DutyState.OPEN, rules.DutyState.RETURNED]) | Q(done_on__isnull=False), name="obligation_done_has_day"
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "due_on"], name="obligation_of_unit")]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.unit_id} {self.occurrence}"


class CalendarFeed(models.Model):
    """The private address of a person's calendar. Only a digest of its secret is kept; whoever lost the address makes a new one, and the old one ends."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("tạo lúc"))

    class Meta:
        verbose_name = _("địa chỉ lịch")
        verbose_name_plural = _("địa chỉ lịch")

    def __str__(self) -> str:
        return str(self.user_id)


# Own small registers, where the plan asks for facts.


class RecordQuerySet(models.QuerySet[models.Model]):
    def under(self, unit: Unit) -> "RecordQuerySet":
        """Rows of the unit and of everything below it."""
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))

    def valid(self) -> "RecordQuerySet":
        """Lines that count: those that nobody has withdrawn."""
        return self.filter(withdrawn_at=None)


class Record(models.Model):
    """A line of a small register: of a unit, with the document that shows it. `version` counts its changes; the ledger holds them.

    A line is never deleted. One that was wrong is withdrawn with a reason: it stays to be read and counts nowhere.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="%(class)ss", verbose_name=_("đơn vị"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("văn bản"))
    note = models.TextField(_("ghi chú"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    recorded_at = models.DateTimeField(_("ghi lúc"), editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("người ghi"))
    withdrawn_at = models.DateTimeField(_("rút lúc"), null=True, blank=True, editable=False)
    withdrawal = models.TextField(_("lý do rút"), blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawal="") | Q(withdrawn_at__isnull=False) & ~Q(withdrawal=""),
                name="%(class)s_withdrawn_with_reason",
            )
        ]


class WorkingRules(Record):
    """Working rules of a commune's People's Committee for a term (III.1.b gạch 2). `outstanding`: not yet reviewed when the plan was signed."""

    term = models.CharField(_("nhiệm kỳ"), max_length=9, default="2016-2021")
    outstanding = models.BooleanField(_("chưa rà soát khi ban hành kế hoạch"), default=False)
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("quy chế làm việc")
        verbose_name_plural = _("quy chế làm việc")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "term"], condition=Q(withdrawn_at=None), name="working_rules_once_a_term"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.term}"


class Dialogue(Record):
    """A conference at which a commune's government answers its people (III.8 gạch 4): December 2018, summed up in February 2019."""

    held_on = models.DateField(_("ngày tổ chức"))
    attendees = models.PositiveIntegerField(_("số người dự"))
    opinions = models.PositiveIntegerField(_("số ý kiến"))
    answered = models.PositiveIntegerField(_("số ý kiến đã trả lời"))
    summed_up_on = models.DateField(_("ngày báo cáo tổng hợp"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("hội nghị đối thoại")
        verbose_name_plural = _("hội nghị đối thoại")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "held_on"], condition=Q(withdrawn_at=None), name="dialogue_once_a_day"),
            models.CheckConstraint(condition=Q(answered__lte=F("opinions")), name="dialogue_answers_within_opinions"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.held_on}"


class Apology(Record):
    """An apology that is owed to people (III.9 gạch 3): what happened, when, how late, and whether it was made. No names of citizens or officials."""

    WRONG, LATE, CONDUCT = "wrong", "late", "conduct"

    happened_on = models.DateField(_("ngày xảy ra"))
    fault = models.CharField(
        _("sai phạm"), max_length=8, choices=[(WRONG, _("giải quyết sai")), (LATE, _("giải quyết chậm")), (CONDUCT, _("cửa quyền, sách nhiễu"))]
    )
    subject = models.CharField(_("việc gì"), max_length=300, help_text=_("Không ghi tên người dân, tên cán bộ"))
    days_late = models.PositiveSmallIntegerField(_("số ngày chậm"), null=True, blank=True)
    letter_on = models.DateField(_("ngày gửi thư xin lỗi"), null=True, blank=True)
    visited_on = models.DateField(_("ngày đến nhà xin lỗi"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("xin lỗi nhân dân")
        verbose_name_plural = _("xin lỗi nhân dân")

    def __str__(self) -> str:
        return self.subject


class Complaints(Record):
    """Complaints or denunciations of a commune in a period, counted (III.8 gạch 3). Pending: carried over and received, less settled."""

    COMPLAINT, DENUNCIATION, PETITION = "complaint", "denunciation", "petition"

    period = models.ForeignKey(Period, models.PROTECT, related_name="complaints", verbose_name=_("kỳ"))
    kind = models.CharField(
        _("loại đơn"), max_length=12, choices=[(COMPLAINT, _("khiếu nại")), (DENUNCIATION, _("tố cáo")), (PETITION, _("kiến nghị, phản ánh"))]
    )
    carried_over = models.PositiveIntegerField(_("kỳ trước chuyển sang"), default=0)
    received = models.PositiveIntegerField(_("nhận trong kỳ"))
    settled = models.PositiveIntegerField(_("đã giải quyết"))

    class Meta(Record.Meta):
        verbose_name = _("khiếu nại, tố cáo")
        verbose_name_plural = _("khiếu nại, tố cáo")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "period", "kind"], condition=Q(withdrawn_at=None), name="complaints_once_a_period"),
            models.CheckConstraint(condition=Q(settled__lte=F("carried_over") + F("received")), name="complaints_settled_within_received"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period_id} {self.kind}"

    @property
    def pending(self) -> int:
        """How many wait at the end of the period."""
        return self.carried_over + self.received - self.settled


class Difficulty(Record):
    """An obstacle that a unit raises in writing (last paragraph of section IV): routed to the level that can answer, answered, counted."""

    raised_on = models.DateField(_("ngày nêu"))
    clause = models.CharField(_("điều khoản, chỉ tiêu liên quan"), max_length=60, blank=True)
    text = models.TextField(_("vướng mắc"))
    routed_to = models.ForeignKey(Unit, models.PROTECT, related_name="difficulties_to_answer", editable=False, verbose_name=_("nơi trả lời"))
    answer = models.TextField(_("trả lời"), blank=True)
    answered_on = models.DateField(_("ngày trả lời"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người trả lời"))

    class Meta(Record.Meta):
        verbose_name = _("vướng mắc")
        verbose_name_plural = _("vướng mắc")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="") | Q(answered_on__isnull=False) & ~Q(answer=""), name="difficulty_answered_in_words"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
