"""Sessions begin with a new secret, end when they should, and prove again who is there."""

import pytest

from support.people.passing_time import age
from support.people.person import Person, is_signed_in
from support.people.wire import Wire, done, told, went_to

DAY = 86400


def ends_in(page) -> list[str]:
    """Where the buttons go that end one session each."""
    return [form.path for form in page.forms if form.path.endswith("/end")]


def test_session_fixation_gains_nothing(registry, person):
    person.ready().add_key()
    victim = Wire(registry)
    victim.page("/login")
    planted = victim.secret
    went_to(person.give_password(victim))
    half_way = victim.secret
    went_to(person.give_second_factor(victim))
    assert is_signed_in(person, victim)
    assert len({planted, half_way, victim.secret}) == 3, "the secret was not changed at each step"
    for known in (planted, half_way):
        assert not is_signed_in(person, Wire(registry, cookies={"bonded": known}))


def test_a_secret_that_somebody_else_chose_is_not_taken(registry, person):
    person.ready()
    chosen = "A" * 43
    victim = Wire(registry, cookies={"bonded": chosen})
    went_to(person.give_password(victim))
    assert is_signed_in(person, victim) and victim.secret != chosen
    assert not is_signed_in(person, Wire(registry, cookies={"bonded": chosen}))


def test_the_cookie_is_for_the_server_alone(registry, person):
    person.ready()
    answer = person.give_password(Wire(registry))
    cookies = [cookie for cookie in answer.raw.headers.getlist("Set-Cookie") if cookie.startswith("bonded=")]
    attributes = {part.strip().lower() for part in cookies[0].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(part.startswith(("domain", "max-age", "expires")) for part in attributes)


def test_signing_out_ends_the_session_on_the_server(registry, person):
    person.ready()
    copied = Wire(registry, cookies=person.wire.cookies)
    assert is_signed_in(person, copied)
    went_to(person.wire.submit("/account", "/logout"))
    assert not is_signed_in(person, copied) and not is_signed_in(person, person.wire)


def test_a_new_password_ends_every_other_session(registry, person):
    person.ready()
    other = person.sign_in()
    before = Wire(registry, cookies=person.wire.cookies)
    person.change_password("marble-ferry-77-attic")
    assert is_signed_in(person, person.wire)
    assert not is_signed_in(person, other) and not is_signed_in(person, before)


def test_a_session_can_be_ended_from_another(registry, person):
    person.ready()
    other = person.sign_in()
    own, *others = ends_in(person.wire.page("/account/sessions"))
    assert len(others) == 1
    done(person.wire.submit("/account/sessions", others[0]))
    assert is_signed_in(person, person.wire) and not is_signed_in(person, other)
    went_to(person.wire.submit("/account/sessions", own))
    assert not is_signed_in(person, person.wire)


def test_all_sessions_can_be_ended_at_once(registry, person):
    person.ready()
    others = [person.sign_in(), person.sign_in()]
    went_to(person.wire.submit("/account/sessions", "/account/sessions/end-all"))
    assert not any(is_signed_in(person, wire) for wire in (person.wire, *others))


def test_nobody_ends_the_session_of_another_person(registry, person):
    person.ready()
    person.sign_in()
    ends = ends_in(person.wire.page("/account/sessions"))
    stranger = Person(registry).ready()
    csrf = stranger.wire.csrf("/account/sessions")
    assert ends
    for path in ends:
        assert stranger.wire.request("POST", path, data={"csrf": csrf}).status_code == 404
    assert is_signed_in(person, person.wire)


@pytest.mark.parametrize(
    ("columns", "seconds"), [(("seen_at",), DAY / 2 + 60), (("expires_at",), 7 * DAY + 60)]
)
def test_a_session_ends_by_itself(registry, person, columns, seconds):
    person.ready()
    age(registry, "sessions", columns, seconds - 120, person.name)
    assert is_signed_in(person, person.wire)
    if columns == ("seen_at",):
        age(registry, "sessions", columns, seconds, person.name)
    else:
        age(registry, "sessions", columns, 240, person.name)
    assert not is_signed_in(person, person.wire)


def test_dangerous_things_need_a_fresh_proof(registry, person):
    person.ready().add_totp()
    age(registry, "sessions", ("proved_at",), 901, person.name)
    for path in ("/account/password", "/account/keys/new", "/account/recovery-codes", "/account/delete"):
        answer = person.wire.get(path)
        assert went_to(answer).startswith("/account/proof?next="), path
    removed = person.wire.request(
        "POST", "/account/totp/remove", data={"csrf": person.wire.csrf("/account/security")}
    )
    assert went_to(removed).startswith("/account/proof")
    person.prove()
    person.wire.page("/account/password")


def test_the_proof_is_with_the_strongest_factor(registry, person):
    person.ready().add_totp().add_key()
    age(registry, "sessions", ("proved_at",), 901, person.name)
    csrf = person.wire.csrf("/account/proof")
    for kind, fields in (("password", {"password": person.password}), ("totp", {"code": person.totp_code()})):
        person.wire.request("POST", f"/account/proof/{kind}", data={"csrf": csrf} | fields)
        assert person.wire.get("/account/password").status_code == 303, kind
    went_to(person.wire.touch("/account/proof", "/account/proof/key", person.key.get))
    person.wire.page("/account/password")


def test_another_users_name_in_the_proof_proves_nothing(registry, person):
    thief = Person(registry)
    thief.password = "marble-ferry-77-attic"
    thief.ready()
    person.ready()
    age(registry, "sessions", ("proved_at",), 901, person.name)
    csrf = person.wire.csrf("/account/proof")
    for name in ("name", "username", "user", "login"):
        # The thief sits at the victim's browser, and knows no password but the thief's own.
        posted = {"csrf": csrf, name: thief.name, "password": thief.password}
        answer = person.wire.request("POST", "/account/proof/password", data=posted)
        assert answer.status_code != 303, told(answer)
    assert went_to(person.wire.get("/account/password")).startswith("/account/proof")


def test_another_users_factor_proves_nothing(registry, person):
    person.ready().add_totp()
    thief = Person(registry).ready().add_totp()
    age(registry, "sessions", ("proved_at",), 901, person.name)
    for fields in ({"code": thief.totp_code()}, {"code": thief.totp_code(), "name": thief.name}):
        csrf = person.wire.csrf("/account/proof")
        answer = person.wire.request("POST", "/account/proof/totp", data={"csrf": csrf} | fields)
        assert answer.status_code != 303, told(answer)


def test_a_suspended_person_is_out_at_the_next_request(registry, person, administrator):
    administrator.prove()
    person.ready()
    half_way = Person(registry).ready().add_totp()
    waiting = half_way.half_way()
    for name in (person.name, half_way.name):
        page = f"/admin/people/{name}"
        done(administrator.wire.submit(page, f"{page}/suspend"))
    assert not is_signed_in(person, person.wire)
    assert went_to(waiting.get("/login/second-factor")) == "/login", "half a sign-in went on"
    assert person.give_password(Wire(registry)).status_code != 303
    page = f"/admin/people/{person.name}"
    done(administrator.wire.submit(page, f"{page}/reinstate"))
    assert not went_to(person.give_password(Wire(registry))).startswith("/login")
