"""Addresses, invitations, uploads by password, and the end of an account."""

import pytest

from support import distributions, uploads
from support.channel import Channel, create_users, unique
from support.people.outbox import text_of
from support.people.person import Person, is_signed_in
from support.people.wire import Wire, done, forms_of, told, went_to


def test_a_new_main_address_is_told_to_the_old_one(registry, person):
    person.ready()
    old, new = person.email, f"{unique('new')}@example.org"
    done(person.wire.submit("/account/emails", email=new))
    shown = person.wire.get("/account/emails")
    assert not [path for path in forms_of(shown) if path.endswith("/primary")], "it is not proved yet"
    went_to(Wire(registry).submit(registry.outbox.wait_link(new, "/account/verify")))
    shown = person.wire.get("/account/emails")
    (primary,) = [path for path in forms_of(shown) if path.endswith("/primary")]
    done(person.wire.send(shown, primary))
    assert new in text_of(registry.outbox.wait(old, "another address now"))


def test_a_verification_link_signs_nobody_in_and_works_once(registry, person):
    person.sign_up()
    link, stranger = registry.outbox.wait_link(person.email, "/account/verify"), Wire(registry)
    shown = stranger.get(link)
    went_to(stranger.send(shown, "/account/verify"))
    assert not is_signed_in(person, stranger)
    assert stranger.send(shown, "/account/verify").status_code != 303


def test_opening_a_link_does_nothing_yet(registry, person):
    person.sign_up()
    link = registry.outbox.wait_link(person.email, "/account/verify")
    for _ in range(3):
        Wire(registry).page(link)
    assert person.wire.get("/account/tokens").status_code == 303, "a mail scanner verified the address"
    went_to(Wire(registry).submit(link))


def test_a_link_of_one_kind_is_none_of_another(registry, person):
    person.sign_up()
    key = registry.outbox.wait_link(person.email, "/account/verify").partition("key=")[2]
    wire = Wire(registry)
    csrf = wire.csrf("/login")
    for path in ("/account/reset/password", "/account/setup", "/login/place", "/account/recovery/cancel"):
        answer = wire.request(
            "POST", path, data={"csrf": csrf, "key": key, "password": "marble-ferry-77-attic"}
        )
        assert answer.status_code != 303, f"{path} {told(answer)}"
    went_to(wire.submit(f"/account/verify?key={key}"))


def test_who_deletes_an_account_types_its_name(registry, person):
    person.ready()
    answer = person.wire.submit("/account/delete", name="somebody")
    assert answer.status_code != 303, told(answer)
    went_to(person.wire.submit("/account/delete", name=person.name))
    assert not is_signed_in(person, person.wire)
    registry.outbox.wait(person.email, "deleted")
    assert person.give_password(Wire(registry)).status_code != 303
    again = Wire(registry).submit(
        "/account/new", name=person.name, email="other@example.org", password=person.password
    )
    assert again.status_code != 303, "the name was given to somebody else"


def test_the_only_owner_of_a_project_cannot_go(registry, person, tmp_path):
    person.ready().add_totp()
    channel = Channel(registry, "python")
    registry.admin_text("channel", "member", "add", channel.name, person.name, "--role", "publisher")
    channel.publish_token = channel.token("read", "publish", user=person.name)
    assert uploads.legacy(channel, distributions.wheel(tmp_path, "orphan"), "orphan").status_code == 200
    page = person.wire.page("/account/delete")
    assert "orphan" in page.text
    csrf = person.wire.csrf("/account/delete")
    answer = person.wire.request("POST", "/account/delete", data={"csrf": csrf, "name": person.name})
    assert answer.status_code != 303 and is_signed_in(person, person.wire), told(answer)


@pytest.mark.parametrize("rule", ["invitation", "closed"])
def test_sign_up_can_be_closed(engine, make_registry, rule):
    registry = make_registry(engine, sign_up=rule).start()
    stranger = Person(registry)
    assert "/account/new" not in forms_of(stranger.wire.get("/account/new"))
    csrf = stranger.wire.csrf("/login")
    fields = {"csrf": csrf, "name": stranger.name, "email": stranger.email, "password": stranger.password}
    assert stranger.wire.request("POST", "/account/new", data=fields).status_code != 303
    if rule == "invitation":
        administrator = Person(registry).administrator()
        done(administrator.wire.submit("/admin/people", "/admin/people/invite", email=stranger.email))
        link = registry.outbox.wait_link(stranger.email, "/account/new")
        fields.pop("csrf")
        shown = stranger.wire.get(link)
        went_to(stranger.wire.send(shown, "/account/new", **fields))
        assert is_signed_in(stranger, stranger.wire)
        again = Person(registry)
        fields |= {"name": again.name}
        assert again.wire.send(shown, "/account/new", **fields).status_code != 303, "it worked twice"


@pytest.mark.parametrize("allowed", [False, True])
def test_uploads_by_password(engine, make_registry, tmp_path, allowed):
    registry = make_registry(engine, *(["--password-uploads"] if allowed else [])).start()
    person = Person(registry).ready()
    # Publishers need a second factor unless the rule says otherwise.
    registry.admin_text("policy", "--second-factor", "nobody")
    create_users(registry)
    channel = Channel(registry, "python")
    registry.admin_text("channel", "member", "add", channel.name, person.name, "--role", "publisher")

    def publish(project: str, password: str) -> int:
        wheel = distributions.wheel(tmp_path, project)
        return uploads.legacy(channel, wheel, project, token=password, user=person.name).status_code

    assert publish("one", person.password) == (200 if allowed else 403)
    assert publish("two", "not-the-password-at-all") in (401, 403)
    assert ("an upload with a password: tokens are safer" in registry.log()) == allowed
    person.add_totp()
    assert publish("three", person.password) == 403
