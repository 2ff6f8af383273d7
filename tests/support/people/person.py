"""Somebody with an account: what they know, what they own, and what they do with it over plain HTTP."""

import re
import time

import pyotp

from ..channel import unique
from .registry import Registry
from .soft_key import Credential, SoftKey
from .wire import Wire, told, went_to

PASSWORD = "quince-lantern-42-orbit"
_CODE = re.compile(r"<code[^>]*>\s*([0-9a-z]{4,5}(?:-[0-9a-z]{4,5}){2,3})\s*</code>")
_TOTP_KEY = re.compile(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b")
_STEP = 30


class Person:
    """A person with one browser of their own (`wire`)."""

    def __init__(self, registry: Registry, name: str | None = None):
        self.registry = registry
        self.name = name or unique("person")
        self.email = f"{self.name}@example.org"
        self.password = PASSWORD
        self.wire = Wire(registry)
        self.codes: list[str] = []
        self.totp: pyotp.TOTP | None = None
        self.key = SoftKey(registry.url)
        self._last_step = 0

    @property
    def address(self) -> str:
        """The client address of the person's browser."""
        return self.wire.address

    def sign_up(self, **fields: str) -> "Person":
        """Makes the account; the person is signed in, and has proved no address yet."""
        chosen = {"name": self.name, "email": self.email, "password": self.password} | fields
        went_to(self.wire.submit("/account/new", **chosen))
        return self

    def verify(self) -> "Person":
        """Follows the link of the mail."""
        went_to(self.wire.submit(self.registry.outbox.wait_link(self.email, "/account/verify")))
        return self

    def make_codes(self) -> "Person":
        """Makes recovery codes and types one back, which does not use it up."""
        answer = self.wire.submit("/account/recovery-codes")
        self.codes = _CODE.findall(answer.text)
        assert len(self.codes) == 8, told(answer)
        confirm = {"csrf": self.csrf(answer.text), "code": self.codes[0]}
        went_to(self.wire.request("POST", "/account/recovery-codes/confirm", data=confirm))
        return self

    @staticmethod
    def csrf(html: str) -> str:
        """The CSRF token in a page."""
        return re.search(r'name="csrf"\s+value="([^"]+)"', html)[1]

    def add_totp(self) -> "Person":
        """Sets up an authenticator app."""
        page = self.wire.page("/account/totp")
        self.totp = pyotp.TOTP(_TOTP_KEY.search(page.text)[0].replace(" ", ""))
        form = page.form("/account/totp")
        went_to(self.wire.request("POST", form.action, data=form.fields | {"code": self.totp_code()}))
        return self

    def totp_code(self) -> str:
        """A code that the server has not seen yet: of the last, this or the next half minute, or later."""
        now = time.time()
        # Not the last one when it is about to be too old.
        earliest = (now - 2) // _STEP if now % _STEP < _STEP - 2 else now // _STEP
        step = int(max(self._last_step + 1, min(earliest, now // _STEP)))
        time.sleep(max(0, (step - 1) * _STEP + 0.5 - now))
        self._last_step = step
        return self.totp.at(step * _STEP)

    def add_key(self, name: str = "desk key", key: SoftKey | None = None) -> Credential:
        """Registers a security key."""
        key = key or self.key
        csrf = self.wire.csrf("/account/keys/new")
        options = self.wire.post_json("/account/keys/options", {}, csrf)
        assert options.status_code == 200, told(options)
        body = {"name": name, "credential": key.create(options.json())}
        answer = self.wire.post_json("/account/keys", body, csrf)
        assert answer.status_code in (200, 201), told(answer)
        return key.credentials[-1]

    def ready(self) -> "Person":
        """An account with a proved address and recovery codes: what second factors need."""
        return self.sign_up().verify().make_codes()

    def give_password(self, wire: Wire, next: str = "", **fields: str):
        """The first step of signing in; the answer."""
        path = f"/login?next={next}" if next else "/login"
        return wire.submit(path, "/login", **({"name": self.name, "password": self.password} | fields))

    def sign_in(self, wire: Wire | None = None) -> Wire:
        """Signs in at a browser, with all that the account asks for."""
        wire = wire or Wire(self.registry)
        where = went_to(self.give_password(wire))
        if where.startswith("/login/second-factor"):
            where = self._second_factor(wire)
        if where.startswith("/login/place"):
            where = went_to(wire.submit(self.registry.outbox.wait_link(self.email, "/login/place")))
        assert not where.startswith("/login"), where
        return wire

    def _second_factor(self, wire: Wire) -> str:
        if self.key.credentials:
            return self.use_key(wire, "/login/second-factor", "/login/key")
        return went_to(wire.submit("/login/second-factor", "/login/totp", code=self.totp_code()))

    def use_key(self, wire: Wire, page: str, action: str, **how) -> str:
        """Answers a challenge with the security key; where the page goes on."""
        csrf = wire.csrf(page)
        options = wire.post_json(f"{action}/options", {}, csrf).json()
        answer = wire.post_json(action, {"credential": self.key.get(options, **how)}, csrf)
        assert answer.status_code == 200, told(answer)
        return answer.json()["next"]

    def prove(self) -> "Person":
        """Proves again who is at the browser."""
        if self.key.credentials:
            self.use_key(self.wire, "/account/proof", "/account/proof/key")
        elif self.totp:
            went_to(self.wire.submit("/account/proof", "/account/proof/totp", code=self.totp_code()))
        else:
            went_to(self.wire.submit("/account/proof", "/account/proof/password", password=self.password))
        return self
