"""Deadline evening: 130 communes save 12 criteria each at the same time, through gunicorn on PostgreSQL, against a view that only writes (`bench.bare`)."""

import http.client
import os
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import cycle, groupby

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from accounts.models import User
from bench.figure import Figure
from ledger.models import Entry
from scoring.forms import AnswerForm
from scoring.models import Answer, Assessment
from scoring.rules import Stage, State
from tests.services import free_port

CONNECTIONS = 16
POINTS = Decimal("12.50")
TOKEN = "b" * 32
"""Of the CSRF cookie: the same in the cookie and in the header, as a browser sends it."""

Request = tuple[str, str, dict[str, str], str]
"""Method, path, headers, body."""


@contextmanager
def served() -> Iterator[int]:
    """The portal as `make run` serves it, with the bare view; its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "bench.bare", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    production = {"DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1", "BEHIND_TLS_PROXY": "0"}
    environment = {**os.environ, **production, "MFA_REQUIRED": "0", "LOG_LEVEL": "ERROR"}
    with subprocess.Popen([*command, "--log-level", "error"], env=environment) as server:
        try:
            for _try in range(200):
                time.sleep(0.1)
                try:
                    if _send(http.client.HTTPConnection("127.0.0.1", port, timeout=5), ("GET", "/healthz", {}, "")) == 200:
                        break
                except OSError:
                    continue
            yield port
        finally:
            server.terminate()


def _send(line: http.client.HTTPConnection, request: Request) -> int:
    method, path, headers, body = request
    line.request(method, path, body, headers)
    answer = line.getresponse()
    answer.read()
    return answer.status


def _together(port: int, queues: list[list[Request]], good: int) -> tuple[float, list[float]]:
    """Seconds for all requests, each queue in its order, over so many connections; and the seconds of each. Raises where one is not answered as it should be."""
    times: list[float] = []

    def work(own: list[list[Request]]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for request in (request for queue in own for request in queue):
            start = time.perf_counter()
            status = _send(line, request)
            times.append(time.perf_counter() - start)
            if status != good:
                raise RuntimeError(f"{request[1]} was answered {status}")

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, [queues[place::CONNECTIONS] for place in range(CONNECTIONS)]))
    return time.perf_counter() - start, sorted(times)


def _signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def _saves(form: Assessment, answers: list[Answer], person: str) -> list[Request]:
    """What a browser sends as a person (`person` is added to the commune's user name) goes down the form."""
    headers = {
        "Cookie": _signed_in(User.objects.get(username=f"xa-{form.unit.code}{person}")),
        "X-CSRFToken": TOKEN,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    requests = []
    for answer in answers:
        code = answer.criterion.code
        fields = {f"{code}-points": "12,5", f"{code}-words": "Đủ hồ sơ.", f"{code}-seen": AnswerForm(answer, Stage.SELF).token}
        path = f"/assessments/{form.period.code}/{form.unit.code}/criteria/{code}/"
        requests.append(("POST", path, headers, urllib.parse.urlencode(fields)))
    return requests


def _at_once(saves: list[Request]) -> list[Request]:
    """What a browser sends when its line is back and a whole form has waited."""
    method, path, headers, _body = saves[0]
    return [(method, path.partition("criteria/")[0], headers, "&".join(body for _method, _path, _headers, body in saves))]


def _blank() -> list[Answer]:
    """All forms of the year, as they were before anybody typed."""
    year = Assessment.objects.filter(period__code="2018-Y")
    year.update(state=State.DRAFT, total=None, grade="", reasons=[], approved_at=None, first_submitted_at=None, late=None)
    Answer.objects.filter(assessment__in=year).update(self_points=None, self_note="", appraised_points=None, final_points=None, version=0)
    rows = Answer.objects.filter(assessment__in=year).select_related("assessment__unit", "assessment__period", "criterion")
    return list(rows.order_by("assessment", "criterion__position"))


ROUNDS = 5
"""So often the two take turns, each with another part of the communes: a machine that is busy for a while is so for both."""


def figures() -> list[Figure]:
    """How many times the bare view is faster; 3.33 times are 30 % of its throughput."""
    answers = _blank()
    forms = list(_by_form(answers))
    saves = [_saves(form, own, person) for (form, own), person in zip(forms, cycle(["-nhap", ""]))]  # the clerk here, the signatory there
    bare: list[list[Request]] = [[("POST", f"/bare/{answer.pk}/12.5/", {}, "") for answer in own] for _form, own in forms]
    found = []
    with served() as port:
        _together(
            port, [[("GET", path, headers, "")] for [(_post, path, headers, _body), *_more] in saves], 405
        )  # every worker has compiled and signed in
        for what, requests in (("saving one by one", saves), ("saving twelve at once", [_at_once(own) for own in saves])):
            _blank()
            before, whole, floor, times = Entry.objects.filter(act="enter").count(), 0.0, 0.0, []
            for part in range(ROUNDS):
                own = slice(part, None, ROUNDS)
                seconds, took = _together(port, requests[own], 200)
                whole, times = whole + seconds, times + took
                floor += _together(port, bare[own], 204)[0]
            _check(answers, before)
            found.append(_figure(what, len(answers), whole, floor, sorted(times)))
    call_command("verify_audit", verbosity=0)
    return found


def _check(answers: list[Answer], before: int) -> None:
    """Every point is kept and has its entry. Raises RuntimeError."""
    kept = Answer.objects.filter(pk__in=[answer.pk for answer in answers], self_points=POINTS, version=2).count()
    entries = Entry.objects.filter(act="enter").count() - before
    if (kept, entries) != (len(answers), len(answers)):
        raise RuntimeError(f"of {len(answers)} saves {kept} are kept, {entries} are in the ledger")


def _figure(what: str, criteria: int, whole: float, floor: float, times: list[float]) -> Figure:
    p95, p99 = (times[int(len(times) * share)] * 1000 for share in (0.95, 0.99))
    how = f"{criteria} criteria in {len(times)} requests: {criteria / whole:.0f} a second, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    return Figure(f"bare UPDATE view / {what}, throughput", whole / floor, 1 / 0.3, f"{how}; bare {criteria / floor:.0f} a second; nothing lost")


def _by_form(answers: list[Answer]) -> Iterator[tuple[Assessment, list[Answer]]]:
    for _form, group in groupby(answers, lambda answer: answer.assessment_id):
        own = list(group)
        yield own[0].assessment, own
