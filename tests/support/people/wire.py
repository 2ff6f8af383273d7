"""A visitor over plain HTTP: cookies and forms like a browser without scripts, and what no browser sends."""

import re
from urllib.parse import urljoin, urlsplit

import requests

from .html import Page
from .registry import Registry, new_address

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_CSRF = re.compile(r'name="csrf"\s+value="([^"]+)"')


class Wire:
    """One browser's worth of cookies at one registry, from one address."""

    def __init__(self, registry: Registry, address: str | None = None, cookies: dict[str, str] = {}):
        self.registry = registry
        self.address = address or new_address()
        self.session = requests.Session()
        self.session.trust_env = False
        for name, value in cookies.items():
            self.session.cookies.set(name, value)

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
        page = self.page(path)
        form = page.form(action or urlsplit(path).path)
        unknown = set(fields) - form.names
        assert not unknown, f"the form to {form.path} on {path} has no {unknown}, only {form.names}"
        return self.request("POST", form.action, headers, data=form.fields | fields)

    def csrf(self, path: str) -> str:
        """The CSRF token on a page."""
        found = _CSRF.search(self.get(path).text)
        assert found, f"no CSRF token on {path}"
        return found[1]

    def post_json(self, path: str, body: object, csrf: str, **options) -> requests.Response:
        """Sends what a page's script sends."""
        headers = {"X-CSRF-Token": csrf, "Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
        return self.request("POST", path, headers | options.pop("headers", {}), json=body, **options)

    def signed_in_as(self) -> str | None:
        """The account's name, when the account page shows one."""
        answer = self.get("/account")
        if answer.status_code != 200:
            return None
        found = re.search(r'data-user="([^"]+)"', answer.text)
        return found and found[1]


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
    parts = urlsplit(urljoin(answer.url, answer.headers["Location"]))
    own = urlsplit(answer.url)
    assert (parts.scheme, parts.netloc) == (own.scheme, own.netloc), answer.headers["Location"]
    return parts.path + (f"?{parts.query}" if parts.query else "")
