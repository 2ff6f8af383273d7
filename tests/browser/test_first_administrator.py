"""The first administrator comes by the link that the server prints."""

import pytest

from support.people.person import Person, is_signed_in
from support.people.wire import Wire, forms_of, told, went_to


def set_up(person: Person, link: str):
    """Uses the link; the answer."""
    return person.wire.submit(link, name=person.name, email=person.email, password=person.password)


def test_from_the_printed_link_to_an_administrator_with_a_key(own_registry, visit):
    registry = own_registry.start()
    person = Person(registry)
    link = registry.set_up_link()
    visitor = visit(registry, person.wire)
    visitor.open(link)
    visitor.submit("/account/setup", name=person.name, email=person.email, password=person.password)
    person.wire = visitor.wire()
    assert is_signed_in(person, person.wire)
    assert person.wire.get("/admin/people").status_code == 303, (
        "an administrator's password alone opens something"
    )
    person.make_codes().add_key()
    assert person.name in person.wire.page("/admin/people").text
    assert "/account/setup" not in forms_of(Wire(registry).get(link))
    registry.stop()
    registry.start()
    with pytest.raises(AssertionError):
        registry.set_up_link()


def test_the_link_works_once(own_registry):
    registry = own_registry.start()
    link, first, second = registry.set_up_link(), Person(registry), Person(registry)
    shown = second.wire.get(link)
    went_to(set_up(first, link))
    fields = {"name": second.name, "email": second.email, "password": second.password}
    answer = second.wire.send(shown, "/account/setup", **fields)
    assert answer.status_code != 303 and not is_signed_in(second, second.wire), told(answer)


def test_a_new_start_prints_a_new_link_and_ends_the_old_one(own_registry):
    registry = own_registry.start()
    old = registry.set_up_link()
    registry.stop()
    registry.start()
    new = registry.set_up_link()
    assert new != old
    person = Person(registry)
    assert "/account/setup" not in forms_of(person.wire.get(old))
    went_to(set_up(person, new))
    assert is_signed_in(person, person.wire)


def test_a_guessed_link_opens_nothing(own_registry):
    registry = own_registry.start()
    for key in ("", "A" * 43, "x", "%00", registry.set_up_link().partition("key=")[2][:-1]):
        answer = Wire(registry).get(f"/account/setup?key={key}")
        assert 400 <= answer.status_code < 500, f"{key} {told(answer)}"
