"""District reports and rollups."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communes.models import Unit
from plan2018.models import Period


class Report(models.Model):
    """A district's report for a period (section IV.2), from the moment it is filed. Late is decided once, when it is filed."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="reports", verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reports", verbose_name=_("đơn vị"))
    number = models.CharField(_("số, ký hiệu"), max_length=40)
    dated = models.DateField(_("ngày văn bản"))
    filed_at = models.DateTimeField(_("gửi lúc"))
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    late = models.BooleanField(_("trễ hạn"))

    class Meta:
        verbose_name = _("báo cáo của huyện")
        verbose_name_plural = _("báo cáo của huyện")
        constraints = [models.UniqueConstraint(fields=["period", "unit"], name="report_once_a_period")]

    def __str__(self) -> str:
        return f"{self.unit}, {self.period}"


class Standing(models.Model):
    """The place of one commune in the ranking of a period: its approved total, class and title as they were when the period was filled."""

    pk = models.CompositePrimaryKey("period_id", "unit_id")
    # Derived rows, rewritten by every fill from rows that hold the real foreign keys: checking them again would double the price of a fill.
    period = models.ForeignKey(Period, models.CASCADE, related_name="standings", db_constraint=False, db_index=False, verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="standings", db_constraint=False, db_index=False, verbose_name=_("đơn vị"))
    rank = models.PositiveIntegerField(_("thứ hạng"), help_text=_("Trong tỉnh; bằng điểm thì cùng hạng (1, 2, 2, 4)"))
    total = models.DecimalField(_("tổng điểm"), max_digits=7, decimal_places=2)
    max_total = models.DecimalField(_("thang điểm"), max_digits=7, decimal_places=2)
    grade = models.CharField(_("hạng"), max_length=8)
    clean_strong = models.BooleanField(_("Trong sạch, vững mạnh"))

    class Meta:
        verbose_name = _("thứ hạng")
        verbose_name_plural = _("bảng xếp hạng")

    def __str__(self) -> str:
        return f"{self.rank}. {self.unit_id}"


class Metric(models.Model):
    """One figure of a unit in one period: a numerator over a denominator, its value, the lowest and highest of its parts, and how many parts there are.

    Replaced whole by `services.fill`. A parent's row is the sum of its children's. No row means no data, never zero. `value` is the share in percent
    for counts and the total score, the mean in points for `criterion.*`, the lowest part where an indicator is combined so, the actual for `target.*`;
    `met` is for targets. `parts` counts the communes (for reports the districts) that stand behind the figure. Communes have rows for the plan's own
    indicators alone: what their form says is not stored twice.
    """

    pk = models.CompositePrimaryKey("period_id", "unit_id", "indicator")
    period = models.ForeignKey(Period, models.CASCADE, related_name="metrics", db_constraint=False, db_index=False, verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="metrics", db_constraint=False, db_index=False, verbose_name=_("đơn vị"))
    indicator = models.CharField(_("chỉ số"), max_length=32)
    numerator = models.DecimalField(_("tử số"), max_digits=14, decimal_places=2)
    denominator = models.DecimalField(_("mẫu số"), max_digits=14, decimal_places=2)
    value = models.DecimalField(_("giá trị"), max_digits=14, decimal_places=4)
    low = models.DecimalField(_("thấp nhất"), max_digits=9, decimal_places=2, null=True)
    high = models.DecimalField(_("cao nhất"), max_digits=9, decimal_places=2, null=True)
    met = models.BooleanField(_("đạt"), null=True)
    parts = models.PositiveIntegerField(_("số đơn vị đã có số liệu"), db_default=1)

    class Meta:
        verbose_name = _("số liệu tổng hợp")
        verbose_name_plural = _("số liệu tổng hợp")

    def __str__(self) -> str:
        return f"{self.period_id} {self.unit_id} {self.indicator}"


class Rollup(models.Model):
    """The state of a period's figures: when they were filled, from how many ledger entries, with which digest of the inputs."""

    period = models.OneToOneField(Period, models.CASCADE, primary_key=True, related_name="rollup", verbose_name=_("kỳ"))
    filled_at = models.DateTimeField(_("tổng hợp lúc"))
    entries = models.PositiveIntegerField(_("số dòng nhật ký đã tính"))
    digest = models.CharField(_("mã băm đầu vào"), max_length=64)

    class Meta:
        verbose_name = _("lần tổng hợp")
        verbose_name_plural = _("lần tổng hợp")
        constraints = [models.CheckConstraint(condition=Q(entries__gte=0), name="rollup_entries_counted")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.filled_at:%Y-%m-%d %H:%M}"
