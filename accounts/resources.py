"""Users as a sheet: a line a user, so that the accounts of a whole province are made at once."""

from typing import Any

from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from accounts import services
from accounts.models import User
from communes.models import Unit


class UnitWidget(widgets.ForeignKeyWidget):
    """The newest unit of this code; a spreadsheet may have taken the leading zeros."""

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
        return Unit.objects.order_by("-valid_from")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Unit:
        code = str(value or "").strip()
        for padded in (code, code.zfill(5), code.zfill(3)):
            if unit := self.get_queryset(value, row).filter(code=padded).first():
                return unit
        raise ValueError(_("Không có đơn vị mã %s.") % code)


class UserResource(resources.ModelResource):
    """Columns: username, last_name, first_name, email, role, unit (code), is_active. A new user sets the password by mail."""

    unit = fields.Field(attribute="unit", column_name="unit", widget=UnitWidget(Unit, "code"))

    class Meta:
        model = User
        import_id_fields = ["username"]
        fields = ["username", "last_name", "first_name", "email", "role", "unit", "is_active"]
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.actor = kwargs["user"]

    def init_instance(self, row: Any = None) -> User:
        user = User()
        user.set_unusable_password()
        return user

    def do_instance_save(self, instance: User, is_create: bool) -> None:
        services.save(user=instance, actor=self.actor)
