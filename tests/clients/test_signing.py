"""Signed conda channels verify by an independent implementation, before and after every change of keys."""

import json

import pytest

from support import conda_packages, environment, signed_channel, uploads
from support.bonded import BINARY, Server, until
from support.ceremony import Machine
from support.channel import Channel, create_users


@pytest.fixture
def started(own_server) -> Server:
    """A server of the test's own, with users."""
    own_server.start()
    create_users(own_server)
    yield own_server
    own_server.kill()


@pytest.fixture
def machine(tmp_path):
    """Makes machines by the names of their people."""

    def make(name: str) -> Machine:
        (tmp_path / name).mkdir()
        return Machine(tmp_path / name)

    return make


def fill(channel: Channel, directory) -> set[str]:
    packages = [
        conda_packages.build(directory, "base", "1.0"),
        conda_packages.build(directory, "base", "1.0", extension=".tar.bz2"),
        conda_packages.build(
            directory, "odd", "2.0", license="Ünï \U0001f600 \x7f </>", depends=["base >=1"]
        ),
    ]
    for package in packages:
        answer = uploads.prefix(channel, package)
        assert answer.ok, answer.text
    names = {package.name for package in packages}
    until(lambda: channel.record_names() >= names, 10)
    return names


def test_every_record_verifies_wherever_it_stands(conda_channel, rattler, tmp_path):
    names = fill(conda_channel, tmp_path)
    signers = signed_channel.verify(conda_channel)
    assert signers.keys() == names and all(len(keys) == 1 for keys in signers.values())
    server = conda_channel.server
    url = f"{server.url}/t/{conda_channel.read_token}/{conda_channel.name}"
    for shards in (True, False):
        assert "odd" in rattler.install(url, "odd", shards=shards)["records"]


def test_trust_documents_are_public_and_the_same_everywhere(server, conda_channel):
    for name in ("1.root.json", "key_mgr.json"):
        plain = server.get(f"/{name}")
        assert plain.status_code == 200 and plain.headers["Cache-Control"] == "public, max-age=5"
        for path in (
            f"/{conda_channel.name}/{name}",
            f"/no-such-channel/{name}",
            f"/repo/{conda_channel.name}/{name}",
            f"/t/{conda_channel.read_token}/{name}",
        ):
            answer = server.get(path)
            assert (answer.status_code, answer.content) == (200, plain.content), path
        head = server.request("HEAD", f"/{name}")
        assert head.status_code == 200 and head.headers["Content-Length"] == str(len(plain.content))
        known = server.get(f"/{name}", headers={"If-None-Match": plain.headers["ETag"]})
        assert known.status_code == 304
    for name in ("0.root.json", "99.root.json", "1.root.json.bak", "root.json"):
        assert server.get(f"/{name}").status_code == 404, name


def test_channels_stand_under_repo_too(conda_channel):
    """conda-token checks a token there, with a HEAD."""
    server, name = conda_channel.server, conda_channel.name
    found = server.request("HEAD", f"/t/{conda_channel.read_token}/repo/{name}/noarch/repodata.json")
    assert found.status_code == 200
    wrong = f"bonded-{'0' * 52}"
    assert server.request("HEAD", f"/t/{wrong}/repo/{name}/noarch/repodata.json").status_code in (401, 403)


def test_a_new_key_of_the_server_signs_everything_anew(started, tmp_path):
    channel = Channel(started, "conda")
    fill(channel, tmp_path)
    (old,) = signed_channel.keys(started)
    started.trust("rotate-package-manager").succeeded()
    until(lambda: old not in signed_channel.keys(started), 30)
    (new,) = signed_channel.keys(started)
    until(lambda: all(keys == {new} for keys in signed_channel.verify(channel).values()), 30)
    started.trust("rotate-package-manager", "--compromised").succeeded()
    until(lambda: new not in signed_channel.keys(started))
    until(lambda: all(new not in entry for entry in channel.repodata()["signatures"].values()), 30)
    signed_channel.verify(channel)


def test_a_root_of_a_ceremony_replaces_the_development_root(started, machine, tmp_path):
    channel = Channel(started, "conda")
    fill(channel, tmp_path)
    assert "DEVELOPMENT ROOT" in started.log()
    manager = signed_channel.roots(started)[0]["signed"]["delegations"]["key_mgr"]["pubkeys"][0]
    ann = machine("ann")
    ann.make_key()
    first = ann.directory / "1.root.json"
    first.write_bytes(started.get("/1.root.json").content)
    shown = json.loads(started.trust("keys", "--json").succeeded().stdout)["roots"][0]
    assert shown["key_manager_keys"] == [manager]
    assert ann.run("check", "1.root.json", "--fingerprint", shown["fingerprint"]).status == 0
    made = ["--root-key", "root.key.pub", "--threshold", "1", "--key-manager", manager]
    ann.trust("init", *made, "--from", "1.root.json", "--out", ".")
    ann.sign("2.root.json", "--previous", "1.root.json")
    started.trust("adopt", str(ann.directory / "2.root.json")).succeeded()
    until(lambda: len(signed_channel.roots(started)) == 2)
    signed_channel.verify(channel)
    assert not list((started.data / "trust").glob("root-*"))
    begin = len(started.log())
    started.stop()
    started.start()
    assert "DEVELOPMENT ROOT" not in started.log()[begin:]


def test_a_server_without_its_keys_does_not_start(started):
    started.stop()
    for key in (started.data / "trust").glob("key_mgr-*"):
        key.unlink()
    with pytest.raises(AssertionError, match="trust directory"):
        started.start()


def test_lost_keys_are_given_up_for_a_new_root(started, tmp_path):
    channel = Channel(started, "conda")
    fill(channel, tmp_path)
    old = signed_channel.roots(started)
    started.stop()
    for key in (started.data / "trust").iterdir():
        key.unlink()
    started.trust("forget", "--lost").succeeded()
    started.start()
    assert signed_channel.roots(started) != old
    (new,) = signed_channel.keys(started)
    until(lambda: all(set(entry) == {new} for entry in channel.repodata()["signatures"].values()), 30)
    signed_channel.verify(channel)


def test_a_root_is_made_before_the_first_start_and_goes_on_after_a_theft(own_server, machine, tmp_path):
    ann = machine("ann")
    ann.make_key()
    create = ["migrate", "--create", "--data", str(own_server.data)]
    create += ["--database", own_server.database] if own_server.database else []
    environment.run([BINARY, *create], own_server.environment).succeeded()
    first = own_server.trust("new-key-manager").succeeded().stdout.strip()
    assert f"waits for its root: {first}" in own_server.trust("keys").succeeded().stdout
    made = ["--root-key", "root.key.pub", "--threshold", "1", "--key-manager", first]
    ann.trust("init", *made, "--out", ".")
    ann.sign("1.root.json")
    own_server.trust("adopt", str(ann.directory / "1.root.json")).succeeded()
    own_server.start()
    create_users(own_server)
    assert "DEVELOPMENT ROOT" not in own_server.log()
    channel = Channel(own_server, "conda")
    fill(channel, tmp_path)
    signed_channel.verify(channel)
    stolen = set(signed_channel.keys(own_server))
    second = own_server.trust("new-key-manager").succeeded().stdout.strip()
    assert f"waits for its root: {second}" in own_server.trust("keys").succeeded().stdout
    ann.trust("rotate", "1.root.json", "--key-manager", second)
    ann.sign("2.root.json", "--previous", "1.root.json")
    own_server.trust("adopt", str(ann.directory / "2.root.json")).succeeded()
    own_server.trust("rotate-package-manager", "--compromised").succeeded()
    until(lambda: stolen.isdisjoint(signed_channel.keys(own_server)), 30)
    until(lambda: all(stolen.isdisjoint(entry) for entry in channel.repodata()["signatures"].values()), 30)
    signed_channel.verify(channel)
    left = [path.name for path in (own_server.data / "trust").glob("key_mgr-*")]
    assert left == [f"key_mgr-{second}.key"]


def test_a_publisher_signs_without_the_server(started, machine, tmp_path):
    channel = Channel(started, "conda")
    ann = machine("ann")
    public = ann.make_key()
    started.trust("publisher-key", "add", channel.name, public, "--name", "ann").succeeded()
    started.admin_text("channel", "signing", channel.name, "publisher")
    package = conda_packages.build(tmp_path, "base", "1.0")
    refused = uploads.prefix(channel, package)
    assert refused.status_code == 422 and "sign-package" in refused.text
    printed = ann.trust("sign-package", str(package), "--key", "root.key", secret=True)
    signature = package.with_name(f"{package.name}.sig").read_text().strip()
    assert signature == printed["signature"]
    answer = uploads.prefix(channel, package, **{"X-Bonded-Signature": signature})
    assert answer.status_code == 201, answer.text
    until(lambda: channel.record_names() == {package.name})
    assert signed_channel.verify(channel) == {package.name: {public}}


def test_publishers_keys_are_listed_removed_and_replaced_at_the_command_line(started, machine, tmp_path):
    channel = Channel(started, "conda")
    people = {name: machine(name) for name in ("ann", "bob")}
    keys = {name: person.make_key() for name, person in people.items()}

    def listed() -> dict[str, str]:
        shown = started.trust("publisher-key", "list", channel.name, "--json").succeeded().stdout
        return {key["name"]: key["key"] for key in json.loads(shown)}

    def sign(name: str, package) -> str:
        signature = package.with_name(f"{package.name}.sig")
        signature.unlink(missing_ok=True)
        people[name].trust("sign-package", str(package), "--key", "root.key", secret=True)
        return signature.read_text().strip()

    for name, key in keys.items():
        started.trust("publisher-key", "add", channel.name, key, "--name", name).succeeded()
    assert listed() == keys
    started.admin_text("channel", "signing", channel.name, "publisher")
    package = conda_packages.build(tmp_path, "base", "1.0")
    answer = uploads.prefix(channel, package, **{"X-Bonded-Signature": sign("ann", package)})
    assert answer.status_code == 201, answer.text

    remove = ["publisher-key", "remove", channel.name, keys["ann"]]
    started.trust(*remove).refused_with("signed with this key alone")
    # A signature that comes after its package: then nothing depends on the first key.
    answer = uploads.prefix(channel, package, **{"X-Bonded-Signature": sign("bob", package)})
    assert answer.status_code == 200, answer.text
    started.trust(*remove).succeeded()
    assert listed() == {"bob": keys["bob"]}
    until(lambda: signed_channel.verify(channel, changing=True) == {package.name: {keys["bob"]}})

    started.trust("publisher-key", "remove", channel.name, keys["bob"], "--compromised").succeeded()
    assert listed() == {}
    until(lambda: channel.record_names() == set())
    started.trust("publisher-key", "add", channel.name, keys["ann"], "--name", "ann").succeeded()
    until(lambda: keys["ann"] in signed_channel.keys(started))
    answer = uploads.prefix(channel, package, **{"X-Bonded-Signature": sign("ann", package)})
    assert answer.status_code == 200, answer.text
    until(lambda: channel.record_names() == {package.name})
    assert signed_channel.verify(channel) == {package.name: {keys["ann"]}}


def test_a_record_is_made_anew_from_its_archive_at_the_command_line(started, tmp_path):
    channel = Channel(started, "conda")
    names = fill(channel, tmp_path)
    before = _but_for_the_moment(channel)
    restored = started.admin("file", "restore-record", channel.name, "noarch/odd-2.0-0.conda")
    assert restored == {"restored": "noarch/odd-2.0-0.conda", "published": True}
    until(lambda: signed_channel.verify(channel, changing=True).keys() == names)
    assert _but_for_the_moment(channel) == before


def _but_for_the_moment(channel: Channel) -> dict[str, dict]:
    """The records without when they were made first, which nothing but they themselves tells to the millisecond."""
    records = channel.repodata()["packages.conda"]
    return {name: {**record, "indexed_timestamp": None} for name, record in records.items()}


def test_the_list_of_keys_is_renewed_beyond_what_clients_saw(started):
    before = signed_channel.key_manager(started)["signed"]["version"]
    started.trust("renew").succeeded()
    until(lambda: signed_channel.key_manager(started)["signed"]["version"] == before + 1)
    started.trust("renew", "--restored").succeeded()
    until(lambda: signed_channel.key_manager(started)["signed"]["version"] > 1_700_000_000)
