"""How the API knows who calls."""

import re
from typing import Any

from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User


class UserRequest(Request):
    """A request of somebody known, as every view of the API gets it: a name for type checkers, never made."""

    user: User


class Tokens(TokenAuthentication):
    """Knox's tokens. One that is no hexadecimal text is refused here; Knox would fail on it."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not re.fullmatch(rb"[0-9a-f]+", token):
            raise AuthenticationFailed(_("Mã truy cập không đúng."))
        return super().authenticate_credentials(token)
