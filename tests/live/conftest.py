"""The portal as its users meet it: a server of its own on the test database, and people who sign in over the wire."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest
from django.db import connection

from tests.factories import PASSWORD
from tests.helpers import wait_for
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
            wait_for(lambda: Person(address).get("/healthz") == 200)
            yield address
        finally:
            process.terminate()


class Person:
    """Somebody at a browser without scripts, over real HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page = ""

    def get(self, path: str) -> int:
        return self._ask(urllib.request.Request(self.address + path))

    def post(self, path: str, **fields: str) -> int:
        """Post fields as the page that was opened last would: with its token."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token.group(1) if token else ""}).encode()
        return self._ask(urllib.request.Request(self.address + path, body, {"Referer": self.address + path}))

    def sign_in(self, username: str, password: str = PASSWORD) -> "Person":
        self.get("/accounts/login/")
        assert self.post("/accounts/login/", login=username, password=password) == 200
        return self

    def _ask(self, request: urllib.request.Request) -> int:
        try:
            with self.opener.open(request, timeout=30) as response:
                self.page = response.read().decode()
                return response.status
        except urllib.error.HTTPError as error:
            self.page = error.read().decode()
            return error.code
        except (ConnectionError, urllib.error.URLError):
            return 0


@pytest.fixture
def portal(transactional_db: None) -> Iterator[str]:
    """The portal with what the suite runs on."""
    with serve() as address:
        yield address


