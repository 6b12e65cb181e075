"""No page leads nowhere: what a person of each level can reach by following links, on the illustrative year, opens."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin

import pytest
from django.urls import resolve

from accounts.models import User
from tests.factories import client_of

pytestmark = pytest.mark.embedded  # where links lead does not depend on the database: once is enough

OF_EACH_ADDRESS = 3
NOT_FOLLOWED = ("/static/", "/media/", "/admin/", "/accounts/", "/api/docs/")


def shape(link):
    """Which address a link names, and by which of its parameters."""
    path, _, query = link.partition("?")
    return resolve(path).view_name, tuple(sorted(pair.partition("=")[0] for pair in query.split("&")))


@pytest.mark.parametrize("name", ["sonoivu", "lanhdao", "huyen-099", "xa-03262"])
def test_every_link_that_a_person_can_follow_opens(loaded, settings, name):
    settings.MFA_REQUIRED = False
    client = client_of(User.objects.get(username=name))
    found, seen, waiting, broken = {"/"}, Counter(), deque([("/", "")]), []
    while waiting:
        link, source = waiting.popleft()
        seen[shape(link)] += 1
        if seen[shape(link)] > OF_EACH_ADDRESS:
            continue
        response = client.get(link, follow=True)
        if response.status_code != 200:
            broken.append(f"{response.status_code} {link}, a link of {source}")
        if response.streaming or "html" not in response.headers["Content-Type"]:
            continue
        here = response.request["PATH_INFO"]
        for href in re.findall(r'<a [^>]*href="([^"#]+)', response.content.decode()):
            link = urljoin(here, unescape(href))
            if link.startswith("/") and not link.startswith(NOT_FOLLOWED) and link not in found:
                found.add(link)
                waiting.append((link, here))

    assert not broken
    assert len(seen) > 20
