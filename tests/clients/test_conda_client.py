"""Bonded's own conda client against the server: what is signed is installed and proved, anything else is not."""

import json
import os
import stat
import subprocess

import pytest

from support import conda_packages, uploads
from support.bonded import BINARY, until
from support.bonded_client import BondedClient
from support.channel import Channel
from support.tampering import Tamperer


def create(client: BondedClient, *arguments):
    return client.run("create", "--yes", "--prefix", client.prefix, "--platform", "linux-64", *arguments)


def test_with_a_token_set_packages_are_installed_and_proved(filled, client, tmp_path):
    client.set_token(filled).succeeded()
    created = create(client, "app").succeeded()
    assert created.stdout.count("(INFO: package metadata is signed by 127.0.0.1 and trusted)") == 2
    assert (client.prefix / "share/app.txt").read_text() == "app 1.0\n"
    assert (client.prefix / "share/base.txt").read_text() == "base 2.0\n"
    assert filled.read_token not in json.dumps(client.record("app"))

    proved = json.loads(client.run("verify", "--prefix", client.prefix, "--json").succeeded().stdout)
    assert proved["trusted"] and {row["status"] for row in proved["packages"]} == {"trusted"}
    lock = tmp_path / "explicit.txt"
    record = client.record("app")
    lock.write_text(f"@EXPLICIT\n{record['url']}#sha256:{record['sha256']}\n")
    client.run("verify", "--lock", lock).succeeded()
    lock.write_text(f"@EXPLICIT\n{record['url']}#sha256:{'ab' * 32}\n")
    assert client.run("verify", "--lock", lock).status == 1
    archive = tmp_path / "linux-64" / "app-1.0-0.conda"
    verify = ["verify", "--channel", filled.url, "--platform", "linux-64", archive]
    client.run(*verify).succeeded()
    archive.write_bytes(archive.read_bytes() + b"\0")
    assert client.run(*verify).status == 1


def test_tokens_are_stored_for_their_owner_and_listed_without_showing_them(filled, client):
    conda = client.with_conda()
    assert "Signatures are verified, with root 1" in client.set_token(filled).succeeded().stdout
    assert (conda / "etc/conda/1.root.json").is_file()
    condarc = (client.home / ".condarc").read_text()
    assert f"- {filled.url}\n" in condarc and "extra_safety_checks: true\n" in condarc
    assert f"signing_metadata_url_base: {filled.server.url}\n" in condarc
    stored = [client.home / ".rattler/credentials.json", *(client.home / "config/binstar").iterdir()]
    for path in stored:
        assert filled.read_token in path.read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = client.run("token", "list").succeeded()
    assert filled.read_token not in listed.output and filled.read_token[-4:] in listed.output
    client.run("token", "remove", "--channel", filled.url).succeeded()
    assert filled.read_token not in "".join(path.read_text() for path in stored if path.exists())
    assert filled.url not in (client.home / ".condarc").read_text()


def test_a_token_that_may_do_more_than_read_is_not_stored(filled, client):
    arguments = ["token", "set", filled.publish_token, "--channel", filled.url]
    client.run(*arguments).refused_with("make one that can only read")
    assert not (client.home / ".rattler").exists() and not (client.home / ".condarc").exists()


def test_a_registry_that_nobody_trusts_yet_is_refused(server, client, tmp_path):
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base")).ok
    refused = create(client, "base", "--channel", channel.url)
    assert refused.status == 1, refused.output
    assert "its root is not trusted here yet" in refused.output
    assert not client.prefix.exists()
    wrong = client.run("trust", channel.url, "--root-fingerprint", "00" * 32)
    wrong.refused_with("no root of this registry has the fingerprint that was given")
    client.run("trust", channel.url).refused_with("give its --root-fingerprint")
    client.trust(channel)
    create(client, "base", "--channel", channel.url).succeeded()


def test_an_update_is_planned_and_then_made(server, client, tmp_path):
    channel = Channel(server, "conda")
    client.trust(channel)
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "1.0")).ok
    create(client, "base", "--channel", channel.url).succeeded()
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "1.1")).ok
    where = ["--prefix", client.prefix, "--platform", "linux-64", "--channel", channel.url]
    plan = client.run("plan", *where, "base >=1.1").succeeded()
    assert "1.0-0 --> " in plan.stdout and (client.prefix / "share/base.txt").read_text() == "base 1.0\n"
    client.run("install", "--yes", *where, "base >=1.1").succeeded()
    assert (client.prefix / "share/base.txt").read_text() == "base 1.1\n"


@pytest.fixture
def between(server, tmp_path):
    """Somebody between a client and a public channel with `base`."""
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "2.0")).ok
    until(channel.record_names, 5)
    tamperer = Tamperer(channel, "base")
    yield tamperer
    tamperer.stop()


def _trust(client: BondedClient, between: Tamperer) -> None:
    client.run("trust", between.url, "--root-fingerprint", between.fingerprint).succeeded()


WARNING = "(WARNING: metadata signature verification failed: "


@pytest.mark.parametrize(
    ("attack", "status", "texts"),
    [
        ("record", 1, [WARNING, "not signed by 1 of the keys", "so nothing was installed"]),
        ("another_name", 1, [WARNING, "signed for another file: base-2.0-0", "so nothing was installed"]),
        ("signatures", 1, [WARNING, "the record carries no signature", "so nothing was installed"]),
        ("shard", 1, [WARNING, "not signed by 1 of the keys", "so nothing was installed"]),
        ("key_manager", 1, [WARNING, "key manager 2", "so nothing was installed"]),
        ("no_key_manager", 1, [WARNING, "has no key manager any more", "so nothing was installed"]),
        ("archive", 2, ["base-2.0-0.conda was changed: its SHA-256 is"]),
    ],
)
def test_what_was_tampered_with_on_the_way_is_not_installed(attack, status, texts, between, client):
    _trust(client, between)
    getattr(between, attack)()
    refused = create(client, "base", "--channel", between.url)
    assert refused.status == status, refused.output
    refused.refused_with(*texts)
    assert not client.prefix.exists()


def test_a_forgotten_registry_that_hides_its_key_manager_is_refused(between, client):
    _trust(client, between)
    client.run("trust", between.url, "--forget").succeeded()
    between.no_key_manager()
    refused = create(client, "base", "--channel", between.url)
    assert refused.status == 1, refused.output
    refused.refused_with(WARNING, "is not trusted here any more", "so nothing was installed")
    assert not client.prefix.exists()


def test_a_registry_that_conda_is_told_to_verify_cannot_hide_that_it_signs(filled, client):
    client.with_conda()
    between = Tamperer(filled, "base")
    token = ["token", "set", filled.read_token, "--channel", between.url, "--enable-signature-verification"]
    client.run(*token, "--root-fingerprint", between.fingerprint).succeeded()
    # As somebody else on this machine, who never ran `bonded conda trust`.
    for path in (client.home / "config/bonded/trust").iterdir():
        path.unlink()
    between.no_key_manager()
    between.no_root()
    refused = create(client, "base", "--channel", between.url)
    between.stop()
    assert refused.status == 1, refused.output
    refused.refused_with(WARNING, "signing_metadata_url_base", "so nothing was installed")
    assert not client.prefix.exists()


@pytest.mark.parametrize("member", ["base_url", "shards_base_url"])
def test_a_token_goes_to_the_channels_server_alone_and_never_to_its_trust_documents(member, filled, client):
    client.set_token(filled).succeeded()
    between, other = Tamperer(filled, "base"), Tamperer(filled, "base")
    _trust(client, between)
    create(client, "base", "--channel", between.url).succeeded()
    sent = {True: set(), False: set()}
    for path, authorization in between.asked:
        sent[path.endswith((".root.json", "key_mgr.json"))].add(authorization)
    assert sent == {True: {None}, False: {f"Bearer {filled.read_token}"}}
    # The same host to rattler, whose credentials know no ports.
    between.elsewhere(member, f"{other.url}/noarch/")
    where = ["--prefix", client.home / "second", "--channel", between.url]
    refused = client.run("create", "--yes", *where, "base")
    between.stop()
    other.stop()
    assert refused.status == 2, refused.output
    refused.refused_with("leads away from the channel's server")
    assert other.asked == [] and not (client.home / "second").exists()


def test_a_channel_without_packages_for_all_platforms_is_not_called_old(server, client, tmp_path):
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "app", subdir="linux-64")).ok
    client.trust(channel)
    created = create(client, "app", "--channel", channel.url).succeeded()
    assert "warning" not in created.output.lower(), created.output


def test_a_channel_that_its_registry_does_not_sign_is_refused_and_told_why(server, client, tmp_path):
    channel = Channel(server, "conda")
    server.admin_text("channel", "signing", channel.name, "off")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base")).ok
    client.trust(channel)
    refused = create(client, "base", "--channel", channel.url)
    assert refused.status == 1, refused.output
    why = "somebody took it away, or this channel is not signed"
    refused.refused_with(WARNING, why, "--untrusted=warn")
    create(client, "base", "--channel", channel.url, "--untrusted=warn").succeeded()
    proved = client.run("verify", "--prefix", client.prefix, "--allow-unsigned")
    assert proved.status == 1 and why in proved.output, proved.output


def test_only_untrusted_warn_installs_a_tampered_record(between, client):
    _trust(client, between)
    create(client, "base", "--channel", between.url, "--dry-run").succeeded()
    between.record()
    warned = create(client, "base", "--channel", between.url, "--untrusted=warn").succeeded()
    assert WARNING in warned.stdout
    assert (client.prefix / "share/base.txt").read_text() == "base 2.0\n"


def test_disable_is_for_conda_alone(filled, client):
    client.with_conda()
    client.set_token(filled).succeeded()
    between = Tamperer(filled, "base")
    _trust(client, between)
    client.run("token", "disable").succeeded()
    condarc = (client.home / ".condarc").read_text()
    assert "extra_safety_checks: false\n" in condarc and "signing_metadata_url_base" not in condarc
    between.key_manager()
    refused = create(client, "base", "--channel", between.url)
    between.stop()
    assert refused.status == 1 and WARNING in refused.stdout, refused.output


def test_without_a_conda_nobody_is_told_that_it_verifies(filled, client):
    told = client.set_token(filled).succeeded()
    assert "no conda was found" in told.output and "Signatures are verified" not in told.output
    assert "extra_safety_checks" not in (client.home / ".condarc").read_text()
    create(client, "app").succeeded()


def test_who_does_not_read_to_the_end_is_told_the_same_code(between, client):
    _trust(client, between)
    between.record()
    arguments = ["--prefix", client.prefix, "--channel", between.url, "base"]
    for command in ("plan", "create"):
        reader, writer = os.pipe()
        os.close(reader)
        whole = [BINARY, "conda", command, *map(str, arguments)]
        process = subprocess.run(whole, env=client.environment, stdout=writer, stderr=writer, cwd=client.home)
        os.close(writer)
        assert process.returncode == 1
    assert not client.prefix.exists()
