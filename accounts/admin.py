"""Accounts: made, changed and locked by the province's administrator, never deleted; clients' tokens, to revoke."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from knox.models import AuthToken

from accounts import selectors, services
from accounts.models import User
from accounts.resources import UserResource
from communes.models import Unit
from ledger.admin import ReadOnlyAdmin

admin.site.unregister([Group, EmailAddress, Authenticator, AuthToken])


@admin.register(User)
class UserAdmin(ImportExportMixin, DjangoUserAdmin):  # type: ignore[misc]
    """Users. What changes their powers goes through the services, so that the ledger knows."""

    resource_classes = [UserResource]
    formats = [XLSX, CSV]
    skip_export_form = True  # its page needs inline scripts; the whole list is what one wants
    list_display = ["username", "last_name", "first_name", "role", "unit", "is_active", "second_factor", "last_login"]
    list_filter = ["role", "is_active", "unit__level"]
    search_fields = ["username", "last_name", "first_name", "email", "=unit__code", "unit__search_key"]
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["is_superuser", "second_factor", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "last_name", "first_name", "email"]}),
        (_("Quyền"), {"fields": ["role", "unit", "is_active", "is_superuser", "second_factor"]}),
        (_("Thời điểm"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2", "last_name", "first_name", "email"]}),
        (_("Quyền"), {"fields": ["role", "unit"]}),
    ]
    actions = ["reset_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return selectors.people().order_by(*self.ordering)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> ModelChoiceField | None:
        """Offer the units of the register, province first, then by district and name: also merged ones, whose year is still worked on."""
        if db_field.name == "unit":
            kwargs["queryset"] = Unit.objects.order_by("-level", "parent__sort_key", "sort_key")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        services.save(user=obj, actor=_person(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who acted stays on record: an account that is not needed is locked (is_active), not deleted."""
        return False

    @admin.display(description=_("Bảo vệ hai lớp"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.has_second_factor

    @admin.action(description=_("Gỡ bảo vệ hai lớp của các tài khoản đã chọn"))
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = sum(services.reset_second_factor(user=user, actor=_person(request)) for user in queryset)
        words = ngettext("Đã gỡ bảo vệ hai lớp của %d tài khoản.", "Đã gỡ bảo vệ hai lớp của %d tài khoản.", done) % done
        self.message_user(request, words, messages.SUCCESS)


@admin.register(AuthToken)
class TokenAdmin(ReadOnlyAdmin):
    """Tokens of API clients; only their hashes are stored. Made by `manage.py create_api_token`, revoked by deleting."""

    list_display = ["user", "created", "expiry"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = ["user", "created", "expiry"]
    actions = ["delete_selected"]  # type: ignore[assignment]

    def has_delete_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return request.user.has_perm("knox.delete_authtoken")

    def delete_model(self, request: HttpRequest, obj: AuthToken) -> None:
        services.revoke_token(token=obj, actor=_person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AuthToken]) -> None:
        for token in queryset:
            services.revoke_token(token=token, actor=_person(request))


def _person(request: HttpRequest) -> User:
    """The signed-in administrator; nobody else comes so far."""
    return cast("User", request.user)
