"""A visitor over plain HTTP: cookies and forms like a browser without scripts, and what no browser sends."""

import json
import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests

from .html import Page
from .registry import Registry, new_address

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_VIEWER = re.compile(r'href="[^"]*/account">([^<]+)<')
_CSRF = re.compile(r'name="csrf"\s+value="([^"]+)"')


class Wire:
    """One browser's worth of cookies at one registry, from one address."""

    def __init__(self, registry: Registry, address: str | None = None, cookies: dict[str, str] = {}):
        self.registry = registry
        self.address = address or new_address()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = registry.trusted
        for name, value in cookies.items():
            # The domain under which `http.cookiejar` keeps what `localhost` sets.
            self.session.cookies.set(name, value, domain="localhost.local", path="/")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie.name: cookie.value for cookie in self.session.cookies}

    @property
    def secret(self) -> str | None:
        """The browser secret."""
        return self.cookies.get("bonded")

    def request(self, method: str, path: str, headers: dict[str, str] = {}, **options) -> requests.Response:
        """One request; redirects are answers like others."""
        sent = {"X-Forwarded-For": self.address, "User-Agent": AGENT, "Accept": "text/html"} | headers
        options = {"timeout": 60, "allow_redirects": False} | options
        return self.session.request(method, urljoin(self.registry.url, path), headers=sent, **options)

    def get(self, path: str, **options) -> requests.Response:
        """A GET."""
        return self.request("GET", path, **options)

    def page(self, path: str, status: int = 200) -> Page:
        """A page that must have the status."""
        answer = self.get(path)
        assert answer.status_code == status, f"{path}: {told(answer)}"
        return Page(answer.url, answer.text)

    def submit(self, path: str, action: str = "", headers: dict = {}, **fields: str) -> requests.Response:
        """Opens the page and sends its form that goes to `action`, with these fields filled in."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {told(answer)}"
        return self.send(answer, action or urlsplit(path).path, headers, **fields)

    def send(self, shown: requests.Response, action: str, headers: dict = {}, **fields: str):
        """Sends the form of an answer that goes to `action`, with these fields filled in."""
        form = Page(shown.url, shown.text).form(action)
        unknown = set(fields) - form.names
        assert not unknown, f"the form to {action} on {shown.url} has no {unknown}, only {form.names}"
        return self.request("POST", form.action, headers, data=form.fields | fields)

    def options(self, page: requests.Response, action: str) -> dict:
        """The options that the page's script fetches for a key."""
        csrf = Page(page.url, page.text).form(action).fields["csrf"]
        headers = {"X-CSRF-Token": csrf, "Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
        answer = self.request("POST", f"{action}/options", headers)
        assert answer.status_code == 200, told(answer)
        return answer.json()

    def touch(self, path: str, action: str, sign: Callable[[dict], dict], **fields: str):
        """Uses a security key on a page: `sign` makes its answer of the options."""
        shown = self.get(path)
        assert shown.status_code == 200, f"{path}: {told(shown)}"
        credential = json.dumps(sign(self.options(shown, action)))
        return self.send(shown, action, credential=credential, **fields)

    def csrf(self, path: str) -> str:
        """The CSRF token on a page."""
        found = _CSRF.search(self.get(path).text)
        assert found, f"no CSRF token on {path}"
        return found[1]

    def signed_in_as(self) -> str | None:
        """The account's name, when a page shows one that opens for everybody who is signed in."""
        answer = self.get("/account/security")
        found = _VIEWER.search(answer.text)
        return found and found[1]


def forms_of(answer: requests.Response) -> list[str]:
    """Where the forms of an answer go."""
    return [form.path for form in Page(answer.url, answer.text).forms]


def told(answer: requests.Response) -> str:
    """What the answer says, for a failed assertion."""
    place = answer.headers.get("Location", "")
    text = answer.text
    if "html" in answer.headers.get("Content-Type", ""):
        text = Page(answer.url, text).text
    return f"{answer.status_code} {place} {text[:600]}"


def went_to(answer: requests.Response) -> str:
    """The local path that the answer redirects to, with its query."""
    assert answer.status_code == 303, told(answer)
    location = answer.headers["Location"]
    # Browsers take a backslash for a slash, and drop tabs and line breaks: nothing of that may be in there.
    assert re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", location), location
    return location


def done(answer: requests.Response) -> str:
    """The same, of something that was done: nobody was sent to sign in or to prove anything first."""
    where = went_to(answer)
    assert not where.startswith(("/login", "/account/proof")), where
    return where
