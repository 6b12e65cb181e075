"""District reports, rollups, editions of the figures and the documents written from them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from communes.models import Document, Unit, Upload
from plan2018.models import Indicator, Period
from reports import rules


class ReportQuerySet(models.QuerySet["Report"]):
    def under(self, unit: Unit) -> "ReportQuerySet":
        """Reports of the unit and of everything below it."""
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk))

    def filed(self) -> "ReportQuerySet":
        """Those that have been filed, also if they went back since."""
        return self.filter(filed_at__isnull=False)


class Report(models.Model):
    """What a district reports: for a period (section IV.2) or on its dialogue conferences (section III.8).

    The row begins with the first thing that a district enters; `filed_at`, `late` belong to the first filing and stay. `remarks` are what the province
    asks to mend: [commune code, indicator code, words] (empty codes: the whole report). `explanation` answers what the check warned of.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="reports", verbose_name=_("kỳ"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reports", verbose_name=_("đơn vị"))
    kind = models.CharField(
        _("loại báo cáo"), max_length=8, default=rules.ReportKind.PERIOD, choices=[(kind.value, kind.value) for kind in rules.ReportKind]
    )
    state = models.CharField(
        _("trạng thái"), max_length=8, default=rules.ReportState.DRAFT, choices=[(state.value, state.value) for state in rules.ReportState]
    )
    number = models.CharField(_("số, ký hiệu"), max_length=40, blank=True)
    dated = models.DateField(_("ngày văn bản"), null=True, blank=True)
    scan = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("bản ký, quét"))
    narrative = models.JSONField(_("phần lời văn"), default=dict, blank=True)
    difficulties = models.JSONField(_("vướng mắc, đề nghị"), default=list, blank=True)
    explanation = models.TextField(_("giải thích"), blank=True)
    remarks = models.JSONField(_("ý kiến của tỉnh"), default=list, blank=True)
    filed_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gửi"))
    late = models.BooleanField(_("trễ hạn"), null=True, blank=True)
    extended_to = models.DateField(_("gia hạn đến hết ngày"), null=True, blank=True)
    extension_reason = models.CharField(_("lý do gia hạn"), max_length=300, blank=True)
    extended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gia hạn"))
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo của huyện")
        verbose_name_plural = _("báo cáo của huyện")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit", "kind"], name="report_once_a_period"),
            models.CheckConstraint(condition=Q(state__in=[state.value for state in rules.ReportState]), name="report_state_known"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in rules.ReportKind]), name="report_kind_known"),
            models.CheckConstraint(
                condition=Q(filed_at=None, late=None, state=rules.ReportState.DRAFT)
                | Q(filed_at__isnull=False, late__isnull=False, dated__isnull=False) & ~Q(number=""),
                name="report_filed_with_number",
            ),
            models.CheckConstraint(condition=Q(extended_to=None) | ~Q(extension_reason=""), name="report_extended_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.period}"


class Figure(models.Model):
    """What a district reports of one commune and one indicator: so many of so many. No row is "no data".

    `cell` is where it stood in the workbook `source` ("Số liệu!G12"); both are empty for what was typed on the page.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="figures", verbose_name=_("báo cáo"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="figures", verbose_name=_("đơn vị"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures", verbose_name=_("chỉ số"))
    numerator = models.PositiveIntegerField(_("tử số"))
    denominator = models.PositiveIntegerField(_("mẫu số"))
    source = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("tệp"))
    cell = models.CharField(_("ô"), max_length=40, blank=True)
    recorded_at = models.DateTimeField(_("ghi lúc"))
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người ghi"))

    class Meta:
        verbose_name = _("số liệu huyện báo cáo")
        verbose_name_plural = _("số liệu huyện báo cáo")
        constraints = [
            models.UniqueConstraint(fields=["report", "unit", "indicator"], name="figure_once"),
            models.CheckConstraint(condition=Q(numerator__lte=F("denominator"), denominator__gte=1), name="figure_part_of_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator_id}: {self.numerator}/{self.denominator}"


class ReportVersion(models.Model):
    """A report as it stood when a workbook was taken or the report was filed: numbered, never changed.

    `content`: {"figures": {"03127/procedures.posted": [numerator, denominator, cell]}, "narrative": {...}, "difficulties": [...]}; `digest` is that
    of the figures, printed on the cover sheet.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", verbose_name=_("báo cáo"))
    number = models.PositiveIntegerField(_("lần"))
    act = models.CharField(_("việc"), max_length=8, choices=[("upload", _("nhận tệp")), ("file", _("gửi báo cáo"))])
    source = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tệp"))
    content = models.JSONField(_("nội dung"))
    digest = models.CharField(_("mã số liệu"), max_length=64)
    made_at = models.DateTimeField(_("lúc"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người làm"))

    class Meta:
        verbose_name = _("bản của báo cáo")
        verbose_name_plural = _("bản của báo cáo")
        ordering = ["report", "-number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_version_numbered")]

    def __str__(self) -> str:
        return f"{self.report}, {self.number}"


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


class Edition(models.Model):
    """The figures of a period as they were published: a numbered copy of every figure of every unit that is never changed.

    Word and Excel documents are written from an edition, so that text and annexes cannot disagree. `content` is what `editions.snapshot` gives.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="editions", verbose_name=_("kỳ"))
    number = models.PositiveIntegerField(_("lần"))
    final = models.BooleanField(_("chính thức"))
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    content = models.JSONField(_("nội dung"))
    digest = models.CharField(_("mã số liệu"), max_length=64)
    made_at = models.DateTimeField(_("lúc"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))

    class Meta:
        verbose_name = _("ấn bản số liệu")
        verbose_name_plural = _("ấn bản số liệu")
        ordering = ["period", "-number"]
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="edition_numbered")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.number}"


class Template(models.Model):
    """The .docx that a kind of document is written with: the newest one in use. It is tried on real figures before it is taken."""

    kind = models.CharField(_("loại văn bản"), max_length=16)
    file = models.FileField(_("tệp"), max_length=200)
    name = models.CharField(_("tên tệp"), max_length=120)
    digest = models.CharField(max_length=64, help_text="SHA-256")
    made_at = models.DateTimeField(_("tải lên lúc"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người tải lên"))

    class Meta:
        verbose_name = _("mẫu văn bản")
        verbose_name_plural = _("mẫu văn bản")
        ordering = ["kind", "-made_at"]

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A document that the portal writes from an edition, by a job (its key is the id of the row); kept as it was written, handed out by access checks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("loại văn bản"), max_length=16)
    format = models.CharField(_("định dạng"), max_length=4, choices=[("docx", "Word"), ("xlsx", "Excel"), ("pdf", "PDF")])
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="papers", verbose_name=_("ấn bản số liệu"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="papers", verbose_name=_("đơn vị"))
    details = models.JSONField(_("thể thức"), default=dict, blank=True)
    file = models.FileField(_("tệp"), max_length=200, blank=True)
    size = models.PositiveIntegerField(_("cỡ tệp"), default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    asked_at = models.DateTimeField(_("yêu cầu lúc"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người yêu cầu"))
    written_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("văn bản in ra")
        verbose_name_plural = _("văn bản in ra")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.edition_id} {self.unit_id}"
