"""Codes of authenticator apps are used once, in order."""

import time

import pytest

from support.people.passing_time import age
from support.people.person import Person, is_signed_in
from support.people.wire import Wire, told, went_to


@pytest.fixture
def owner(registry, person):
    """Somebody with an authenticator app, whose enrolment used up a code of the past."""
    return person.ready().add_totp()


def give(person, code: str, wire: Wire | None = None):
    """The answer to a code at the second step."""
    return (wire or person.half_way()).submit("/login/second-factor", "/login/totp", code=code)


def test_the_code_of_the_enrolment_does_not_sign_in(owner):
    answer = give(owner, owner.totp.at(owner._last_step * 30))
    assert answer.status_code != 303, told(answer)


@pytest.mark.parametrize("spell", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{}\t"])
def test_a_code_is_not_taken_twice_however_it_is_spelt(owner, spell):
    code = owner.totp_code()
    assert went_to(give(owner, code)).startswith("/login/place")
    answer = give(owner, spell.format(code))
    assert answer.status_code != 303, told(answer)


def test_an_earlier_code_is_not_taken_after_a_later_one(owner):
    later = owner.totp_code()
    earlier = owner.totp.at((owner._last_step - 1) * 30)
    assert went_to(give(owner, later)).startswith("/login/place")
    assert give(owner, earlier).status_code != 303


def test_a_code_that_signed_in_does_not_prove(registry, owner):
    code = owner.totp_code()
    went_to(give(owner, code))
    age(registry, "sessions", ("proved_at",), 901, owner.name)
    answer = owner.wire.submit("/account/proof", "/account/proof/totp", code=code)
    assert answer.status_code != 303, told(answer)


def test_a_code_with_a_space_in_it_is_taken(owner):
    code = owner.totp_code()
    assert went_to(give(owner, f"{code[:3]} {code[3:]}")).startswith("/login/place")


@pytest.mark.parametrize("steps", [-10, -3, 3, 10, 100])
def test_codes_of_other_times_are_refused(owner, steps):
    code = owner.totp.at((int(time.time()) // 30 + steps) * 30)
    assert give(owner, code).status_code != 303


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "1e5000", "0" * 3000])
def test_what_is_no_code_is_refused(owner, code):
    answer = give(owner, code)
    assert answer.status_code != 303 and answer.status_code < 500, told(answer)


def test_the_code_of_somebody_elses_app_is_refused(registry, owner):
    other = Person(registry).ready().add_totp()
    wire = owner.half_way()
    assert give(owner, other.totp_code(), wire).status_code != 303
    assert not is_signed_in(owner, wire)
