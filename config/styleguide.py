"""The style guide: every token, component and state, drawn with the tags and parts that the pages use. Served under DEBUG only."""

from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from scoring.rules import Grade, State

TOKENS = [
    ("paper", _("Nền trang")),
    ("sheet", _("Ô nhập")),
    ("sunk", _("Nền lặng")),
    ("ink", _("Chữ, đường đậm")),
    ("ink-2", _("Chữ phụ")),
    ("line", _("Đường mảnh")),
    ("line-2", _("Viền ô nhập")),
    ("ban", _("Hoa ban: liên kết, nút chính")),
    ("ban-deep", _("Khi trỏ vào")),
    ("ban-wash", _("Dòng của tôi")),
    ("tot", _("Tốt")),
    ("kha", _("Khá")),
    ("tb", _("Trung bình")),
    ("tb-2", _("Sọc trung bình")),
    ("yeu", _("Yếu")),
    ("tot-wash", _("Nhiệt từ 17")),
    ("kha-wash", _("Nhiệt 15–17")),
    ("tb-wash", _("Nhiệt 13–15")),
    ("yeu-wash", _("Nhiệt dưới 13")),
    ("ok", _("Đạt")),
    ("warn", _("Cần chú ý")),
    ("bad", _("Chưa đạt, lỗi")),
]


class SampleForm(forms.Form):
    """One field of each kind, the second one wrong."""

    self_points = forms.DecimalField(label=_("Điểm tự chấm"), localize=True, max_value=20, help_text=_("Từ 0 đến 20, bước 0,5"))
    wrong_points = forms.DecimalField(label=_("Điểm tự chấm"), localize=True, max_value=20)
    final_points = forms.CharField(label=_("Điểm đã duyệt"))
    district = forms.ChoiceField(label=_("Huyện"), choices=[("101", "Mường Ảng")])
    note = forms.CharField(label=_("Giải thích"), widget=forms.Textarea(attrs={"rows": 2}))
    evidence = forms.FileField(label=_("Minh chứng"), required=False)
    reopen = forms.BooleanField(label=_("Mở lại tiêu thức V.1"))
    code = forms.CharField(label=_("Mã trong ứng dụng"), help_text=_("6 số, đổi mỗi 30 giây"))


class StyleGuide(TemplateView):
    """The page itself; its figures are made up."""

    template_name = "styleguide.html"
    extra_context = {
        "tokens": TOKENS,
        "grades": [*Grade, None],
        "states": [None, *State],
        "verdicts": [True, False, None],
        "moments": [datetime(2019, 1, 7, 2, 12, tzinfo=UTC), datetime(2018, 12, 20, 8, 31, tzinfo=UTC), datetime(2018, 12, 18, 1, 20, tzinfo=UTC)],
    }

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add a form that was sent with one point too many."""
        sent = {
            "self_points": "14,5",
            "wrong_points": "21",
            "final_points": "17,0",
            "district": "101",
            "note": "Ẳng Nưa: 3 hồ sơ chậm do đo đạc lại.",
            "reopen": "on",
            "code": "123456",
        }
        return super().get_context_data(form=SampleForm(sent), **kwargs)


urlpatterns = [path("", login_not_required(StyleGuide.as_view()), name="styleguide")] if settings.DEBUG else []
