"""From the first visit to signing in again, as people do it: in a browser, by keyboard, without scripts."""

import pyotp

from support.people.passing_time import age
from support.people.person import codes_in, totp_key_in
from support.people.virtual_key import VirtualKey


def sign_up(visitor, person) -> None:
    visitor.open("/account/new")
    visitor.submit("/account/new", name=person.name, email=person.email, password=person.password)
    assert person.name in visitor.text
    visitor.open(visitor.registry.outbox.wait_link(person.email, "/account/verify"))
    visitor.submit("/account/verify")


def keep_codes(visitor) -> list[str]:
    visitor.open("/account/recovery-codes")
    visitor.submit("/account/recovery-codes")
    codes = codes_in(visitor.page.content())
    assert len(codes) == 8, visitor.text
    visitor.submit("/account/recovery-codes/confirm", code=codes[5])
    return codes


def add_key(visitor, name: str) -> None:
    visitor.open("/account/keys/new")
    visitor.submit("/account/keys", name=name)
    visitor.open("/account/security")
    assert name in visitor.text


def test_from_sign_up_to_a_passkey_that_needs_no_password(registry, visit, person):
    visitor = visit(registry)
    sign_up(visitor, person)
    keep_codes(visitor)
    key = VirtualKey(visitor.page)
    add_key(visitor, "the grey key")
    assert [held["rpId"] for held in key.credentials] == ["localhost"]
    visitor.submit("/logout")
    visitor.open("/account")
    assert visitor.path == "/login"
    visitor.submit("/login/passkey")
    assert visitor.path == "/account" and person.name in visitor.text


def test_a_key_is_the_second_step_after_a_password(registry, visit, person):
    visitor = visit(registry, person.ready().wire)
    VirtualKey(visitor.page, hasUserVerification=False, isUserVerified=False, hasResidentKey=False)
    add_key(visitor, "no fingerprint")
    visitor.submit("/logout")
    visitor.open("/login")
    visitor.submit("/login", name=person.name, password=person.password)
    assert visitor.path == "/login/second-factor"
    visitor.submit("/login/key")
    assert not visitor.path.startswith("/login") and person.name in visitor.text


def test_a_dangerous_page_asks_for_the_key_again(registry, visit, person):
    visitor = visit(registry, person.ready().wire)
    VirtualKey(visitor.page)
    add_key(visitor, "the grey key")
    visitor.open("/account/delete")
    assert visitor.path == "/account/delete", "setting up the key was a proof"
    age(registry, "sessions", ("proved_at",), 901, person.name)
    visitor.open("/account/delete")
    assert visitor.path == "/account/proof"
    visitor.submit("/account/proof/key")
    assert visitor.path == "/account/delete"
    visitor.submit("/account/delete", name=person.name)
    visitor.open("/account")
    assert visitor.path == "/login"


def test_a_key_that_is_registered_already_is_explained(registry, visit, person):
    visitor = visit(registry, person.ready().wire)
    key = VirtualKey(visitor.page)
    add_key(visitor, "once")
    visitor.open("/account/keys/new")
    form = visitor.fill("/account/keys", name="twice")
    form.locator("button:not([type=button])").click()
    alert = visitor.page.get_by_role("alert")
    alert.wait_for()
    assert "registered already" in alert.inner_text()
    assert len(key.credentials) == 1 and visitor.path == "/account/keys/new"


def test_a_key_that_does_not_know_its_owner_is_explained_and_can_be_tried_again(registry, visit, person):
    visitor = visit(registry, person.ready().wire)
    key = VirtualKey(visitor.page, isUserVerified=False)
    visitor.open("/account/keys/new")
    form = visitor.fill("/account/keys", name="slow finger")
    form.locator("button:not([type=button])").click()
    alert = visitor.page.get_by_role("alert")
    alert.wait_for()
    assert "Nothing was received" in alert.inner_text() and not key.credentials
    key.know_owner(True)
    visitor.submit("/account/keys")
    assert visitor.path == "/account/security" and "slow finger" in visitor.text


def test_without_scripts_everything_works_but_keys(registry, visit, person):
    visitor = visit(registry, java_script_enabled=False)
    sign_up(visitor, person)
    codes = keep_codes(visitor)
    visitor.open("/account/totp")
    person.totp = pyotp.TOTP(totp_key_in(visitor.text))
    visitor.submit("/account/totp", code=person.totp_code())
    visitor.open("/account/keys/new")
    assert "JavaScript" in visitor.text
    visitor.submit("/logout")
    visitor = visit(registry, java_script_enabled=False)
    visitor.open("/login")
    visitor.submit("/login", name=person.name, password=person.password)
    visitor.submit("/login/recovery-code", code=codes[0].upper())
    assert visitor.path == "/login/place/wait"
    visitor.open(registry.outbox.wait_link(person.email, "/login/place"))
    visitor.submit("/login/place")
    assert not visitor.path.startswith("/login") and person.name in visitor.text


def press_until(visitor, name: str) -> None:
    """Presses the tabulator until a field or button has the focus, and shows it."""
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
            const ring = style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
            return [at.name || at.innerText.trim(), ring || style.boxShadow !== 'none', at.tagName]; }"""
        )
        assert focused[2] in ("BODY", "HTML") or focused[1], f"{focused[0]!r} does not show its focus"
        if focused[0] == name:
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def test_somebody_without_a_mouse_signs_in(registry, visit, person):
    person.ready().add_totp()
    visitor = visit(registry)
    visitor.open("/login")
    press_until(visitor, "name")
    visitor.page.keyboard.type(person.name)
    press_until(visitor, "password")
    visitor.page.keyboard.type(person.password)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    press_until(visitor, "code")
    visitor.page.keyboard.type(person.totp_code())
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.open(registry.outbox.wait_link(person.email, "/login/place"))
    press_until(visitor, "Yes, sign me in")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert not visitor.path.startswith("/login") and person.name in visitor.text
