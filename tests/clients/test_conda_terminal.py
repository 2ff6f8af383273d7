"""`bonded conda` with a person at a terminal, and without."""

import pytest
from support import conda_packages, uploads
from support.bonded import until
from support.bonded_client import fingerprint
from support.channel import Channel


@pytest.fixture
def public(server, tmp_path) -> Channel:
    """A public channel with `base`."""
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "2.0")).ok
    until(channel.record_names, 5)
    return channel


def test_the_fingerprint_is_shown_and_asked_for(public, client):
    for answer in ("n", "", "yeah"):
        status, shown = client.at_a_terminal([answer], "trust", public.url)
        assert status == 2 and "the root is not trusted, and nothing was changed" in shown, shown
    assert not (client.home / "config").exists()
    status, shown = client.at_a_terminal(["y"], "trust", public.url)
    assert status == 0 and "is trusted from now on, with root 1" in shown, shown
    assert fingerprint(public) in shown.replace(" ", "")
    assert "Compare the fingerprint" in shown
    assert fingerprint(public) in client.run("trust").succeeded().stdout.replace(" ", "")


def test_a_token_is_set_after_the_fingerprint_was_agreed_on(filled, client):
    command = ["token", "set", filled.read_token, "--channel", filled.url, "--enable-signature-verification"]
    status, shown = client.at_a_terminal(["n"], *command)
    assert status == 2 and fingerprint(filled) in shown.replace(" ", ""), shown
    assert not (client.home / ".rattler").exists() and not (client.home / ".condarc").exists()
    status, shown = client.at_a_terminal(["yes"], *command)
    assert status == 0 and "is stored" in shown, shown


def test_nothing_is_changed_before_somebody_says_that_it_may(public, client):
    client.trust(public)
    command = ["create", "--prefix", client.prefix, "--channel", public.url, "base"]
    status, shown = client.at_a_terminal(["n"], *command)
    assert status == 2 and "nothing was changed" in shown, shown
    assert shown.index("and trusted)") < shown.index("Proceed ([y]/n)?")
    assert not client.prefix.exists()
    status, shown = client.at_a_terminal([""], *command)
    assert status == 0 and "done" in shown, shown
    assert (client.prefix / "share/base.txt").read_text() == "base 2.0\n"


def test_a_terminal_shows_how_far_downloads_are(public, client):
    client.trust(public)
    command = ["create", "--prefix", client.prefix, "--channel", public.url, "base"]
    status, shown = client.at_a_terminal(["y"], *command)
    assert status == 0, shown
    bars = shown.split("Proceed ([y]/n)?")[1]
    assert "base-2.0" in bars and "####" in bars and "%" in bars, bars
    again = client.run("create", "--yes", "--prefix", client.home / "two", "--channel", public.url, "base")
    assert "####" not in again.succeeded().output


def test_without_a_terminal_nothing_is_changed_unless_yes_is_said(public, client):
    client.trust(public)
    command = ["create", "--prefix", client.prefix, "--channel", public.url, "base"]
    for options in ([], ["--json"]):
        client.run(*command, *options).refused_with("there is nobody to ask: give --yes")
        assert not client.prefix.exists()
    status, shown = client.at_a_terminal([], *command, "--json")
    assert status == 2 and "there is nobody to ask" in shown, shown
    client.run(*command, "--dry-run").succeeded()
    assert not client.prefix.exists()
    client.run(*command, "--yes").succeeded()
    # Where there is nothing to change, there is nothing to ask.
    client.run("install", *command[1:]).succeeded()
