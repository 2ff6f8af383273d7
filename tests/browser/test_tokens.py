"""The life of an API token in a browser."""

import re

import requests

from support.channel import unique
from support.people.looks import look
from support.people.passing_time import age
from support.people.person import Person
from support.people.places import Place
from support.people.wire import told, went_to

TOKEN = re.compile(r"bonded-[0-9A-Za-z]{49}")


def read(registry, token: str, channel: str) -> int:
    """The status of the channel's index for a program with the token."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{registry.url}/{channel}/simple/", headers=headers, timeout=30).status_code


def private_channel(registry, person) -> str:
    """A private channel that the person publishes in."""
    channel = unique("team")
    registry.admin("channel", "create", channel, "--format", "python", "--private")
    registry.admin("channel", "member", "add", channel, person.name, "--role", "publisher")
    return channel


def test_the_whole_life_of_a_token(registry, person, visit):
    person.ready().add_key()
    channel = private_channel(registry, person)
    person.prove()
    seen = len(registry.outbox.to(person.email))
    visitor = visit(registry, person.wire)
    visitor.open("/account/tokens")
    assert "no tokens yet" in visitor.text
    wrong = look(visitor, "no-tokens")
    visitor.page.get_by_role("link", name="Make a token").click()
    wrong += look(visitor, "new-token")
    ticked = {"may-read": True, "may-publish": True, f"channel:{channel}": True}
    visitor.submit("/account/tokens", name="laptop", lifetime="30", scope="limited", **ticked)
    token = TOKEN.search(visitor.text)[0]
    assert f"{registry.url}/{channel}/legacy/" in visitor.text and "twine upload" in visitor.text
    wrong += look(visitor, "issued-token")
    assert read(registry, token, channel) == 200
    visitor.open("/account/tokens")
    assert "laptop" in visitor.text and "read, publish" in visitor.text and channel in visitor.text
    assert token not in visitor.page.content()
    wrong += look(visitor, "one-token")
    visitor.page.get_by_role("button", name="Revoke the token laptop").click()
    visitor.page.wait_for_url("**/account/tokens?done=token-revoked")
    assert "does not work any more" in visitor.text
    assert read(registry, token, channel) == 401
    mails = [str(mail) for mail in registry.outbox.to(person.email)[seen:]]
    assert not any(TOKEN.search(mail) for mail in mails)
    assert wrong == []


def test_a_token_gets_a_new_secret_and_is_narrowed(registry, person, visit):
    person.ready()
    channel = private_channel(registry, person)
    person.add_key()
    person.prove()
    visitor = visit(registry, person.wire)
    visitor.open("/account/tokens/new")
    visitor.submit("/account/tokens", name="laptop", **{"may-read": True, "may-publish": True})
    old = TOKEN.search(visitor.text)[0]
    # A token that can do more than read has leaked when it stands in a URL.
    assert requests.get(f"{registry.url}/t/{old}/{channel}/simple/", timeout=30).status_code == 403
    visitor.open("/account/tokens")
    assert "leaked" in visitor.text
    wrong = look(visitor, "leaked-token")
    visitor.page.get_by_role("link", name="Replace the secret of the token laptop").click()
    wrong += look(visitor, "edit-token")
    path = visitor.path
    assert "has leaked" in visitor.text
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Replace the secret now").click()
    new = TOKEN.search(visitor.text)[0]
    assert (read(registry, old, channel), read(registry, new, channel)) == (401, 200)
    visitor.open(path)
    visitor.submit(path, **{"may-publish": False, "networks": "198.51.100.0/24"})
    assert "narrowed" in visitor.text and "198.51.100.0/24" in visitor.text and "leaked" not in visitor.text
    assert read(registry, new, channel) == 401
    assert wrong == []


def row(visitor, name: str) -> str:
    """What the list says of a token."""
    link = visitor.page.get_by_role("link", name=f"Renew or narrow the token {name}")
    return visitor.page.get_by_role("listitem").filter(has=link).inner_text()


def test_a_token_for_a_channel_is_narrowed_to_the_project_that_it_is_used_for(registry, tmp_path, visit):
    place = Place(registry, tmp_path)
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open("/account/tokens/new")
    channel, project = f"channel:{place.channel}", f"project:{place.channel}/{place.project}"
    ticked = {"may-publish": True, channel: True}
    visitor.submit("/account/tokens", name="wide", scope="limited", **ticked)
    token = TOKEN.search(visitor.text)[0]
    place.upload("1.0", token).succeeded()
    visitor.open("/account/tokens")
    assert "wider than used" in row(visitor, "wide") and "it could be narrowed to that" in row(visitor, "wide")
    visitor.page.get_by_role("link", name="Renew or narrow the token wide").click()
    path = visitor.path
    visitor.submit(path, **{project: True})
    assert "choose one of the two" in visitor.text
    assert visitor.page.locator(f'[name="{project}"]').is_checked()
    wrong = look(visitor, "narrowed-too-little")
    visitor.submit(path, **{channel: False})
    assert "narrowed" in visitor.text and "wider than used" not in row(visitor, "wide")
    place.upload("1.1", token).succeeded()
    place.upload("1.0", token, unique("other")).refused_with("not valid for project")
    assert wrong == []


def test_an_administrator_of_a_channel_names_a_project_that_has_no_box(registry, tmp_path, visit):
    place = Place(registry, tmp_path)
    visitor = visit(registry, place.person("admin").prove().wire)
    visitor.open("/account/tokens/new")
    named = {"may-publish": True, "project": place.project}
    visitor.submit("/account/tokens", name="one", scope="limited", **named)
    assert "Write the channel and the project" in visitor.text
    field = visitor.page.get_by_label("Another project")
    assert field.input_value() == place.project and visitor.page.locator("[name=name]").input_value() == "one"
    wrong = look(visitor, "misnamed-project")
    visitor.submit("/account/tokens", project=f"{place.channel}/{place.project}")
    token = TOKEN.search(visitor.text)[0]
    place.upload("1.0", token).succeeded()
    place.upload("1.0", token, unique("other")).refused_with("not valid for project")
    assert wrong == []


def test_a_channel_token_comes_with_a_finished_url(registry, person, visit):
    person.ready()
    channel = unique("lab")
    registry.admin("channel", "create", channel, "--format", "conda", "--private")
    registry.admin("channel", "member", "add", channel, person.name, "--role", "reader")
    person.prove()
    visitor = visit(registry, person.wire)
    visitor.open("/account/tokens/channel")
    wrong = look(visitor, "new-channel-token")
    visitor.submit("/account/tokens/channel", name="lab", channel=channel, lifetime="30")
    wrong += look(visitor, "issued-channel-token")
    token = TOKEN.search(visitor.text)[0]
    url = f"{registry.url}/t/{token}/{channel}"
    assert url in visitor.text and ".condarc" in visitor.text
    assert requests.get(f"{url}/noarch/repodata.json", timeout=30).status_code == 200
    assert wrong == []


def test_the_copy_button_copies_the_token(registry, person, visit):
    person.ready().prove()
    visitor = visit(registry, person.wire)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open("/account/tokens/new")
    visitor.submit("/account/tokens", name="laptop", lifetime="7")
    visitor.page.get_by_role("button", name="Copy", exact=True).first.click()
    visitor.page.get_by_role("button", name="Copied").wait_for()
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert TOKEN.fullmatch(copied) and copied in visitor.text


def test_a_form_that_was_refused_keeps_what_was_typed(registry, person, visit):
    person.ready().prove()
    visitor = visit(registry, person.wire)
    visitor.open("/account/tokens/new")
    visitor.submit("/account/tokens", name="laptop", lifetime="7", scope="limited", **{"may-yank": True})
    assert "at least one channel" in visitor.text
    assert visitor.page.locator("[name=name]").input_value() == "laptop"
    assert visitor.page.locator("[name=may-yank]").is_checked()
    assert look(visitor, "refused-token") == []


def test_a_token_needs_a_fresh_proof(registry, person):
    person.ready()
    age(registry, "sessions", ("proved_at",), 16 * 60, person.name)
    assert went_to(person.wire.get("/account/tokens/new")).startswith("/account/proof?next=")


def test_nobody_revokes_the_token_of_another_person(registry, person):
    person.ready().prove()
    answer = person.wire.submit("/account/tokens/new", "/account/tokens", name="laptop")
    assert answer.status_code == 200, told(answer)
    token = TOKEN.search(answer.text)[0]
    revokes = [
        form.path for form in person.wire.page("/account/tokens").forms if form.path.endswith("/revoke")
    ]
    stranger = Person(registry).ready()
    csrf = stranger.wire.csrf("/account/tokens/new")
    for path in revokes:
        assert stranger.wire.request("POST", path, data={"csrf": csrf}).status_code == 404
    assert revokes and read(registry, token, "pypi") == 200
