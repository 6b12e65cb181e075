"""A yearly plan as data: periods, targets, duties. The plan of another year is rows, not code."""

from datetime import date, datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plan2018 import rules


class Plan(models.Model):
    """A plan of the provincial People's Committee for one year, such as Plan 495/KH-UBND of 5 March 2018."""

    year = models.PositiveSmallIntegerField(_("năm"), unique=True, validators=[MinValueValidator(2011)])
    number = models.CharField(_("số, ký hiệu"), max_length=40)
    title = models.CharField(_("trích yếu"), max_length=300)
    issued_on = models.DateField(_("ngày ban hành"))
    issuer = models.CharField(_("cơ quan ban hành"), max_length=120)
    provenance = models.CharField(_("nguồn"), max_length=200)

    class Meta:
        verbose_name = _("kế hoạch")
        verbose_name_plural = _("kế hoạch")

    def __str__(self) -> str:
        return f"Kế hoạch {self.number}"


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
    """Something that the plan orders somebody to do, with its clause and the evidence expected."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="duties", verbose_name=_("kế hoạch"))
    code = models.CharField(_("mã"), max_length=8)
    clause = models.CharField(_("điều khoản"), max_length=60)
    actor = models.CharField(_("ai làm"), max_length=120)
    text = models.TextField(_("nhiệm vụ"))
    due = models.CharField(_("thời hạn, định kỳ"), max_length=80)
    evidence = models.CharField(_("minh chứng"), max_length=200)
    contradiction = models.TextField(_("mâu thuẫn trong kế hoạch"), blank=True)

    class Meta:
        verbose_name = _("nhiệm vụ")
        verbose_name_plural = _("nhiệm vụ")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="duty_code_in_plan")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
