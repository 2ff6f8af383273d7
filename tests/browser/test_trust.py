"""Pages about signatures: those of a channel and of its packages, and what they say of a development root."""

import pytest

from support import conda_packages, content_trust, environment, signed_channel, uploads
from support.bonded import BINARY, Server, until
from support.ceremony import Machine
from support.channel import Channel, create_users
from support.people.looks import look
from support.people.person import Person

DEVELOPMENT = "This is a development root"


def trust(server: Server, *arguments: str) -> None:
    """`bonded trust …` on the machine of the server."""
    words = [BINARY, "trust", *arguments, "--data", str(server.data)]
    words += ["--database", server.database] if server.database else []
    environment.run(words, server.environment).succeeded()


@pytest.fixture
def ann(tmp_path) -> Machine:
    """Somebody's machine, with a key on it."""
    (tmp_path / "ann").mkdir()
    machine = Machine(tmp_path / "ann")
    machine.public = machine.make_key()
    return machine


@pytest.fixture
def channel(registry, tmp_path) -> Channel:
    """A channel that the server signs, with a package."""
    channel = Channel(registry, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "1.0")).ok
    return channel


def squeezed(text: str) -> str:
    """Text without what stands between groups of digits."""
    return "".join(text.split())


def test_a_channel_shows_roots_and_keys_and_a_package_who_signed_it(registry, channel, visit):
    visitor = visit(registry)
    visitor.open(f"/channels/{channel.name}")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="Trust", exact=True).click()
    assert visitor.path == f"/channels/{channel.name}/trust"
    assert DEVELOPMENT in visitor.text and "bonded conda trust" in visitor.text
    assert "root-fingerprint" not in visitor.text
    delegations = signed_channel.roots(registry)[-1]["signed"]["delegations"]
    named = [*delegations["root"]["pubkeys"], *delegations["key_mgr"]["pubkeys"], *signed_channel.keys(registry)]
    shown = squeezed(visitor.text)
    assert [key for key in named if key not in shown] == []
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="1.root.json").click()
    assert visitor.path == "/1.root.json"
    visitor.open(f"/projects/{channel.name}/base")
    (key,) = signed_channel.keys(registry)
    assert f"Signed by this server ({key[:16]}" in visitor.text and DEVELOPMENT in visitor.text
    visitor.open(f"/projects/{channel.name}/base/releases/1.0")
    assert "Signed by this server" in visitor.text


def test_publishers_keys_are_shown_with_their_names(registry, ann, tmp_path, visit):
    channel = Channel(registry, "conda")
    trust(registry, "publisher-key", "add", channel.name, ann.public, "--name", "ann's key")
    registry.admin_text("channel", "signing", channel.name, "publisher")
    package = conda_packages.build(tmp_path, "base", "1.0")
    ann.trust("sign-package", str(package), "--key", "root.key", secret=True)
    signature = package.with_name(f"{package.name}.sig").read_text().strip()
    assert uploads.prefix(channel, package, **{"X-Bonded-Signature": signature}).ok
    visitor = visit(registry)
    visitor.open(f"/channels/{channel.name}/trust")
    assert "Its publishers" in visitor.text and "ann's key" in visitor.text
    assert ann.public in squeezed(visitor.text)
    visitor.open(f"/projects/{channel.name}/base")
    assert f"Signed by ann's key ({ann.public[:16]}" in visitor.text
    registry.admin_text("channel", "signing", channel.name, "off")
    project = f"/projects/{channel.name}/base"
    until(lambda: visitor.open(project) and "Not signed" in visitor.text)
    assert DEVELOPMENT not in visitor.text
    visitor.open(f"/channels/{channel.name}/trust")
    assert "are not signed" in visitor.text


def test_a_root_of_a_ceremony_ends_the_notice(own_registry, ann, tmp_path, visit):
    registry = own_registry.start()
    create_users(registry)
    channel = Channel(registry, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "1.0")).ok
    pages = {
        "/admin/people": visit(registry, Person(registry).administrator().wire),
        f"/channels/{channel.name}/trust": visit(registry),
        f"/projects/{channel.name}/base": visit(registry),
    }
    for path, visitor in pages.items():
        visitor.open(path)
        assert DEVELOPMENT in visitor.text, path
    first = registry.get("/1.root.json")
    (ann.directory / "1.root.json").write_bytes(first.content)
    (manager,) = first.json()["signed"]["delegations"]["key_mgr"]["pubkeys"]
    made = ["--root-key", "root.key.pub", "--threshold", "1", "--key-manager", manager]
    ann.trust("init", *made, "--from", "1.root.json", "--out", ".")
    ann.sign("2.root.json", "--previous", "1.root.json")
    fingerprint = content_trust.fingerprint(ann.read("2.root.json"))
    trust(registry, "adopt", str(ann.directory / "2.root.json"))
    until(lambda: registry.get("/2.root.json").status_code == 200)
    for path, visitor in pages.items():
        visitor.open(path)
        assert DEVELOPMENT not in visitor.text, path
    visitor = pages[f"/channels/{channel.name}/trust"]
    visitor.open(f"/channels/{channel.name}/trust")
    assert "Root 2" in visitor.text and "Root 1" in visitor.page.locator("#history").locator("..").inner_text()
    assert fingerprint in squeezed(visitor.text) and ann.public in squeezed(visitor.text)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_pages_about_trust_can_be_read_by_everybody(registry, channel, ann, administrator, visit):
    trust(registry, "publisher-key", "add", channel.name, ann.public, "--name", "a key with a long name of ann's")
    wrong = []
    for prefix, visitor in {"": visit(registry), "admin-": visit(registry, administrator.prove().wire)}.items():
        for name, path in {
            "trust": f"/channels/{channel.name}/trust",
            "trust-project": f"/projects/{channel.name}/base",
            "trust-release": f"/projects/{channel.name}/base/releases/1.0",
        }.items():
            assert visitor.open(path).status == 200, path
            wrong += look(visitor, prefix + name)
    assert wrong == []
