"""Getting back in without the factors: recovery codes, and recovery by administrators."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.bonded import until
from support.people.outbox import text_of
from support.people.passing_time import age
from support.people.person import Person, codes_in, is_signed_in
from support.people.wire import Wire, done, told, went_to


def test_twenty_uses_of_one_code_at_once_sign_in_once(registry, person):
    person.ready().add_key()
    browsers = [person.half_way() for _ in range(20)]
    pages = [browser.get("/login/second-factor") for browser in browsers]

    def use(number: int):
        return browsers[number].send(pages[number], "/login/recovery-code", code=person.codes[2])

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(use, range(20)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(303) == 1 and max(statuses) < 500, statuses


def test_old_codes_work_until_new_ones_are_confirmed(registry, person):
    person.ready().add_key()
    shown = person.wire.submit("/account/recovery-codes")
    new = codes_in(shown.text)

    def status(code: str) -> int:
        wire = person.half_way()
        return wire.submit("/login/second-factor", "/login/recovery-code", code=code).status_code

    assert status(new[0]) != 303, "a code that was never confirmed works"
    assert status(person.codes[0]) == 303, "the old codes ended before the new ones began"
    done(person.wire.send(shown, "/account/recovery-codes/confirm", code=new[7]))
    assert status(person.codes[1]) != 303, "an old code works beside the new ones"
    assert status(new[7]) == 303, "the confirmation used the code up"


def test_a_code_that_was_mistyped_confirms_nothing(person):
    person.sign_up().verify()
    shown = person.wire.submit("/account/recovery-codes")
    answer = person.wire.send(shown, "/account/recovery-codes/confirm", code="aaaa-aaaa-aaaa-aaaa")
    assert answer.status_code != 303, told(answer)
    assert person.wire.get("/account/totp").status_code == 303, (
        "a factor can be set up without confirmed codes"
    )


def test_codes_are_written_as_people_write(registry, person):
    person.ready().add_key()
    spelt = person.codes[3].replace("-", " ").upper()
    wire = person.half_way()
    went_to(wire.submit("/login/second-factor", "/login/recovery-code", code=f"  {spelt} "))


def recover(administrator: Person, person: Person, step: str):
    """One step of an administrator for a person who is locked out."""
    page = f"/admin/people/{person.name}"
    return administrator.wire.submit(page, f"{page}/{step}")


@pytest.fixture(scope="module")
def patient_registry(engine, make_registry):
    """A registry where a recovery takes effect after an hour, which tests let pass."""
    return make_registry(engine, "--recovery-wait", "1h").start()


def let_the_wait_pass(registry) -> None:
    """All recoveries that wait are due; the server looks for such work every second."""
    age(registry, "recoveries", ("due_at",), 3600)
    age(registry, "jobs", ("run_at",), 3600)


@pytest.fixture(scope="module")
def helper(patient_registry) -> Person:
    return Person(patient_registry).administrator()


def test_an_administrator_recovers_an_account_after_the_wait(patient_registry, helper):
    person = Person(patient_registry).ready().add_totp()
    person.add_key()
    done(recover(helper, person, "recover"))
    told = text_of(patient_registry.outbox.wait(person.email, "/account/recovery/cancel"))
    assert helper.name in told
    assert is_signed_in(person, person.wire), "the recovery did not wait"
    let_the_wait_pass(patient_registry)
    link = until(lambda: reset_link(patient_registry, person))
    assert not is_signed_in(person, person.wire)
    person.password, person.totp = "marble-ferry-77-attic", None
    person.key.credentials.clear()
    went_to(Wire(patient_registry).submit(link, "/account/reset/password", password=person.password))
    wire = person.sign_in()
    assert is_signed_in(person, wire)
    person.wire = wire
    person.make_codes().add_totp()


def reset_link(registry, person) -> str | None:
    mails = [text_of(mail) for mail in registry.outbox.to(person.email)]
    lines = [word for mail in mails for word in mail.split() if "/account/reset/password?key=" in word]
    return lines[-1] if lines else None


def test_the_person_cancels_a_recovery_by_the_link(patient_registry, helper):
    person = Person(patient_registry).ready()
    person.add_key()
    done(recover(helper, person, "recover"))
    link = patient_registry.outbox.wait_link(person.email, "/account/recovery/cancel")
    went_to(Wire(patient_registry).submit(link))
    patient_registry.outbox.wait(person.email, "cancel")
    let_the_wait_pass(patient_registry)
    with pytest.raises(AssertionError):
        until(lambda: reset_link(patient_registry, person), 3)
    assert is_signed_in(person, person.wire)
    went_to(person.give_second_factor(person.half_way()))


def test_two_administrators_are_two(engine, make_registry):
    registry = make_registry(engine, "--recovery", "two-administrators").start()
    first, second = Person(registry).administrator(), Person(registry).administrator()
    person = Person(registry).ready()
    person.add_key()
    done(recover(first, person, "recover"))
    page = f"/admin/people/{person.name}"
    csrf = first.wire.csrf(page)
    again = first.wire.request("POST", f"{page}/recovery/approve", data={"csrf": csrf})
    assert not reset_link(registry, person) and is_signed_in(person, person.wire), told(again)
    own = person.wire.request("POST", f"{page}/recovery/approve", data={"csrf": person.wire.csrf("/account")})
    assert own.status_code in (403, 404), told(own)
    done(recover(second, person, "recovery/approve"))
    registry.outbox.wait_link(person.email, "/account/reset/password")
    assert not is_signed_in(person, person.wire)


def test_the_operator_recovers_at_once(registry, person):
    person.ready().add_key()
    registry.admin_text("user", "recover", person.name)
    registry.outbox.wait_link(person.email, "/account/reset/password")
    assert not is_signed_in(person, person.wire)
