"""Tokens on the pages of the places that they publish to, and on their owner's."""

import re

import pytest

from support.channel import unique
from support.people.person import Person
from support.people.places import Place

TOKEN = re.compile(r"bonded-[0-9A-Za-z]{49}")


@pytest.fixture
def place(registry, tmp_path) -> Place:
    """A public channel with a project and its owner, who administers the channel."""
    place = Place(registry, tmp_path)
    place.let_in(place.owner, "admin")
    return place


def test_switches_stop_tokens_that_are_there_already(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    settings = f"{place.path}/settings"
    visitor.open(settings)
    visitor.submit(settings, tokens_need_expiry=True)
    assert "settings are saved" in visitor.text
    refused = place.upload("1.1").refused_with()
    assert "tokens need an expiry" in refused.output
    short = place.token_of(place.owner, "--expires", "20d")
    place.upload("1.1", short).succeeded()
    visitor.submit(settings, longest_token_life="10")
    assert "10 days" in place.upload("1.2", short).refused_with().output
    visitor.submit(settings, longest_token_life="many")
    assert "number of days" in visitor.text
    visitor.open(settings)
    visitor.submit(settings, longest_token_life="", tokens_need_expiry=False)
    place.upload("1.2").succeeded()
    visitor.submit(settings, trusted_publishers_only=True)
    # What could publish was cut off; what is made from now on is refused.
    assert "not valid for project" in place.upload("1.3").refused_with().output
    late = place.token_of(place.owner)
    assert "trusted publishers only" in place.upload("1.3", late).refused_with().output


def test_a_channel_asks_for_what_its_projects_cannot_waive(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open(f"{place.channel_path}/settings")
    visitor.submit(f"{place.channel_path}/settings", tokens_need_expiry=True)
    assert "tokens need an expiry" in place.upload("1.1").refused_with().output
    visitor.open(f"{place.path}/settings")
    assert "The channel asks for these already" in visitor.text


def test_a_token_is_cut_off_and_let_in_again(registry, place, visit):
    publisher, name = place.person("publisher"), unique("build")
    token = place.token_of(publisher, name=name)
    other = unique("elsewhere")
    place.upload("1.0", token, project=other).succeeded()
    visitor = visit(registry, publisher.prove().wire)
    path = f"/projects/{place.channel}/{other}/tokens"
    visitor.open(path)
    assert name in visitor.text and "read, publish" in visitor.text
    owner = visit(registry, place.owner.prove().wire)
    owner.open(path)
    with owner.page.expect_navigation():
        owner.page.get_by_role("button", name=f"Cut off the token {name} of {publisher.name}").click()
    assert "cut off" in owner.text
    registry.outbox.wait(publisher.email, name)
    assert "403" in place.upload("1.1", token, project=other).refused_with().output
    with owner.page.expect_navigation():
        owner.page.get_by_role("button", name=f"Let in again the token {name} of {publisher.name}").click()
    place.upload("1.1", token, project=other).succeeded()


def test_a_token_is_cut_off_from_a_whole_channel(registry, place, visit):
    publisher, name = place.person("publisher"), unique("build")
    token, other = place.token_of(publisher, name=name), unique("elsewhere")
    place.upload("1.0", token, project=other).succeeded()
    owner = visit(registry, place.owner.prove().wire)
    owner.open(f"{place.channel_path}/tokens")
    with owner.page.expect_navigation():
        owner.page.get_by_role("button", name=f"Cut off the token {name} of {publisher.name}").click()
    assert "403" in place.upload("1.1", token, project=other).refused_with().output
    visitor = visit(registry, publisher.prove().wire)
    visitor.open(f"/projects/{place.channel}/{other}/tokens")
    assert "cut off" in visitor.text and visitor.page.get_by_role("button", name="Let in again").count() == 0


def test_only_those_who_look_after_a_place_see_its_tokens(registry, place, visit):
    publisher = place.person("publisher")
    for path in (f"{place.path}/tokens", f"{place.channel_path}/tokens"):
        assert publisher.wire.get(path).status_code == 403
        assert Person(registry).ready().wire.get(path).status_code == 403


def test_the_whole_life_of_a_token_that_publishes(registry, place, visit):
    publisher, project = place.person("publisher"), unique("mine")
    visitor = visit(registry, publisher.prove().wire)
    visitor.open("/account/tokens/new")
    ticked = {"may-read": True, "may-publish": True}
    visitor.submit("/account/tokens", name="laptop", lifetime="30", **ticked)
    token = TOKEN.search(visitor.text)[0]
    place.upload("1.0", token, project=project).succeeded()
    visitor.open("/account/tokens")
    for _ in range(60):
        if "twine" in visitor.text:
            break
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    assert "by twine" in visitor.text, "last uses are written within 20 seconds"
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="Renew or narrow the token laptop").click()
    path = visitor.path
    visitor.submit(path, **{f"project:{place.channel}/{project}": True})
    place.upload("1.1", token, project=project).succeeded()
    assert "403" in place.upload("1.0", token, project=unique("another")).refused_with().output
    visitor.open(path)
    visitor.submit(f"{path}/rotate", overlap="none")
    new = TOKEN.search(visitor.text)[0]
    assert "403" in place.upload("1.2", token, project=project).refused_with().output
    place.upload("1.2", new, project=project).succeeded()
    visitor.open("/account/tokens")
    visitor.submit(f"{path}/revoke")
    assert "403" in place.upload("1.3", new, project=project).refused_with().output
