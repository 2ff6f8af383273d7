"""Trusted publishers on the pages of projects, channels, people and administrators, and what is verified of what they
publish."""

import pytest
import requests

from support.channel import unique
from support.issuer import Issuer
from support.people.looks import look
from support.people.places import Place


@pytest.fixture
def place(registry, tmp_path) -> Place:
    """A public channel with a project and its owner, who administers the channel."""
    place = Place(registry, tmp_path)
    place.let_in(place.owner, "admin")
    return place


@pytest.fixture
def issuer(request):
    """An issuer like GitHub's, for a source repository of the test's own."""
    issuer = Issuer(repository=f"{unique('owner')}/rocket")
    yield issuer
    issuer.stop()


@pytest.fixture
def github(registry, administrator, issuer, visit) -> str:
    """The name under which an administrator has added the issuer."""
    name = unique("forge")
    visitor = visit(registry, administrator.prove().wire)
    visitor.open("/admin/issuers")
    visitor.submit(
        "/admin/issuers", provider="github", url=issuer.url, name=name, algorithm="RS256", private_network=True
    )
    assert "issuer is added" in visitor.text and name in visitor.text
    return name


def choose(visitor, path: str, name: str) -> None:
    """Chooses an issuer by what people call it; the form for its publishers comes."""
    visitor.open(path)
    form = visitor.form(f"{path}/new")
    options = form.locator("option").all()
    (value,) = [option.get_attribute("value") for option in options if name in option.inner_text()]
    visitor.submit(f"{path}/new", issuer=value)


def fields(issuer: Issuer, **changes: str) -> dict[str, str]:
    """What to type for jobs of the issuer's repository."""
    owner, repository = issuer.repository.split("/")
    typed = {"owner": owner, "owner_id": issuer.owner_id, "repository": repository, "workflow": issuer.workflow}
    return typed | changes


def add(visitor, place: Place, issuer: Issuer, name: str, **changes: str) -> None:
    """Adds a publisher to the project."""
    path = f"{place.path}/publishers"
    choose(visitor, path, name)
    visitor.submit(path, **fields(issuer, **changes))


def exchange(registry, issuer: Issuer, **changes) -> requests.Response:
    """What a job of the repository gets for its identity."""
    audience = requests.get(f"{registry.url}/_/oidc/audience", timeout=30).json()["audience"]
    identity = issuer.identity(audience, **changes)
    return requests.post(f"{registry.url}/_/oidc/mint-token", json={"token": identity}, timeout=60)


def minted(registry, issuer: Issuer, **changes) -> str:
    """The token that a job of the repository gets."""
    answer = exchange(registry, issuer, **changes)
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def press(visitor, name: str) -> None:
    """Presses the first button of that name."""
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name).first.click()


def test_a_publisher_is_added_used_narrowed_and_removed(registry, place, issuer, github, visit):
    visitor = visit(registry, place.owner.prove().wire)
    add(visitor, place, issuer, github)
    assert "trusted publisher is added" in visitor.text
    assert "No environment is required" in visitor.text and "never used" in visitor.text
    registry.outbox.wait(place.owner.email, issuer.repository)
    issuer.environment = "release"
    token = minted(registry, issuer)
    place.upload("1.0", token).succeeded()
    visitor.open(f"{place.path}/publishers")
    assert f"run {issuer.run}" in visitor.text and issuer.sha[:12] in visitor.text
    press(visitor, "Only from environment release")
    assert "only jobs of that environment" in visitor.text and "No environment is required" not in visitor.text
    refused = exchange(registry, issuer, environment="preview")
    assert refused.status_code == 422 and "environment" in refused.text
    visitor.open(f"{place.path}/publishers")
    assert "Refused." in visitor.text and "preview" in visitor.text
    later = minted(registry, issuer)
    press(visitor, "Remove")
    assert "publisher is removed" in visitor.text and "There is none yet" in visitor.text
    assert "403" in place.upload("1.1", later).refused_with().output


def test_bad_input_keeps_what_was_typed(registry, place, issuer, github, visit):
    visitor = visit(registry, place.owner.prove().wire)
    path = f"{place.path}/publishers"
    add(visitor, place, issuer, github, workflow="a/release.yml", environment="the stage")
    assert visitor.path == path and "without its directory" in visitor.text
    form = visitor.form(path)
    typed = fields(issuer, workflow="a/release.yml", environment="the stage")
    for name, value in typed.items():
        assert form.locator(f'[name="{name}"]').input_value() == value
    visitor.submit(path, workflow="release.yml")
    assert "trusted publisher is added" in visitor.text
    add(visitor, place, issuer, github, environment="the stage")
    assert visitor.page.locator(".notice-error").count() == 1, visitor.text


def test_an_owner_that_cannot_be_looked_up_is_typed(registry, place, issuer, github, visit):
    visitor = visit(registry, place.owner.prove().wire)
    path = f"{place.path}/publishers"
    # This issuer knows no accounts.
    add(visitor, place, issuer, github, owner_id="")
    error = visitor.page.locator(".field .error").inner_text()
    assert error, visitor.text
    visitor.submit(path, owner_id=issuer.owner_id)
    assert "trusted publisher is added" in visitor.text


def test_publishers_of_gitlab_have_fields_of_their_own_and_need_no_scripts(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire, java_script_enabled=False)
    path = f"{place.path}/publishers"
    choose(visitor, path, "GitLab.com")
    visitor.submit(path, namespace="acme/tools", project="rocket", environment="production")
    assert "trusted publisher is added" in visitor.text and "acme/tools/rocket" in visitor.text


def test_a_channel_and_a_group_take_publishers_with_a_prefix(
    registry, place, issuer, github, administrator, visit
):
    visitor = visit(registry, place.owner.prove().wire)
    path, prefix = f"{place.channel_path}/publishers", f"{unique('rocket')}-"
    choose(visitor, path, github)
    visitor.submit(path, prefix="x", **fields(issuer))
    assert visitor.page.locator("#prefix-error").count() == 1, visitor.text
    visitor.submit(path, prefix=prefix)
    assert f"Projects {prefix}*" in visitor.text
    place.upload("1.0", minted(registry, issuer), project=f"{prefix}one").succeeded()
    assert "403" in place.upload("1.0", minted(registry, issuer)).refused_with().output
    group = unique("core")
    admin = visit(registry, administrator.prove().wire)
    admin.open("/groups")
    admin.submit("/admin/groups", name=group, manager=place.owner.name)
    registry.admin_text("channel", "member", "add", place.channel, "--group", group, "--role", "publisher")
    choose(visitor, f"/groups/{group}/publishers", github)
    visitor.submit(
        f"/groups/{group}/publishers", channel=place.channel, prefix=f"{prefix}two", **fields(issuer)
    )
    assert f"Projects {prefix}two* in the channel {place.channel}" in visitor.text


def test_a_pending_publisher_makes_the_project(registry, place, issuer, github, visit):
    name = unique("comet")
    publisher = place.person("publisher")
    visitor = visit(registry, publisher.prove().wire)
    choose(visitor, "/account/publishers", github)
    visitor.submit("/account/publishers", channel=place.channel, name="not a name!", **fields(issuer))
    assert visitor.page.locator("#name-error").count() == 1, visitor.text
    visitor.submit("/account/publishers", name=name)
    assert "publisher is registered" in visitor.text and name in visitor.text
    administrator = visit(registry, place.owner.prove().wire)
    administrator.open(f"{place.channel_path}/publishers")
    assert name in administrator.text and publisher.name in administrator.text
    administrator.submit(f"{place.channel_path}/publishers/reserve", reserve=True)
    place.upload("1.0", project=name).refused_with("400", "is kept free for whoever registered")
    place.upload("1.0", minted(registry, issuer), project=name).succeeded()
    visitor.open("/account/publishers")
    assert "You have none" in visitor.text
    visitor.open(f"/projects/{place.channel}/{name}/publishers")
    assert issuer.repository in visitor.text


def test_an_issuer_is_switched_off_at_once(registry, place, issuer, github, administrator, visit):
    owner = visit(registry, place.owner.prove().wire)
    add(owner, place, issuer, github)
    token = minted(registry, issuer)
    admin = visit(registry, administrator.prove().wire)
    admin.open("/admin/issuers")
    press(admin, f"Switch off {github}")
    assert "switched off" in admin.text
    assert "403" in place.upload("1.0", token).refused_with().output
    assert exchange(registry, issuer).status_code == 422
    owner.open(f"{place.path}/publishers")
    assert "Its issuer is switched off" in owner.text
    press(admin, f"Switch on {github}")
    place.upload("1.0", minted(registry, issuer)).succeeded()
    admin.page.get_by_text(f"Change or remove {github}").click()
    assert "1 publisher goes with it" in admin.text
    remove = admin.page.locator("form", has=admin.page.get_by_role("button", name=f"Remove {github}")).last
    remove.get_by_label("to confirm").fill("https://token.actions.githubusercontent.com")
    press(admin, f"Remove {github}")
    assert f"Type '{issuer.url}' to remove it" in admin.text
    admin.page.get_by_text(f"Change or remove {github}").click()
    remove.get_by_label("to confirm").fill(issuer.url)
    press(admin, f"Remove {github}")
    assert "issuer is removed" in admin.text
    owner.open(f"{place.path}/publishers")
    assert "There is none yet" in owner.text
    registry.outbox.wait(place.owner.email, f"A trusted publisher of {place.project} was removed")


def test_trusted_publishers_only_leaves_no_token(registry, place, issuer, github, visit):
    visitor = visit(registry, place.owner.prove().wire)
    add(visitor, place, issuer, github)
    visitor.open("/account/tokens")
    assert f"{place.channel}/{place.project} has a trusted publisher" in visitor.text
    visitor.open(f"{place.path}/settings")
    visitor.submit(f"{place.path}/settings", trusted_publishers_only=True)
    assert "403" in place.upload("1.0").refused_with().output
    place.upload("1.0", minted(registry, issuer)).succeeded()
    # The token itself has lost the project: it gets nothing back when people may publish again.
    visitor.open(f"{place.path}/settings")
    visitor.submit(f"{place.path}/settings", trusted_publishers_only=False)
    assert "403" in place.upload("1.1").refused_with().output
    place.upload("1.1", minted(registry, issuer)).succeeded()


def test_a_release_shows_where_it_comes_from(registry, place, issuer, github, visit):
    visitor = visit(registry, place.owner.prove().wire)
    add(visitor, place, issuer, github)
    place.upload("1.0", minted(registry, issuer)).succeeded()
    guest = visit(registry)
    guest.open(place.path)
    assert "source verified" in guest.text and "Built from" in guest.text
    guest.page.locator("details summary", has_text="Built from").click()
    for fact in (issuer.repository, issuer.sha, str(issuer.run), "release.yml", issuer.ref):
        assert fact in guest.text, fact
    guest.open(f"{place.path}/releases/0.9")
    assert "source not verified" in guest.text
    api = f"{registry.url}/api/bonded/v1/channels/{place.channel}/projects/{place.project}/provenance"
    told = requests.get(api, timeout=30).json()
    assert [release["state"] for release in told["releases"]] == ["full", "none"]
    assert told["releases"][0]["files"][0]["verified_source"]["commit"] == issuer.sha
    # Somebody uploads with a token that they stole.
    place.upload("1.1").succeeded()
    guest.open(place.path)
    assert "lost its verified source" in guest.text and guest.page.get_by_role("alert").count() == 1
    registry.outbox.wait(place.owner.email, "lost its verified source")
    assert requests.get(api, timeout=30).json()["releases"][0]["state"] == "lost"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_pages_of_publishers_can_be_read_by_everybody(
    registry, place, issuer, github, administrator, visit
):
    visitor = visit(registry, place.owner.prove().wire)
    add(visitor, place, issuer, github)
    issuer.environment = "release"
    place.upload("1.0", minted(registry, issuer)).succeeded()
    exchange(registry, issuer, repository_owner_id="1")
    wrong = []
    for name, path in {
        "publishers-project": f"{place.path}/publishers",
        "publishers-channel": f"{place.channel_path}/publishers",
        "publishers-own": "/account/publishers",
        "project-verified": place.path,
    }.items():
        assert visitor.open(path).status == 200
        wrong += look(visitor, name)
    choose(visitor, f"{place.channel_path}/publishers", github)
    wrong += look(visitor, "publishers-new")
    visitor.submit(f"{place.channel_path}/publishers", prefix="x", **fields(issuer, workflow="x"))
    wrong += look(visitor, "publishers-new-wrong")
    choose(visitor, "/account/publishers", github)
    wrong += look(visitor, "publishers-pending-new")
    place.upload("1.1").succeeded()
    visitor.open(f"{place.path}/releases/1.1")
    wrong += look(visitor, "release-lost")
    admin = visit(registry, administrator.prove().wire)
    admin.open("/admin/issuers")
    wrong += look(admin, "admin-issuers")
    assert wrong == []
