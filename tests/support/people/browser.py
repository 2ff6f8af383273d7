"""One Chromium for all tests of a process, and what a visitor does in it."""

import os
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Response

from .registry import Registry, new_address
from .wire import Wire

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def start(playwright: Playwright) -> Browser:
    """Starts the system's Chromium with a new, empty profile."""
    program = os.environ.get("BONDED_TEST_CHROMIUM")
    assert program, "BONDED_TEST_CHROMIUM must name Chromium: run the tests with `cargo xtask test`"
    return playwright.chromium.launch(executable_path=program, headless=True, args=list(_FLAGS))


class Visitor:
    """A browser window with cookies of its own, on one registry."""

    def __init__(self, browser: Browser, registry: Registry, wire: Wire | None = None, **options):
        self.registry = registry
        self.address = wire.address if wire else new_address()
        headers = {"X-Forwarded-For": self.address}
        self.context: BrowserContext = browser.new_context(extra_http_headers=headers, **options)
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._complain(message.type, message.text))
        self.page.on("pageerror", lambda error: self._complain("error", str(error)))
        for name, value in (wire.cookies if wire else {}).items():
            self.context.add_cookies([{"name": name, "value": value, "url": registry.url}])

    def _complain(self, kind: str, text: str) -> None:
        # That a page answered 4xx is told as an error too, and is often what the test wants.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies(self.registry.url)}

    @property
    def path(self) -> str:
        """Where the visitor is, without the query."""
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """Everything that the page says."""
        return self.page.locator("body").inner_text()

    def open(self, path: str) -> Response:
        """Opens a page."""
        return self.page.goto(urljoin(self.registry.url, path))

    def form(self, action: str) -> Locator:
        """The form that goes to `action`; works without JavaScript too."""
        forms = self.page.locator("form").all()
        for form in forms:
            if urlsplit(urljoin(self.page.url, form.get_attribute("action") or "")).path == action:
                return form
        raise AssertionError(f"no form goes to {action} on {self.page.url}:\n{self.text}")

    def fill(self, action: str, **fields: str | bool) -> Locator:
        """Fills the form in by its fields' names; the form."""
        form = self.form(action)
        for folded in form.locator("xpath=ancestor::details[not(@open)]/summary").all():
            folded.click()
        for name, value in fields.items():
            self._fill(form.locator(f'[name="{name}"]'), value)
        return form

    def _fill(self, field: Locator, value: str | bool) -> None:
        kind = field.first.get_attribute("type")
        if kind == "radio":
            field.and_(self.page.locator(f'[value="{value}"]')).check()
        elif isinstance(value, bool):
            field.set_checked(value)
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def submit(self, action: str, **fields: str | bool) -> None:
        """Fills the form in, sends it with its first button, and waits for the next page."""
        form = self.fill(action, **fields)
        with self.page.expect_navigation():
            form.locator("button:not([type=button])").first.click()

    def wire(self) -> Wire:
        """The same visitor, over plain HTTP."""
        return Wire(self.registry, self.address, self.cookies)
