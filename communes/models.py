"""Administrative units, dated; and their registers: officials, offices and equipment, what a commune is like, documents, uploaded files."""

import uuid
from datetime import date

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communes.rules import KINDS, Level, clean_name, fold, name_key, person_key, sort_key
from communes.standards import TITLES, Education, Gap, Kind, Qualification, Theory, missing, until


class UnitQuerySet(models.QuerySet["Unit"]):
    def on(self, day: date) -> "UnitQuerySet":
        """Units in force on this day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def under(self, unit: "Unit") -> "UnitQuerySet":
        """The unit itself and everything below it: the scope of whoever serves it."""
        return self.filter(Q(pk=unit.pk) | Q(parent=unit.pk) | Q(parent__parent=unit.pk))

    def communes(self) -> "UnitQuerySet":
        return self.filter(level=Level.COMMUNE)

    def districts(self) -> "UnitQuerySet":
        return self.filter(level=Level.DISTRICT)


class Unit(models.Model):
    """A province, district or commune between two dates. Its key is (code, valid_from): codes were used again for other communes in 2025.

    `valid_to` is the first day on which the unit is no longer in force; empty while it is.
    """

    code = models.CharField(_("mã"), max_length=8, help_text=_("Mã của Tổng cục Thống kê, giữ số 0 ở đầu"))
    level = models.CharField(_("cấp"), max_length=8, choices=[(Level.PROVINCE, _("tỉnh")), (Level.DISTRICT, _("huyện")), (Level.COMMUNE, _("xã"))])
    kind = models.CharField(_("loại"), max_length=10, choices=[(value, label) for label, value in KINDS.items()])
    name = models.CharField(_("tên"), max_length=80)
    full_name = models.CharField(_("tên đầy đủ"), max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("thuộc"))
    valid_from = models.DateField(_("có hiệu lực từ"))
    valid_to = models.DateField(_("hết hiệu lực từ"), null=True, blank=True)
    outline = models.TextField(_("ranh giới"), blank=True, help_text=_("Đường SVG trong khung 720 x 880, chỉ để minh họa"))
    sort_key = models.CharField(max_length=250, editable=False)
    search_key = models.CharField(max_length=100, editable=False)
    provenance = models.CharField(_("nguồn"), max_length=200, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("đơn vị hành chính")
        verbose_name_plural = _("đơn vị hành chính")
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_and_start"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="unit_ends_after_start"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent=None) | Q(level__in=[Level.DISTRICT, Level.COMMUNE], parent__isnull=False),
                name="unit_below_has_parent",
            ),
        ]
        indexes = [models.Index(fields=["level", "sort_key"], name="unit_by_name")]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.sort_key, self.search_key = sort_key(self.name), fold(self.full_name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class DatedQuerySet(models.QuerySet[models.Model]):
    def on(self, day: "date | models.Expression") -> "DatedQuerySet":
        """Rows that hold on this day."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    def under(self, unit: Unit) -> "DatedQuerySet":
        """Rows of the unit and of everything below it."""
        return self.filter(Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))


class Dated(models.Model):
    """What a register says of a commune between two days. Never changed: a change closes the row and writes another, so the register of any day stays.

    `until` is the first day on which the row no longer holds; a row that was put right on its first day is empty (until = since) and counts nowhere.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="%(class)ss", verbose_name=_("đơn vị"))
    since = models.DateField(_("số liệu từ ngày"))
    until = models.DateField(_("đến trước ngày"), null=True, blank=True, editable=False)
    recorded_at = models.DateTimeField(_("ghi lúc"), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("người ghi")
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


class Official(Dated):
    """A person in a title of a commune (section III.4). Personal data: read by those who keep the register, counted for everybody else.

    `person` joins the rows of one person; `missing` and `meets_standards` follow from the levels by `standards.missing` and are stored to be counted.
    """

    person = models.UUIDField(default=uuid.uuid4, editable=False)
    full_name = models.CharField(_("họ và tên"), max_length=80)
    name_key = models.CharField(max_length=80, editable=False, help_text="NFC, lower case, single spaces: with the day of birth it tells a person")
    sort_key = models.CharField(max_length=200, editable=False, help_text="by given name, as people are listed")
    born_on = models.DateField(_("ngày sinh"))
    title = models.CharField(_("chức danh"), max_length=20, choices=[(slug, title.label) for slug, title in TITLES.items()])
    concurrent_title = models.CharField(_("kiêm nhiệm"), max_length=20, blank=True, choices=[(slug, title.label) for slug, title in TITLES.items()])
    kind = models.CharField(
        _("loại"),
        max_length=14,
        editable=False,
        choices=[(Kind.CADRE, _("cán bộ")), (Kind.CIVIL_SERVANT, _("công chức")), (Kind.PART_TIME, _("không chuyên trách"))],
    )
    education = models.PositiveSmallIntegerField(
        _("trình độ văn hóa"),
        choices=[(Education.PRIMARY, _("Tiểu học")), (Education.LOWER_SECONDARY, _("THCS")), (Education.UPPER_SECONDARY, _("THPT"))],
    )
    qualification = models.PositiveSmallIntegerField(
        _("trình độ chuyên môn"),
        choices=[
            (Qualification.NONE, _("Chưa qua đào tạo")),
            (Qualification.ELEMENTARY, _("Sơ cấp")),
            (Qualification.INTERMEDIATE, _("Trung cấp")),
            (Qualification.COLLEGE, _("Cao đẳng")),
            (Qualification.UNIVERSITY, _("Đại học")),
            (Qualification.POSTGRADUATE, _("Sau đại học")),
        ],
    )
    theory = models.PositiveSmallIntegerField(
        _("lý luận chính trị"),
        choices=[
            (Theory.NONE, _("Chưa bồi dưỡng")),
            (Theory.ELEMENTARY, _("Sơ cấp")),
            (Theory.INTERMEDIATE, _("Trung cấp")),
            (Theory.ADVANCED, _("Cao cấp")),
        ],
    )
    appointed_on = models.DateField(_("ngày tuyển dụng, bầu, bổ nhiệm"), null=True, blank=True)
    retires_on = models.DateField(_("ngày đến tuổi nghỉ hưu"), null=True, blank=True)
    declared_gaps = models.CharField(
        _("tiêu chuẩn tuyển dụng còn nợ"), max_length=60, blank=True, help_text=_("Của công chức, theo Thông tư 06/2012/TT-BNV")
    )
    missing = models.CharField(_("tiêu chuẩn còn thiếu"), max_length=120, blank=True, editable=False)
    missing_until = models.DateField(_("hoàn thiện trước ngày"), null=True, blank=True)
    meets_standards = models.BooleanField(_("đạt chuẩn"), editable=False)

    class Meta:
        verbose_name = _("cán bộ, công chức")
        verbose_name_plural = _("cán bộ, công chức")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="official_ends_after_start"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="official_kind_known"),
            models.CheckConstraint(condition=Q(title__in=list(TITLES)), name="official_title_known"),
            models.CheckConstraint(
                condition=Q(education__range=(1, 3), qualification__range=(0, 5), theory__range=(0, 3)), name="official_levels_known"
            ),
            models.UniqueConstraint(fields=["unit", "name_key", "born_on"], condition=Q(until=None), name="official_once_in_commune"),
            models.UniqueConstraint(fields=["person"], condition=Q(until=None), name="official_one_row_now"),
        ]
        indexes = [
            models.Index(fields=["unit", "sort_key"], name="official_by_name"),
            models.Index(fields=["name_key", "born_on"], name="official_twins"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.derive()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def derive(self) -> None:
        """Work out what follows from the other columns. For rows that are written in bulk; `save` does it by itself.

        A civil servant who lacks something and has no day to make it up by gets the one of RL17, if the day of recruitment is known.
        """
        self.full_name = clean_name(self.full_name)
        self.name_key, self.sort_key = name_key(self.full_name), person_key(self.full_name)
        self.kind = TITLES[self.title].kind
        declared = [Gap(gap) for gap in self.declared_gaps.split(",") if gap]
        lacking = missing(Kind(self.kind), Education(self.education), Qualification(self.qualification), Theory(self.theory), declared)
        self.missing, self.meets_standards = ",".join(lacking), not lacking
        self.missing_until = until(Kind(self.kind), lacking, self.appointed_on, self.missing_until)

    @property
    def gaps(self) -> list[Gap]:
        """What is missing, in order."""
        return [Gap(gap) for gap in self.missing.split(",") if gap]


class Office(Dated):
    """The office building and equipment of a commune (section II.2 gạch 8, III.5)."""

    SOLID, SEMI_SOLID, TEMPORARY, NONE = "solid", "semi_solid", "temporary", "none"

    construction = models.CharField(
        _("trụ sở"),
        max_length=10,
        choices=[(SOLID, _("Kiên cố")), (SEMI_SOLID, _("Bán kiên cố")), (TEMPORARY, _("Tạm")), (NONE, _("Chưa có trụ sở"))],
    )
    floor_area = models.DecimalField(_("diện tích làm việc (m²)"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    norm_area = models.DecimalField(
        _("diện tích theo định mức (m²)"),
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(1)],
        help_text=_("Theo tiêu chuẩn, định mức áp dụng cho xã; kế hoạch không ghi con số"),
    )
    internet_computers = models.PositiveSmallIntegerField(_("máy tính nối Internet"))
    printers = models.PositiveSmallIntegerField(_("máy in"))
    copiers = models.PositiveSmallIntegerField(_("máy photo"))
    telephone = models.CharField(_("điện thoại liên hệ"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("trụ sở, trang thiết bị")
        verbose_name_plural = _("trụ sở, trang thiết bị")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="office_ends_after_start"),
            models.CheckConstraint(condition=Q(floor_area__range=(0, 999999), norm_area__range=(1, 999999)), name="office_areas_plausible"),
            models.UniqueConstraint(fields=["unit"], condition=Q(until=None), name="office_one_row_now"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_construction_display()}"


class Profile(Dated):
    """What a commune is like, as far as the plan asks: flags, villages and their heads (III.3), how people reach it (III.2, III.8)."""

    ntm_pilot = models.BooleanField(_("xã điểm nông thôn mới"), default=False)
    key_area = models.BooleanField(_("địa bàn xung yếu"), default=False)
    border = models.BooleanField(_("xã biên giới"), default=False)
    villages = models.PositiveSmallIntegerField(_("số thôn, bản, tổ dân phố"))
    village_heads = models.PositiveSmallIntegerField(_("số thôn, bản có trưởng thôn"))
    concurrent_posts = models.PositiveSmallIntegerField(_("số chức danh kiêm nhiệm ở thôn, bản"), default=0)
    suggestion_box = models.BooleanField(_("có hòm thư góp ý"), default=False)
    feedback_telephone = models.CharField(_("số điện thoại nhận phản ánh"), max_length=40, blank=True)
    reception_schedule = models.CharField(_("lịch tiếp công dân"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("đặc điểm xã")
        verbose_name_plural = _("đặc điểm xã")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="profile_ends_after_start"),
            models.CheckConstraint(condition=Q(village_heads__lte=F("villages")), name="profile_heads_within_villages"),
            models.UniqueConstraint(fields=["unit"], condition=Q(until=None), name="profile_one_row_now"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class DocumentQuerySet(models.QuerySet["Document"]):
    def under(self, unit: Unit) -> "DocumentQuerySet":
        """What a unit and those below it have issued, and what nobody here has issued (laws, decisions of the province): that is for everybody."""
        return self.filter(Q(unit=None) | Q(unit=unit.pk) | Q(unit__parent=unit.pk) | Q(unit__parent__parent=unit.pk))


class Document(models.Model):
    """A decision, plan, report, minutes: cited by the plan, or issued by a unit and shown as evidence. `unit` is empty for those of everybody."""

    DECISION, PLAN, REPORT, MINUTES, NOTICE, LAW, OTHER = "decision", "plan", "report", "minutes", "notice", "law", "other"

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("đơn vị"))
    kind = models.CharField(
        _("loại văn bản"),
        max_length=8,
        choices=[
            (DECISION, _("Quyết định")),
            (PLAN, _("Kế hoạch")),
            (REPORT, _("Báo cáo")),
            (MINUTES, _("Biên bản")),
            (NOTICE, _("Thông báo")),
            (LAW, _("Luật, nghị định, thông tư, chỉ thị")),
            (OTHER, _("Văn bản khác")),
        ],
    )
    number = models.CharField(_("số, ký hiệu"), max_length=40, help_text=_("Ví dụ: 34/2011/QĐ-UBND"))
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    issuer = models.CharField(_("cơ quan ban hành"), max_length=120)
    title = models.CharField(_("trích yếu"), max_length=300)
    cited_in = models.CharField(_("nơi dẫn"), max_length=120, blank=True, help_text=_("Điều khoản của kế hoạch dẫn văn bản này"))
    provenance = models.CharField(_("nguồn"), max_length=200, blank=True)
    file = models.FileField(_("tệp"), max_length=200, blank=True)
    file_name = models.CharField(_("tên tệp"), max_length=120, blank=True, editable=False)
    file_size = models.PositiveIntegerField(_("cỡ tệp"), default=0, editable=False)
    file_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256")
    recorded_at = models.DateTimeField(_("ghi lúc"), editable=False, null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("người ghi")
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("văn bản")
        verbose_name_plural = _("văn bản")
        ordering = ["-issued_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number", "issued_on"], name="document_once_a_unit"),
            models.UniqueConstraint(fields=["number", "issuer"], condition=Q(unit=None), name="document_once_for_everybody"),
        ]

    def __str__(self) -> str:
        return self.number


class Upload(models.Model):
    """A file that somebody sent to a register: checked first (nothing is written), then taken whole or not at all. The file itself stays as it came."""

    QUEUED, READY, REFUSED, TAKEN, DROPPED = "queued", "ready", "refused", "taken", "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    register = models.CharField(_("sổ"), max_length=16)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="uploads", verbose_name=_("đơn vị"))
    since = models.DateField(_("số liệu từ ngày"))
    file = models.FileField(_("tệp"), max_length=200)
    name = models.CharField(_("tên tệp"), max_length=120)
    size = models.PositiveIntegerField(_("cỡ tệp"))
    digest = models.CharField(max_length=64, help_text="SHA-256")
    state = models.CharField(
        _("trạng thái"),
        max_length=8,
        default=QUEUED,
        choices=[
            (QUEUED, _("đang kiểm tra")),
            (READY, _("chờ xác nhận")),
            (REFUSED, _("có lỗi")),
            (TAKEN, _("đã ghi")),
            (DROPPED, _("đã bỏ")),
        ],
    )
    findings = models.JSONField(_("kết quả kiểm tra"), default=dict, blank=True)
    uploaded_at = models.DateTimeField(_("tải lên lúc"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người tải lên"))
    finished_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("tệp tải lên")
        verbose_name_plural = _("tệp tải lên")
        indexes = [models.Index(fields=["unit", "-uploaded_at"], name="upload_of_unit")]

    def __str__(self) -> str:
        return self.name
