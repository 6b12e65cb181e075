"""Users: one person or one API client, one role, one unit."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.rules import Role
from communes.models import Unit


class User(AbstractUser):
    """A person or an API client. Sees only what is under its unit; what it may do there follows from its role."""

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

    REQUIRED_FIELDS = ["email", "role", "unit"]

    class Meta(AbstractUser.Meta):
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        constraints = [models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="user_role_known")]
        indexes = [models.Index(fields=["is_demo"], condition=Q(is_demo=True), name="user_is_demo")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username
