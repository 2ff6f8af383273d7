"""The pages of channels, projects and groups: whether everybody can read them, and what they do not tell."""

import json

import pytest

from support.channel import unique
from support.people.looks import look
from support.people.person import Person
from support.people.places import Place

ENDS = ("people", "publishers", "tokens", "settings", "activity")


def look_at(visitor, paths: dict[str, str]) -> list[str]:
    """Opens each page and tells what is wrong with it."""
    wrong = []
    for name, path in paths.items():
        answer = visitor.open(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        wrong += look(visitor, name)
    return wrong


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_pages_of_places_can_be_read_by_everybody(registry, tmp_path, administrator, visit):
    place = Place(registry, tmp_path)
    place.let_in(place.owner, "admin")
    group = unique("core")
    admin = visit(registry, administrator.prove().wire)
    admin.open("/groups")
    admin.submit("/admin/groups", name=group, manager=place.owner.name)
    owner = visit(registry, place.owner.prove().wire)
    pages = {f"channel-{end}": f"{place.channel_path}/{end}" for end in ENDS}
    pages |= {f"project-{end}": f"{place.path}/{end}" for end in ENDS}
    pages |= {
        "home-own": "/",
        "channel": place.channel_path,
        "project": place.path,
        "release": f"{place.path}/releases/0.9",
        "delete": f"{place.path}/delete?release=0.9",
        "groups": "/groups",
        "group": f"/groups/{group}",
        "group-publishers": f"/groups/{group}/publishers",
    }
    wrong = look_at(owner, pages)
    open_pages = {"channels": "/channels", "search": f"/search?q={place.project}", "open-project": place.path}
    wrong += look_at(visit(registry), open_pages)
    wrong += look_at(admin, {"all-groups": "/groups", "managed-group": f"/groups/{group}"})
    guest = place.person("publisher")
    owner.open(f"{place.path}/people")
    owner.submit(f"{place.path}/invite", who=guest.name, role="maintainer")
    wrong += look(owner, "project-people-invited")
    link = registry.outbox.wait_link(guest.email, "/invitations/accept")
    wrong += look_at(visit(registry, guest.wire), {"invitation": link, "home-invited": "/"})
    wrong += look_at(visit(registry), {"invitation-stranger": link})
    assert wrong == []


def test_searches_and_lists_tell_nothing_of_private_places(registry, tmp_path, visit):
    place = Place(registry, tmp_path, private=True)
    outsider = Person(registry).ready()
    for visitor in (visit(registry), visit(registry, outsider.wire)):
        visitor.open("/search")
        visitor.submit("/search", q=place.project)
        assert "No project that is open to you" in visitor.text
        visitor.open("/channels")
        assert place.channel not in visitor.page.content()
    assert visit(registry, outsider.wire).open(place.path).status == 404
    stranger = visit(registry)
    stranger.open(place.path)
    assert stranger.path == "/login"
    stranger.open(f"/channels/{unique('none')}")
    assert stranger.path == "/login"
    owner = visit(registry, place.owner.wire)
    owner.open("/search")
    owner.submit("/search", q=place.project)
    with owner.page.expect_navigation():
        owner.page.get_by_role("link", name=place.project).click()
    assert owner.path == place.path


def test_what_happened_is_told_to_those_who_look_after_it(registry, tmp_path, visit):
    place = Place(registry, tmp_path)
    admin = place.person("admin")
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open(f"{place.path}/activity")
    told = visitor.page.locator("main").inner_text()
    assert f"The project {place.project} was made in the channel {place.channel}." in told
    assert "-0.9-py3-none-any.whl was published" in told
    assert f", by {place.owner.name}, with the token" in told
    lines = place.owner.wire.get(f"{place.path}/activity.jsonl")
    events = [json.loads(line) for line in lines.text.splitlines()]
    assert any(event["event"].startswith("project:") for event in events), events
    guard = visit(registry, admin.wire)
    guard.open(f"{place.channel_path}/activity")
    assert place.owner.name in guard.text
    guard.submit(f"{place.channel_path}/activity", person=place.owner.name)
    assert place.owner.name in guard.text
    assert Person(registry).ready().wire.get(f"{place.path}/activity").status_code == 403


def test_a_role_is_given_by_keyboard_and_without_scripts(registry, tmp_path, visit):
    place = Place(registry, tmp_path)
    guest = place.person("publisher")
    visitor = visit(registry, place.owner.prove().wire, java_script_enabled=False)
    visitor.open(place.path)
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        if visitor.page.locator("*:focus").inner_text() == "People":
            break
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.path == f"{place.path}/people"
    visitor.page.locator("#who").focus()
    visitor.page.keyboard.type(guest.name)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("o")
    visitor.page.keyboard.press("Tab")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert "invitation is on its way" in visitor.text and "owner" in visitor.text
