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
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from tests.factories import PASSWORD, make_user
from tests.helpers import wait_for
from tests.reader import Page
from tests.services import free_port, program


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


ARTIFACTS = Path(__file__).parent.parent / "artifacts"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=program("chromium"), args=options)
        yield started
        started.close()
        connections.close_all()  # those that were opened beside the event loop: no other teardown sees them


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def fits(page: Tab) -> None:
    """Nothing of the page lies beside the screen, once its style sheet is there."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


class Desk:
    """A person who has signed in; complaints of the browser (scripts, content policy) are kept."""

    def __init__(self, browser: Browser, address: str, role: Role, code: str, screen: dict[str, int]) -> None:
        self.user = somebody(role, Unit.objects.get(code=code))
        self.complaints: list[str] = []
        self.page: Tab = browser.new_context(viewport=screen, base_url=address, locale="vi-VN").new_page()  # type: ignore[arg-type]
        self.page.on("console", lambda message: self.complaints.append(f"{message.text} ({message.location})") if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.sign_in()

    def sign_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Tên đăng nhập").fill(self.user.username)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập").click()

    def keep(self, name: str) -> None:
        """Keep a picture of the whole page."""
        ARTIFACTS.mkdir(exist_ok=True)
        # With its caret: hiding it puts a style on the fields, which the content policy refuses.
        self.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True, caret="initial")
