"""Every page can be read: in light and dark, on a phone, by a screen reader."""

import re
from urllib.parse import urlsplit

import pytest

from support.channel import unique
from support.people.looks import look
from support.people.passing_time import age
from support.people.person import Person
from support.people.wire import Wire, done

# They look the same whatever keeps the facts.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")

PUBLIC = ["/", "/login", "/account/new", "/account/reset", "/account/design", "/account/no-such-page"]
DEAD_LINKS = [
    f"{path}?key={'A' * 43}"
    for path in (
        "/account/verify",
        "/account/reset/password",
        "/account/setup",
        "/account/new",
        "/account/recovery/cancel",
        "/login/place",
    )
]
OWN = [
    "/account",
    "/account/emails",
    "/account/password",
    "/account/security",
    "/account/recovery-codes",
    "/account/totp",
    "/account/keys/new",
    "/account/sessions",
    "/account/proof",
    "/account/tokens",
    "/account/publishers",
    "/account/delete",
]
ADMINISTRATION = ["/admin/people", "/admin/policy", "/admin/issuers"]


def name_of(path: str) -> str:
    """The file name of a page's picture."""
    path = urlsplit(path).path.strip("/")
    # Names and ids differ from run to run.
    return re.sub(r"/(person|[0-9a-f]{8})-[^/]*", "/one", path).replace("/", "-") or "home"


def look_at(visitor, paths: list[str], prefix: str = "") -> list[str]:
    """Opens each page and tells what is wrong with it."""
    wrong = []
    for path in paths:
        answer = visitor.open(path)
        assert answer.status < 500, path
        wrong += look(visitor, prefix + name_of(path))
    return wrong


def test_pages_for_everybody(registry, visit):
    assert look_at(visit(registry), PUBLIC) == []


def test_pages_of_links_that_do_not_work(registry, visit):
    assert look_at(visit(registry), DEAD_LINKS, "dead-") == []


def test_pages_of_somebody_unverified(registry, person, visit):
    visitor = visit(registry, person.sign_up().wire)
    assert look_at(visitor, ["/account", "/account/emails", "/account/security"], "unverified-") == []
    links = [registry.outbox.wait_link(person.email, "/account/verify")]
    assert look_at(visit(registry), links) == []


def test_pages_of_somebody_with_everything(registry, person, visit):
    person.ready().add_totp()
    key = person.add_key("the key with the long name that nobody needed but somebody chose")
    person.sign_in()
    registry.admin("token", "create", "--user", person.name, "--name", "laptop")
    visitor = visit(registry, person.wire)
    assert key and look_at(visitor, OWN) == []
    visitor.open("/account/security")
    keys = [link for link in person.wire.page("/account/security").links if "/account/keys/" in link]
    assert look_at(visitor, [link for link in keys if not link.endswith("/new")][:1], "rename-") == []


def test_pages_of_new_recovery_codes(registry, person, visit):
    visitor = visit(registry, person.sign_up().verify().wire)
    wrong = look_at(visitor, ["/account/recovery-codes"], "first-")
    visitor.submit("/account/recovery-codes")
    assert wrong + look(visitor, "new-recovery-codes") == []
    visitor.submit("/account/recovery-codes/confirm", code="aaaa-aaaa-aaaa-aaaa")
    assert look(visitor, "wrong-recovery-code") == []


def test_pages_of_new_factors(registry, person, visit):
    visitor = visit(registry, person.ready().wire)
    wrong = look_at(visitor, ["/account/totp", "/account/keys/new"], "new-")
    visitor.open("/account/totp")
    visitor.submit("/account/totp", code="12345")
    wrong += look(visitor, "new-account-totp-wrong")
    person.add_totp()
    assert wrong + look_at(visitor, ["/account/security?done=totp-added"], "done-") == []


def test_pages_of_somebody_who_lacks_a_factor(registry, person, visit):
    channel = unique("team")
    person.ready()
    registry.admin_text("channel", "create", channel, "--format", "python")
    registry.admin_text("channel", "member", "add", channel, person.name, "--role", "publisher")
    visitor = visit(registry, person.wire)
    wrong = look_at(visitor, ["/account"], "fenced-")
    assert visitor.path == "/account/security" and wrong == []


@pytest.mark.parametrize("kind", ["password", "totp"])
def test_pages_that_ask_for_a_proof(registry, person, visit, kind):
    person.ready()
    if kind == "totp":
        person.add_totp()
    age(registry, "sessions", ("proved_at",), 901, person.name)
    visitor = visit(registry, person.wire)
    visitor.open("/account/delete")
    wrong = look(visitor, f"proof-{kind}")
    field = {"password": "password", "totp": "code"}[kind]
    visitor.submit(f"/account/proof/{kind}", **{field: "000000"})
    assert wrong + look(visitor, f"proof-{kind}-wrong") == []


def test_pages_of_a_forgotten_password(registry, person, visit):
    person.ready()
    visitor = visit(registry)
    visitor.open("/account/reset")
    visitor.submit("/account/reset", account=person.email)
    wrong = look(visitor, "reset-sent")
    visitor.open(registry.outbox.wait_link(person.email, "/account/reset/password"))
    wrong += look(visitor, "reset-password")
    visitor.submit("/account/reset/password", password="password1")
    wrong += look(visitor, "reset-password-wrong")
    visitor.submit("/account/reset/password", password="marble-ferry-77-attic")
    assert wrong + look(visitor, "reset-done") == []


def test_long_names_fit(registry, administrator, visit):
    person = Person(registry, unique("w" * 32))
    person.email = f"{person.name}@{'d' * 60}.{'e' * 60}.example.org"
    person.ready().add_totp()
    for number in range(3):
        person.add_key("K" * 63 + str(number))
    done(person.wire.submit("/account", "/account/profile", display_name="D" * 60))
    person.sign_in()
    (key, *_) = [link for link in person.wire.page("/account/security").links if link[-36:].count("-") == 4]
    own = ["/account", "/account/emails", "/account/security", "/account/sessions", "/account/delete", key]
    wrong = look_at(visit(registry, person.wire), own, "long-")
    people = ["/admin/people", f"/admin/people/{person.name}"]
    wrong += look_at(visit(registry, administrator.wire), people, "long-")
    visitor = visit(registry, person.half_way())
    assert wrong + look_at(visitor, ["/login/second-factor"], "long-") == []


def test_pages_between_password_and_session(registry, person, visit):
    person.ready().add_totp().add_key()
    visitor = visit(registry)
    visitor.open("/login")
    visitor.submit("/login", name=person.name, password="not-the-password-at-all")
    wrong = look(visitor, "login-wrong")
    visitor.submit("/login", name=person.name, password=person.password)
    wrong += look(visitor, "second-factor")
    visitor.submit("/login/totp", code=person.wrong_totp_code())
    wrong += look(visitor, "second-factor-wrong")
    visitor.submit("/login/totp", code=person.totp_code())
    wrong += look(visitor, "place-wait")
    link = registry.outbox.wait_link(person.email, "/login/place")
    visitor.open(link)
    wrong += look(visitor, "place-confirm")
    other = visit(registry)
    other.open(link)
    assert wrong + look(other, "place-other-browser") == []


def test_pages_that_refuse(registry, visit):
    wire = Wire(registry)
    for number in range(31):
        wire.submit("/login", name=f"nobody-{number}", password="not-the-password-at-all")
    visitor = visit(registry, wire)
    visitor.open("/login")
    visitor.submit("/login", name="nobody", password="not-the-password-at-all")
    wrong = look(visitor, "too-many")
    visitor.open("/account/new")
    visitor.submit("/account/new", name="x" * 30 + "!", email="nobody@example.org", password="password")
    assert wrong + look(visitor, "sign-up-wrong") == []


def test_pages_of_administrators(registry, administrator, person, visit):
    person.ready().add_totp()
    visitor = visit(registry, administrator.prove().wire)
    assert look_at(visitor, [*ADMINISTRATION, f"/admin/people/{person.name}"]) == []
    page = f"/admin/people/{person.name}"
    visitor.open(page)
    visitor.submit(f"{page}/recover")
    assert look(visitor, "admin-person-recovery") == []
    victim = visit(registry, person.wire)
    victim.open("/account/security")
    link = registry.outbox.wait_link(person.email, "/account/recovery/cancel")
    assert look(victim, "recovery-notice") + look_at(visit(registry), [link], "live-") == []


def test_pages_of_set_up_and_invitations(own_registry, visit):
    own_registry.sign_up = "invitation"
    registry = own_registry.start()
    assert look_at(visit(registry), [registry.set_up_link(), "/account/new"], "invited-") == []
    administrator, guest = Person(registry).administrator(), Person(registry)
    done(administrator.wire.submit("/admin/people", "/admin/people/invite", email=guest.email))
    wrong = look_at(visit(registry, administrator.wire), ["/admin/people?done=invited"], "invited-")
    link = registry.outbox.wait_link(guest.email, "/account/new")
    assert wrong + look_at(visit(registry), [link], "guest-") == []
    # A password by a link of the operator.
    new = Person(registry)
    told = registry.admin_text("user", "create", new.name, "--email", new.email)
    (link,) = [word for word in told.split() if "?key=" in word]
    assert look_at(visit(registry), [link], "operator-") == []
