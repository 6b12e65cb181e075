"""The portal as its users meet it: a server of its own on the test database, and people who sign in over the wire."""

import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from tests.factories import PASSWORD, make_user
from tests.helpers import wait_for
from tests.reader import Page
from tests.services import free_port


def environment(**changed: str) -> dict[str, str]:
    """The variables of the suite, with the test database instead of the one it was made beside."""
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        if connection.vendor == "postgresql"
        else f"sqlite:///{database['NAME']}"
    )
    # DEBUG serves static files without collecting them first; MFA is tested elsewhere.
    return {**os.environ, "DATABASE_URL": url, "DEBUG": "1", "MFA_REQUIRED": "0", **changed}


@contextmanager
def serve(**changed: str) -> Iterator[str]:
    """Run the portal with gunicorn; its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "warning"]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment(**changed)) as process:
        try:
            assert wait_for(lambda: Person(address).get("/healthz") == 200)
            yield address
        finally:
            process.terminate()


def somebody(role: Role, unit: Unit, **fields: str) -> User:
    """Make a person who can sign in at the server, which knows only the real password hash; without a second factor."""
    password = Argon2PasswordHasher().encode(PASSWORD, "salt-of-the-tests")
    user = make_user(role, unit, second_factor=False, **fields)
    User.objects.filter(pk=user.pk).update(password=password)
    return user


class Person:
    """Somebody at a browser without scripts, over real HTTP. Answers are status codes; 0 is no answer at all."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page = Page("", "/")

    def sign_in(self, username: str) -> "Person":
        self.get("/accounts/login/")
        assert self.press("Đăng nhập", login=username, password=PASSWORD) == 200
        return self

    def get(self, path: str) -> int:
        return self._ask(path)

    def press(self, words: str, **typed: str) -> int:
        """Press the button with these words on the open page after typing into fields."""
        path, fields = self.page.press(words, typed)
        return self._ask(path, urllib.parse.urlencode(fields).encode())

    def _ask(self, path: str, body: bytes | None = None) -> int:
        try:
            with self.opener.open(urllib.request.Request(self.address + path, body), timeout=30) as response:
                self.page = Page(response.read().decode(), path)
                return response.status
        except urllib.error.HTTPError as error:
            self.page = Page(error.read().decode(), path)
            return error.code
        except (ConnectionError, urllib.error.URLError):
            return 0
