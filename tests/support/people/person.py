"""Somebody with an account: what they know, what they own, and what they do with it over plain HTTP."""

import re
import time

import pyotp
from requests import Response

from ..channel import unique
from .html import Page
from .registry import Registry
from .soft_key import Credential, SoftKey
from .wire import Wire, done, told, went_to

PASSWORD = "quince-lantern-42-orbit"
_LINK = re.compile(r"https?://\S+\?key=[A-Za-z0-9_-]+")
_CODE = re.compile(r">\s*([0-9a-z]{4,5}(?:-[0-9a-z]{4,5}){2,3})\s*</")
_TOTP_KEY = re.compile(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b")
_STEP = 30


def codes_in(html: str) -> list[str]:
    """The recovery codes that a page shows."""
    return list(dict.fromkeys(_CODE.findall(html)))


def totp_key_in(text: str) -> str:
    """The key that a page shows to people who cannot scan it."""
    return _TOTP_KEY.search(text)[0].replace(" ", "")


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

    def sign_up(self) -> "Person":
        """Makes the account; the person is signed in, and has proved no address yet."""
        went_to(self.wire.submit("/account/new", name=self.name, email=self.email, password=self.password))
        return self

    def verify(self) -> "Person":
        """Follows the link of the mail."""
        went_to(self.wire.submit(self.registry.outbox.wait_link(self.email, "/account/verify")))
        return self

    def made_by_operator(self, *options: str) -> "Person":
        """An account from the command line: the address counts as proved, a link sets the password."""
        told = self.registry.admin_text("user", "create", self.name, "--email", self.email, *options)
        went_to(self.wire.submit(_LINK.search(told)[0], password=self.password))
        self.sign_in(self.wire)
        return self

    def administrator(self) -> "Person":
        """An administrator with a security key."""
        self.made_by_operator("--admin").make_codes().add_key()
        return self

    def make_codes(self) -> "Person":
        """Makes recovery codes and types one back, which does not use it up."""
        shown = self.wire.submit("/account/recovery-codes")
        codes = codes_in(shown.text)
        assert len(codes) == 8, told(shown)
        done(self.wire.send(shown, "/account/recovery-codes/confirm", code=codes[0]))
        self.codes = codes
        return self

    def add_totp(self) -> "Person":
        """Sets up an authenticator app."""
        shown = self.wire.get("/account/totp")
        self.totp = pyotp.TOTP(totp_key_in(shown.text))
        done(self.wire.send(shown, "/account/totp", code=self.totp_code()))
        return self

    def totp_code(self) -> str:
        """A code that the server has not seen yet: of the last, this or the next half minute, or later."""
        now = time.time()
        # Not the last one when it is about to be too old.
        earliest = now // _STEP - (1 if now % _STEP < _STEP - 10 else 0)
        step = int(max(self._last_step + 1, earliest))
        time.sleep(max(0, (step - 1) * _STEP + 0.5 - now))
        self._last_step = step
        return self.totp.at(step * _STEP)

    def wrong_totp_code(self) -> str:
        """Six digits that are right at no time near."""
        now = int(time.time()) // _STEP
        near = {self.totp.at(step * _STEP) for step in range(now - 20, now + 20)}
        return next(code for number in range(100) if (code := f"{number:06}") not in near)

    def add_key(self, name: str = "desk key", key: SoftKey | None = None) -> Credential:
        """Registers a security key."""
        key = key or self.key
        answer = self.wire.touch("/account/keys/new", "/account/keys", key.create, name=name)
        done(answer)
        return key.credentials[-1]

    def ready(self) -> "Person":
        """An account with a proved address and recovery codes: what second factors need."""
        return self.sign_up().verify().make_codes()

    def give_password(self, wire: Wire, next: str = "", **fields: str) -> Response:
        """The first step of signing in; the answer."""
        path = f"/login?next={next}" if next else "/login"
        return wire.submit(path, "/login", **({"name": self.name, "password": self.password} | fields))

    def half_way(self, wire: Wire | None = None) -> Wire:
        """A browser that has given the password, and owes the second factor."""
        wire = wire or Wire(self.registry)
        assert went_to(self.give_password(wire)).startswith("/login/second-factor")
        return wire

    def sign_in(self, wire: Wire | None = None) -> Wire:
        """Signs in at a browser, with all that the account asks for."""
        wire = wire or Wire(self.registry)
        seen = len(self.registry.outbox.to(self.email))
        where = went_to(self.give_password(wire))
        if where.startswith("/login/second-factor"):
            where = went_to(self.give_second_factor(wire))
        if where.startswith("/login/place"):
            where = went_to(wire.submit(self.registry.outbox.wait_link(self.email, "/login/place", seen)))
        assert not where.startswith("/login"), where
        return wire

    def give_second_factor(self, wire: Wire) -> Response:
        """The second step, with a key if there is one; the answer."""
        if self.key.credentials:
            return wire.touch("/login/second-factor", "/login/key", self.key.get)
        return wire.submit("/login/second-factor", "/login/totp", code=self.totp_code())

    def change_password(self, new: str) -> None:
        """Chooses another password."""
        shown = self.wire.get("/account/password")
        asked = "current_password" in Page(shown.url, shown.text).form("/account/password").names
        fields = {"current_password": self.password} if asked else {}
        done(self.wire.send(shown, "/account/password", new_password=new, **fields))
        self.password = new

    def prove(self) -> "Person":
        """Proves again who is at the browser."""
        if self.key.credentials:
            went_to(self.wire.touch("/account/proof", "/account/proof/key", self.key.get))
        elif self.totp:
            went_to(self.wire.submit("/account/proof", "/account/proof/totp", code=self.totp_code()))
        else:
            went_to(self.wire.submit("/account/proof", "/account/proof/password", password=self.password))
        return self


def is_signed_in(person: Person, wire: Wire) -> bool:
    """Whether the browser shows the person's account."""
    name = wire.signed_in_as()
    assert name in (None, person.name)
    return name is not None
