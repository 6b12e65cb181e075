"""Users: one person or one API client, one role, one unit. Who acts for whom, from which day to which."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.rules import LEVELS, SECOND_FACTOR_ROLES, Role
from communes.models import Document, Unit
from communes.rules import Level
from ledger import services as ledger


class PortalUserManager(UserManager["User"]):
    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator of the province, unless told otherwise: the first user of a new portal, before there is a page to choose on."""
        fields.setdefault("role", Role.PROVINCE_ADMIN)
        fields.setdefault("unit", Unit.objects.filter(level=Level.PROVINCE).latest("valid_from"))
        with transaction.atomic():
            user = super().create_superuser(username, email, password, **fields)
            powers = {"role": [None, str(user.role)], "superuser": [None, True]}
            ledger.record(act="create", kind="user", key=str(user.pk), actor=None, data=powers, unit=user.unit_id)
        return user


class User(AbstractUser):
    """A person or an API client. Sees only what is under its unit; what it may do there follows from its role.

    `is_staff` (the administration site) follows from the role too; `has_second_factor` is there for users from `selectors.people`.
    """

    has_second_factor: bool

    role = models.CharField(
        _("vai trò"),
        max_length=20,
        choices=[
            (Role.COMMUNE_ENTRY, _("Xã: nhập điểm")),
            (Role.COMMUNE_SIGNATORY, _("Xã: ký gửi")),
            (Role.DISTRICT_APPRAISER, _("Huyện: thẩm định")),
            (Role.PROVINCE_OFFICER, _("Tỉnh: duyệt")),
            (Role.PROVINCE_ADMIN, _("Tỉnh: quản trị")),
            (Role.LEADER, _("Lãnh đạo: chỉ xem")),
            (Role.API_CLIENT, _("Phần mềm lấy số liệu")),
        ],
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="users", verbose_name=_("đơn vị"))
    is_demo = models.BooleanField(_("minh họa"), default=False, editable=False)

    objects: ClassVar[PortalUserManager] = PortalUserManager()

    REQUIRED_FIELDS = ["email"]

    class Meta(AbstractUser.Meta):
        verbose_name = _("người dùng")  # type: ignore[assignment]
        verbose_name_plural = _("người dùng")  # type: ignore[assignment]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(is_staff=True) & (Q(role=Role.PROVINCE_ADMIN) | Q(is_superuser=True))
                | Q(is_staff=False, is_superuser=False) & ~Q(role=Role.PROVINCE_ADMIN),
                name="user_staff_follows_role",
            ),
        ]
        indexes = [models.Index(fields=["is_demo"], condition=Q(is_demo=True), name="user_is_demo")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """The name as Vietnamese write it: family and middle name (`last_name`), then the given name."""
        return f"{self.last_name} {self.first_name}".strip()

    def save(self, *args: object, **kwargs: object) -> None:
        self.is_staff = self._administers()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Raise ValidationError when the unit is of a level at which the role does not serve."""
        super().clean()
        self.is_staff = self._administers()
        if self.role and self.unit_id and self.unit.level not in LEVELS[Role(self.role)]:
            words = gettext("Vai trò “%(role)s” không phục vụ ở cấp %(level)s: chọn đơn vị khác hoặc vai trò khác.")
            raise ValidationError({"unit": words % {"role": self.get_role_display(), "level": self.unit.get_level_display()}})

    @property
    def needs_second_factor(self) -> bool:
        """Whether the user needs a second factor where it is required (settings.MFA_REQUIRED)."""
        return self.is_superuser or self.role in SECOND_FACTOR_ROLES

    def _administers(self) -> bool:
        return self.is_superuser or self.role == Role.PROVINCE_ADMIN


class Delegation(models.Model):
    """An acting officer: `deputy` may do what the role of `principal` may, in the same unit, from the first day to the last, both counted.

    Never changed: one that ends before its last day is ended, and stays to be read.
    """

    principal = models.ForeignKey(User, models.PROTECT, related_name="delegated", verbose_name=_("người được làm thay"))
    deputy = models.ForeignKey(User, models.PROTECT, related_name="acting", verbose_name=_("người làm thay"))
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến hết ngày"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("văn bản ủy quyền"))
    recorded_at = models.DateTimeField(_("ghi lúc"), editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name=_("người ghi"))
    ended_at = models.DateTimeField(_("thôi lúc"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("ủy quyền làm thay")
        verbose_name_plural = _("ủy quyền làm thay")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(deputy=F("principal")), name="delegation_to_another"),
        ]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="delegation_of_deputy")]

    def __str__(self) -> str:
        return f"{self.deputy_id}/{self.principal_id}"
