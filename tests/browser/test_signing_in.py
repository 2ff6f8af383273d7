"""Signing in: with each factor, from new and known places, and what half a sign-in is worth."""

import json

import pytest

from support.people.outbox import text_of
from support.people.passing_time import age
from support.people.person import is_signed_in
from support.people.wire import Wire, forms_of, told, went_to


def test_a_wrong_password_signs_nobody_in(registry, person):
    person.ready()
    wire = Wire(registry)
    answer = person.give_password(wire, password="not-the-password-at-all")
    assert answer.status_code in (200, 401, 422), told(answer)
    assert not is_signed_in(person, wire)


def test_a_password_alone_signs_in_and_a_new_place_is_told(registry, person):
    person.ready()
    wire = Wire(registry)
    assert not went_to(person.give_password(wire)).startswith("/login")
    assert is_signed_in(person, wire)
    assert wire.address in text_of(registry.outbox.wait(person.email, "signed in|sign-in"))


def test_half_a_sign_in_opens_nothing(registry, person):
    person.ready().add_totp()
    wire = person.half_way()
    assert not is_signed_in(person, wire)
    for path in ("/account", "/account/security", "/account/sessions", "/account/tokens"):
        assert went_to(wire.get(path)).startswith("/login")


def test_half_a_sign_in_ends_after_ten_minutes(registry, person):
    person.ready().add_key()
    wire = person.half_way()
    shown = wire.get("/login/second-factor")
    options = wire.options(shown, "/login/key")
    age(registry, "sign_ins", ("created_at", "expires_at"), 601, person.name)
    signed = json.dumps(person.key.get(options))
    answer = wire.send(shown, "/login/key", credential=signed)
    assert not is_signed_in(person, wire), told(answer)


def test_a_code_from_a_new_place_is_confirmed_in_the_same_browser(registry, person):
    person.ready().add_totp()
    wire = person.half_way()
    where = went_to(person.give_second_factor(wire))
    assert where.startswith("/login/place") and not is_signed_in(person, wire)
    link = registry.outbox.wait_link(person.email, "/login/place")
    assert wire.address in text_of(registry.outbox.wait(person.email, "/login/place"))

    elsewhere = Wire(registry)
    assert "/login/place" not in forms_of(elsewhere.get(link))
    csrf = elsewhere.csrf("/login")
    secret = link.partition("key=")[2]
    forced = elsewhere.request("POST", "/login/place", data={"csrf": csrf, "key": secret})
    assert forced.status_code != 303 and not is_signed_in(person, elsewhere)

    shown = wire.get(link)
    went_to(wire.send(shown, "/login/place"))
    assert is_signed_in(person, wire)
    assert wire.send(shown, "/login/place").status_code != 303, "the link worked twice"


def test_a_victims_own_browser_does_not_confirm_the_sign_in_of_a_thief(registry, person):
    person.ready().add_totp()
    thief = person.half_way()
    went_to(person.give_second_factor(thief))
    link = registry.outbox.wait_link(person.email, "/login/place")
    assert "/login/place" not in forms_of(person.wire.get(link))
    assert not is_signed_in(person, thief)


def test_a_known_place_is_not_asked_again(registry, person):
    person.ready().add_totp()
    wire = person.sign_in()
    went_to(wire.submit("/account", "/logout"))
    person.half_way(wire)
    assert not went_to(person.give_second_factor(wire)).startswith("/login")


def test_a_key_is_enough_in_a_new_place(registry, person):
    person.ready().add_key()
    wire = person.half_way()
    assert not went_to(person.give_second_factor(wire)).startswith("/login")
    assert is_signed_in(person, wire)


def test_a_recovery_code_works_once(registry, person):
    person.ready().add_totp()
    wire = person.half_way()
    code = person.codes[1]
    went_to(wire.submit("/login/second-factor", "/login/recovery-code", code=code))
    went_to(wire.submit(registry.outbox.wait_link(person.email, "/login/place")))
    assert is_signed_in(person, wire)
    assert "7" in text_of(registry.outbox.wait(person.email, "recovery code was used|used a recovery code"))
    again = person.half_way()
    answer = again.submit("/login/second-factor", "/login/recovery-code", code=code)
    assert answer.status_code != 303, told(answer)


@pytest.mark.parametrize("next", ["/account/sessions", "/account/emails?x=1"])
def test_after_signing_in_people_are_where_they_wanted_to_be(registry, person, next):
    person.ready()
    assert went_to(person.give_password(Wire(registry), next=next.replace("?", "%3F"))) == next


def test_a_new_password_by_mail_ends_all_sessions_and_leaves_the_factors(registry, person):
    person.ready().add_key()
    visitor = Wire(registry)
    went_to(visitor.submit("/account/reset", account=person.email))
    link = registry.outbox.wait_link(person.email, "/account/reset/password")
    old, person.password = person.password, "marble-ferry-77-attic"
    shown = visitor.get(link)
    went_to(visitor.send(shown, "/account/reset/password", password=person.password))
    assert not is_signed_in(person, visitor), "a reset signs nobody in"
    assert not is_signed_in(person, person.wire), "the old session lives on"
    assert visitor.send(shown, "/account/reset/password", password=old).status_code != 303, (
        "the link worked twice"
    )
    assert person.give_password(Wire(registry), password=old).status_code != 303
    wire = person.half_way()
    went_to(person.give_second_factor(wire))
    assert is_signed_in(person, wire)
