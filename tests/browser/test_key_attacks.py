"""Security keys that lie: about origins, users, counters and challenges."""

import json
from functools import partial

import pytest

from support.people.person import Person, is_signed_in
from support.people.soft_key import SoftKey
from support.people.virtual_key import VirtualKey
from support.people.wire import Wire, told, went_to

STEP = ("/login/second-factor", "/login/key")
PASSKEY = ("/login", "/login/passkey")


@pytest.fixture
def owner(registry, person):
    """Somebody with a security key."""
    person.ready().add_key()
    return person


def refused(owner, wire: Wire, place: tuple[str, str], sign) -> str:
    """The key's answer was refused; what the person is told."""
    answer = wire.touch(*place, sign)
    assert answer.status_code not in (303, 500), told(answer)
    assert not is_signed_in(owner, wire)
    return told(answer)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost", "http://localhost:1", "https://localhost", "null"]
)
def test_wrong_origin(owner, origin):
    owner.key.origin = origin
    refused(owner, owner.half_way(), STEP, owner.key.get)
    refused(owner, Wire(owner.registry), PASSKEY, owner.key.get)


def test_wrong_relying_party(owner):
    owner.key.credentials[-1].rp_id = "evil.example"
    refused(owner, owner.half_way(), STEP, owner.key.get)


def test_another_users_credential(registry, owner):
    thief = Person(registry).ready()
    thief.add_key()
    refused(owner, owner.half_way(), STEP, thief.key.get)

    def as_the_owner(options: dict) -> dict:
        answer = thief.key.get(options)
        answer["response"]["userHandle"] = owner.key.get(options)["response"]["userHandle"]
        return answer

    refused(owner, Wire(registry), PASSKEY, as_the_owner)


def test_counter_that_does_not_rise(owner):
    wire = owner.half_way()
    went_to(wire.touch(*STEP, partial(owner.key.get, counter=7)))
    for counter in (7, 6, 1):
        refused(owner, owner.half_way(), STEP, partial(owner.key.get, counter=counter))
    wire = owner.half_way()
    went_to(wire.touch(*STEP, partial(owner.key.get, counter=8)))


def test_cloned_key_in_a_browser(registry, person, visit):
    visitor = visit(registry, person.ready().wire)
    key = VirtualKey(visitor.page)
    visitor.open("/account/keys/new")
    visitor.submit("/account/keys", name="copied later")
    (copy,) = key.credentials
    visitor.submit("/logout")
    visitor.open("/login")
    visitor.submit("/login/passkey")
    visitor.submit("/logout")
    key.put(copy, signCount=0)
    visitor.open("/login")
    visitor.submit("/login/passkey")
    assert visitor.path.startswith("/login") and not is_signed_in(person, visitor.wire())


def test_challenge_reuse(owner):
    wire = owner.half_way()
    shown = wire.get(STEP[0])
    answer = json.dumps(owner.key.get(wire.options(shown, STEP[1])))
    went_to(wire.send(shown, STEP[1], credential=answer))
    again = owner.half_way()
    shown = again.get(STEP[0])
    assert again.send(shown, STEP[1], credential=answer).status_code != 303, "no challenge was outstanding"
    again.options(shown, STEP[1])
    assert again.send(shown, STEP[1], credential=answer).status_code != 303, "an old challenge was taken"


def test_a_failed_answer_uses_the_challenge_up(owner):
    wire = owner.half_way()
    shown = wire.get(STEP[0])
    options = wire.options(shown, STEP[1])
    broken = owner.key.get(options)
    broken["response"]["signature"] = owner.key.get(options)["response"]["authenticatorData"]
    assert wire.send(shown, STEP[1], credential=json.dumps(broken)).status_code != 303
    answer = wire.send(shown, STEP[1], credential=json.dumps(owner.key.get(options)))
    assert answer.status_code != 303, "the same challenge could be tried twice"


def test_challenge_of_another_browser(owner):
    elsewhere, wire = owner.half_way(), owner.half_way()
    options = elsewhere.options(elsewhere.get(STEP[0]), STEP[1])
    wire.options(wire.get(STEP[0]), STEP[1])
    answer = wire.send(wire.get(STEP[0]), STEP[1], credential=json.dumps(owner.key.get(options)))
    assert answer.status_code != 303, told(answer)


def test_challenge_of_another_ceremony(owner):
    wire = owner.half_way()
    passkey = wire.options(wire.get("/login"), PASSKEY[1])
    shown = wire.get(STEP[0])
    assert wire.send(shown, STEP[1], credential=json.dumps(owner.key.get(passkey))).status_code != 303


def test_a_passkey_that_does_not_know_its_owner_does_not_replace_a_password(registry, owner):
    owner.key.verifies = False
    refused(owner, Wire(registry), PASSKEY, owner.key.get)
    wire = owner.half_way()
    went_to(wire.touch(*STEP, owner.key.get))
    assert is_signed_in(owner, wire), "as a second step it is enough"


def test_registering_the_key_of_somebody_else(registry, owner):
    thief = Person(registry).ready()
    key = SoftKey(registry.url)

    def copy_id(options: dict) -> dict:
        key.create(options)
        key.credentials[-1].id = owner.key.credentials[-1].id
        return key.attest(key.credentials[-1], options)

    answer = thief.wire.touch("/account/keys/new", "/account/keys", copy_id, name="stolen")
    assert answer.status_code != 303, told(answer)
    wire = owner.half_way()
    went_to(wire.touch(*STEP, owner.key.get))


@pytest.mark.parametrize(
    "credential", ["", "{}", "null", "[]", "x", '{"id":"AA"}', '{"id":"' + "A" * 5000 + '"}']
)
def test_what_is_no_answer_of_a_key_is_refused(owner, credential):
    for wire, (page, action) in ((owner.half_way(), STEP), (Wire(owner.registry), PASSKEY)):
        shown = wire.get(page)
        wire.options(shown, action)
        answer = wire.send(shown, action, credential=credential)
        assert answer.status_code != 303 and answer.status_code < 500, told(answer)
