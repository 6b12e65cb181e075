"""A browser without scripts: reads the forms of a page as a person's browser would send them. Standard library only."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


@dataclass
class Form:
    """A form of a page: where it goes, its fields with the values the page gave them, its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list["Button"] = field(default_factory=list)

    def button(self, words: str) -> "Button | None":
        """The button with these words on it."""
        return next((button for button in self.buttons if words in button.words), None)


@dataclass
class Button:
    """A button: the field it adds, the address it has of its own (or that of its form), the words on it."""

    name: str
    value: str
    action: str
    words: str = ""


class Page(HTMLParser):
    """The forms and the visible text of a page."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self._text: list[str] = []
        self._form: Form | None = None
        self._area: tuple[Form, str] | None = None
        self._select: str | None = None
        self._button: Button | None = None
        self._by_id: dict[str, Form] = {}
        self.feed(html)
        self.text = " ".join(" ".join(self._text).split())

    def press(self, words: str, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
        """What a browser sends when the button with these words is pressed after typing into fields: (address, fields)."""
        form, button = next((form, button) for form in self.forms if form.method == "post" and (button := form.button(words)))
        return button.action, {**form.fields, **typed, **({button.name: button.value} if button.name else {})}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901 - one branch an element
        given: dict[str, Any] = dict(attrs)
        owner = self._by_id.setdefault(given["form"], Form("", "get")) if given.get("form") else self._form  # its form may come later
        if tag == "form":
            self._form = self._by_id.setdefault(given["id"], Form("", "get")) if given.get("id") else Form("", "get")
            self._form.action, self._form.method = given.get("action") or self.address, (given.get("method") or "get").lower()
            self.forms.append(self._form)
        elif owner is None or ("name" not in given and tag not in ("button", "option")) or "disabled" in given:
            return
        elif tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                owner.fields[given["name"]] = given.get("value") or "on"
        elif tag == "input":
            owner.fields[given["name"]] = given.get("value") or ""
        elif tag == "textarea":
            owner.fields[given["name"]], self._area = "", (owner, given["name"])
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in owner.fields):
            owner.fields[self._select] = given.get("value") or ""  # none selected: a browser sends the first
        elif tag == "button":
            self._button = Button(given.get("name") or "", given.get("value") or "", given.get("formaction") or owner.action)
            if given.get("type") != "button":
                owner.buttons.append(self._button)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            if self._area:
                form, name = self._area
                form.fields[name] = form.fields[name].removeprefix("\n")  # as a browser reads it
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._area:
            form, name = self._area
            form.fields[name] += data
        if self._button:
            self._button.words += data


class Visitor:
    """A person with a browser that runs no scripts."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, address: str) -> str:
        """Open a page; its visible text."""
        return self._read(self.client.get(address, follow=True), address)

    def send(self, words: str, *, expect: int = 200, **typed: str) -> str:
        """Press the button with these words on the open page after typing into fields; the text of the page that follows."""
        address, fields = self.page.press(words, typed)
        return self._read(self.client.post(address, fields, follow=True), address, expect)

    def _read(self, response: HttpResponse, address: str, expect: int = 200) -> str:
        assert response.status_code == expect, (response.status_code, address, response.content.decode()[-2000:])
        self.page = Page(response.content.decode(), response.request["PATH_INFO"])  # type: ignore[attr-defined]
        return self.page.text
