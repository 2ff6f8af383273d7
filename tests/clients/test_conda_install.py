"""py-rattler solves and installs, with and without shards, from public and private channels."""

from pathlib import Path

import pytest

from support import conda_packages, uploads
from support.bonded import until
from support.channel import Channel

SHARDS = pytest.mark.parametrize("shards", [True, False], ids=["shards", "repodata"])


@pytest.fixture
def filled(conda_channel, tmp_path) -> Channel:
    """A channel with `app` (linux-64), which depends on `base` and `old` (noarch, in both formats)."""
    return fill(conda_channel, tmp_path)


@pytest.fixture
def private(server, tmp_path) -> Channel:
    """The same, private."""
    return fill(Channel(server, "conda", private=True), tmp_path)


def fill(channel: Channel, directory: Path) -> Channel:
    packages = [
        conda_packages.build(directory, "base", "1.0"),
        conda_packages.build(directory, "base", "2.0", depends=["old >=0.9"]),
        conda_packages.build(directory, "old", "0.9", extension=".tar.bz2"),
        conda_packages.build(directory, "app", "1.0", depends=["base >=1.5"], subdir="linux-64"),
    ]
    for package in packages:
        answer = uploads.prefix(channel, package)
        assert answer.ok, answer.text
    # The full repodata follows the shards within two seconds.
    until(lambda: len(channel.record_names()) == 3 and channel.record_names("linux-64"))
    return channel


def assert_installed(outcome: dict) -> None:
    chosen = {name: record["file"] for name, record in outcome["records"].items()}
    assert chosen == {"app": "app-1.0-0.conda", "base": "base-2.0-0.conda", "old": "old-0.9-0.tar.bz2"}
    share = Path(outcome["prefix"], "share")
    assert (share / "base.txt").read_text() == "base 2.0\n"
    assert (share / "old.txt").read_text() == "old 0.9\n"


def with_token_in_path(channel: Channel, before: str = "") -> str:
    return f"{channel.server.url}{before}/t/{channel.read_token}/{channel.name}"


@SHARDS
def test_a_channel_is_installed_from(filled, rattler, shards):
    url = with_token_in_path(filled) if filled.private else filled.url
    assert_installed(rattler.install(url, "app", shards=shards))


@SHARDS
def test_a_bearer_token_opens_a_private_channel(private, rattler, shards):
    rattler.log_in(private.url, {"BearerToken": private.read_token})
    assert_installed(rattler.install(private.url, "app", shards=shards))


@SHARDS
def test_a_password_opens_a_private_channel(private, rattler, shards):
    rattler.log_in(private.url, {"BasicHTTP": {"username": "anyone", "password": private.read_token}})
    assert_installed(rattler.install(private.url, "app", shards=shards))


@SHARDS
def test_a_conda_token_opens_a_private_channel(private, rattler, shards):
    rattler.log_in(private.url, {"CondaToken": private.read_token})
    assert_installed(rattler.install(private.url, "app", shards=shards))


@SHARDS
def test_the_token_may_follow_a_leading_conda(private, rattler, shards):
    """conda puts a token there for channels whose URL begins with /conda."""
    assert_installed(rattler.install(with_token_in_path(private, "/conda"), "app", shards=shards))


@SHARDS
def test_a_private_channel_stays_closed_without_a_token(private, rattler, shards):
    rattler.try_install(private.url, "app", shards=shards).refused_with("401")


@SHARDS
def test_an_empty_channel_is_a_channel(conda_channel, rattler, shards):
    url = with_token_in_path(conda_channel) if conda_channel.private else conda_channel.url
    rattler.try_install(url, "app", shards=shards).refused_with("No candidates were found for app")


def test_the_first_channel_is_there_from_the_start(server, rattler, tmp_path):
    channel = Channel.existing(server, "main")
    package = conda_packages.build(tmp_path, f"first-{server.engine}")
    assert uploads.prefix(channel, package).ok
    outcome = rattler.install(channel.url, f"first-{server.engine}")
    assert Path(outcome["prefix"], "share", f"first-{server.engine}.txt").exists()
