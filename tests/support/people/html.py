"""What a browser without JavaScript sees in a page: its texts, links and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_SILENT = ("script", "style", "title")


@dataclass
class Form:
    """A form with the values that it would send."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """Where it goes, without the query."""
        return urlsplit(self.action).path


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, url: str, html: str):
        super().__init__()
        self.url, self.html = url, html
        self.title, self.heading, self.text = "", "", ""
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def form(self, path: str) -> Form:
        """The form that goes to a path."""
        found = [form for form in self.forms if form.path == path]
        actions = [form.action for form in self.forms]
        assert found, f"no form goes to {path} on {self.url} ({self.heading!r}), only to {actions}"
        return found[0]

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in (*_SILENT, "h1"):
            self._open.append(tag)
        if tag == "a" and attributes.get("href"):
            self.links.append(urljoin(self.url, attributes["href"]))
        if tag == "form":
            action = urljoin(self.url, attributes.get("action") or self.url)
            self._form = Form(action, attributes.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form:
            self._control(tag, attributes)

    def _control(self, tag: str, attributes: dict) -> None:
        name, value = attributes.get("name"), attributes.get("value") or ""
        kind = attributes.get("type", "text")
        if tag in ("input", "textarea") and name:
            self._form.names.add(name)
            if kind in ("checkbox", "radio"):
                if "checked" in attributes:
                    self._form.fields[name] = value or "on"
            elif kind != "submit":
                self._form.fields[name] = value
        elif tag == "select" and name:
            self._form.names.add(name)
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in attributes or self._select not in self._form.fields:
                self._form.fields[self._select] = value

    def handle_endtag(self, tag):
        if tag in self._open:
            self._open.remove(tag)
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""

    def handle_data(self, data):
        if "title" in self._open:
            self.title += data
        if "h1" in self._open:
            self.heading += data
        if not set(_SILENT) & set(self._open):
            self.text += data + " "
