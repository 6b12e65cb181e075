"""Small things that tests of several rooms need."""

import time
from html.parser import HTMLParser


def wait_for(condition, seconds=30):
    """Return the first true answer, or the last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


class _Fields(HTMLParser):
    """Collects what a browser would send from the form that has this attribute."""

    def __init__(self, mark):
        super().__init__()
        self.mark, self.inside, self.textarea, self.found = mark, False, None, {}

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        if tag == "form":
            self.inside = self.mark in attrs
        elif self.inside and tag == "input" and attrs.get("type") != "checkbox" and "name" in attrs:
            self.found[attrs["name"]] = attrs.get("value") or ""
        elif self.inside and tag == "textarea":
            self.textarea = attrs["name"]
            self.found[self.textarea] = ""

    def handle_data(self, data):
        if self.textarea:
            self.found[self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.textarea:
            self.found[self.textarea] = self.found[self.textarea].removeprefix("\n")
            self.textarea = None


def fields(response, mark="data-sheet"):
    """Return what a browser would send from the marked form of this page, by name, without anything ticked or pressed."""
    parser = _Fields(mark)
    parser.feed(response.content.decode())
    return parser.found
