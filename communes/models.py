"""Administrative units, dated."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communes.rules import KINDS, Level, fold, sort_key


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
