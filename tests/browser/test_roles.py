"""Roles as people give, take and accept them in a browser, and what their tokens can do then."""

import pytest

from support.channel import unique
from support.people.passing_time import age
from support.people.person import Person
from support.people.places import Place
from support.people.wire import went_to


@pytest.fixture
def place(registry, tmp_path) -> Place:
    """A public channel with a project and its owner."""
    return Place(registry, tmp_path)


def people_page(visit, place: Place, person: Person):
    """The page with the people of the project, seen by somebody who proved just now who they are."""
    visitor = visit(place.registry, person.prove().wire)
    visitor.open(f"{place.path}/people")
    return visitor


def press(visitor, name: str) -> None:
    """Presses a button and waits for the next page."""
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name, exact=True).first.click()


def test_somebody_without_an_account_becomes_a_maintainer_and_is_removed_again(registry, place, visit):
    owner = people_page(visit, place, place.owner)
    guest = Person(registry)
    owner.submit(f"{place.path}/invite", who=guest.email, role="maintainer")
    assert "invitation is on its way" in owner.text and guest.email in owner.text

    link = registry.outbox.wait_link(guest.email, "/invitations/accept")
    stranger = visit(registry)
    stranger.open(link)
    assert place.owner.name in stranger.text and "maintainer" in stranger.text
    with stranger.page.expect_navigation():
        stranger.page.get_by_role("link", name="Make one with this invitation").click()
    stranger.submit("/account/new", name=guest.name, password=guest.password)
    # The address counts as proved: the link was mailed to it.
    assert stranger.path == "/invitations/accept", stranger.text
    press(stranger, "Accept")
    assert "administrator of the channel" in stranger.text, "the project's owner cannot open the channel"

    place.let_in(guest, "publisher")
    guest.wire = stranger.wire()
    guest.make_codes().add_key()
    visitor = visit(registry, guest.sign_in())
    visitor.open("/")
    assert "You are invited" in visitor.text
    press(visitor, f"Accept maintainer of the project {place.channel}/{place.project}")
    assert visitor.path == place.path and "accepted" in visitor.text
    token = place.token_of(guest)
    place.upload("1.1", token).succeeded()

    owner.open(f"{place.path}/people")
    press(owner, f"Remove {guest.name}")
    assert guest.name not in owner.page.locator("main").inner_text()
    refused = place.upload("1.2", token).refused_with()
    assert "403" in refused.output and "isn't allowed to upload" in refused.output


def test_a_link_opens_for_nobody_else_and_only_once(registry, place, visit):
    owner = people_page(visit, place, place.owner)
    guest, other = place.person("publisher"), place.person("publisher")
    owner.submit(f"{place.path}/invite", who=guest.name, role="owner")
    link = registry.outbox.wait_link(guest.email, "/invitations/accept")
    thief = visit(registry, other.wire)
    thief.open(link)
    assert "somebody else" in thief.text and thief.page.get_by_role("button", name="Accept").count() == 0
    visitor = visit(registry, guest.wire)
    visitor.open(link)
    visitor.submit("/invitations/accept")
    assert visitor.path == place.path
    assert visitor.open(link).status == 410 and "does not work" in visitor.text
    owner.submit(f"{place.path}/invite", who=other.email, role="owner")
    owner.submit(f"{place.path}/invitations/withdraw")
    withdrawn = registry.outbox.wait_link(other.email, "/invitations/accept")
    assert thief.open(withdrawn).status == 410


def test_a_declined_invitation_is_gone(registry, place, visit):
    owner = people_page(visit, place, place.owner)
    guest = place.person("publisher")
    owner.submit(f"{place.path}/invite", who=guest.name, role="owner")
    visitor = visit(registry, guest.wire)
    visitor.open("/")
    press(visitor, f"Decline owner of the project {place.channel}/{place.project}")
    assert "declined" in visitor.text and "You are invited" not in visitor.text
    owner.open(f"{place.path}/people")
    assert guest.name not in owner.page.locator("main").inner_text()


def test_an_invitation_to_nobody_is_refused_in_the_form(place, visit):
    owner = people_page(visit, place, place.owner)
    name = unique("nobody")
    owner.submit(f"{place.path}/invite", who=name, role="owner")
    assert "no account" in owner.text and owner.page.locator("#who").input_value() == name


def test_a_project_changes_hands(registry, place, visit):
    heir = place.person("publisher")
    owner = people_page(visit, place, place.owner)
    owner.submit(f"{place.path}/transfer", who=heir.name)
    assert "offer is on its way" in owner.text
    place.upload("1.1").succeeded()
    visitor = visit(registry, heir.wire)
    visitor.open(registry.outbox.wait_link(heir.email, "/invitations/accept"))
    assert "yours alone" in visitor.text
    press(visitor, "Accept")
    assert visitor.path == place.path
    assert "403" in place.upload("1.2").refused_with().output
    place.upload("1.2", place.token_of(heir)).succeeded()
    assert owner.open(f"{place.path}/people").status == 403
    registry.outbox.wait(place.owner.email, place.project)


def test_the_last_owner_stays(place, visit):
    owner = people_page(visit, place, place.owner)
    press(owner, f"Remove {place.owner.name}")
    assert "Nobody else looks after" in owner.text
    place.upload("1.1").succeeded()


def test_a_reader_leaves_a_channel_by_themselves(registry, place, visit):
    reader = place.person("reader")
    visitor = visit(registry, reader.prove().wire)
    visitor.open("/account")
    assert f"Channel {place.channel}" in visitor.text
    visitor.submit("/account/roles/leave")
    assert "You left." in visitor.text and f"Channel {place.channel}" not in visitor.text


def test_the_last_owner_cannot_leave_by_themselves(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open("/account")
    visitor.submit("/account/roles/leave")
    assert f"nobody else looks after the project {place.channel}/{place.project}" in visitor.text.lower()
    assert f"Channel {place.channel}" in visitor.text


def test_a_group_publishes_together(registry, administrator, place, visit):
    group, member = unique("core"), place.person()
    place.let_in(place.owner, "admin")
    visitor = visit(registry, administrator.prove().wire)
    visitor.open("/groups")
    visitor.submit("/admin/groups", name=group, manager=administrator.name)
    assert visitor.path == f"/groups/{group}"
    visitor.submit(f"/groups/{group}/invite", who=member.name, role="member")
    guest = visit(registry, member.wire)
    guest.open(registry.outbox.wait_link(member.email, "/invitations/accept"))
    press(guest, "Accept")
    assert guest.path == f"/groups/{group}"
    token = place.token_of(member)
    assert "403" in place.upload("1.1", token).refused_with().output

    admin = visit(registry, place.owner.prove().wire)
    admin.open(f"{place.channel_path}/people")
    give = admin.page.get_by_role("button", name="Give the role")
    admin.page.locator("#name").fill(group)
    admin.page.locator("#given-role").select_option("publisher")
    with admin.page.expect_navigation():
        give.click()
    assert "role is given" in admin.text and group in admin.text
    other = unique("other")
    place.upload("0.9", token, project=other).succeeded()

    # Without the group's role in the channel, the member's new project would be nobody's.
    visitor.open(f"/groups/{group}")
    press(visitor, f"Remove {member.name}")
    assert "Nobody else looks after" in visitor.text and other in visitor.text
    guest.open(f"/projects/{place.channel}/{other}/people")
    guest.submit(f"/projects/{place.channel}/{other}/invite", who=place.owner.name, role="owner")
    admin.open(registry.outbox.wait_link(place.owner.email, "/invitations/accept"))
    press(admin, "Accept")
    visitor.open(f"/groups/{group}")
    press(visitor, f"Remove {member.name}")
    assert "403" in place.upload("0.9", token, project=unique("third")).refused_with().output
    press(visitor, f"Remove {group}")
    assert visitor.path == "/groups" and group not in visitor.page.locator("main").inner_text()


def test_only_administrators_create_projects_where_that_is_the_rule(registry, place, visit):
    place.let_in(place.owner, "admin")
    publisher = place.person("publisher")
    token, name = place.token_of(publisher), unique("brand-new")
    admin = visit(registry, place.owner.prove().wire)
    admin.open(f"{place.channel_path}/settings")
    admin.submit(f"{place.channel_path}/settings", create_projects="admins")
    assert "settings are saved" in admin.text
    refused = place.upload("0.9", token, project=name).refused_with()
    assert "isn't allowed to create projects" in refused.output
    admin.open(place.channel_path)
    admin.submit(f"{place.channel_path}/projects", name=name, owner=publisher.name)
    assert admin.path == f"/projects/{place.channel}/{name}" and "is created" in admin.text
    place.upload("0.9", token, project=name).succeeded()


def test_changing_roles_needs_a_fresh_proof_and_the_right(registry, place, visit):
    path = f"{place.path}/people"
    guest = place.person("publisher")
    assert guest.wire.get(path).status_code == 403
    assert Person(registry).ready().wire.get(path).status_code == 403
    assert went_to(visit(registry).wire().get(path)).startswith("/login?next=")
    age(registry, "sessions", ("proved_at",), 901, place.owner.name)
    asked = place.owner.wire.submit(path, f"{place.path}/invite", who=guest.name, role="owner")
    assert went_to(asked).startswith("/account/proof?next=")
