"""Bonded's own conda client and trust documents that are old, expired or nobody's: it installs nothing."""

import pytest

from support import conda_packages, uploads
from support.bonded import until
from support.bonded_client import BondedClient
from support.channel import Channel
from support.own_keys import SECOND, STRANGER, OwnKeys


@pytest.fixture
def between(server, tmp_path):
    """A public channel with `base`, and a client that trusts root 1."""
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "2.0")).ok
    until(channel.record_names, 5)
    keys = OwnKeys(channel, "base")
    yield keys
    keys.stop()


@pytest.fixture
def client(between, tmp_path) -> BondedClient:
    """One that trusts root 1."""
    client = BondedClient(tmp_path / "home")
    client.run("trust", between.url, "--root-fingerprint", between.fingerprint).succeeded()
    return client


def create(client: BondedClient, between: OwnKeys, *options):
    where = ["--prefix", client.prefix, "--platform", "linux-64", "--channel", between.url]
    return client.run("create", "--yes", *where, "base", *options)


def refused(client: BondedClient, between: OwnKeys, text: str) -> None:
    finished = create(client, between)
    assert finished.status == 1, finished.output
    warning = "(WARNING: metadata signature verification failed: "
    finished.refused_with(warning, text, "so nothing was installed")
    assert not client.prefix.exists()


def test_what_these_keys_sign_is_installed(between, client):
    create(client, between).succeeded()
    assert (client.prefix / "share/base.txt").read_text() == "base 2.0\n"


def root_3_for_a_client_at_1(between):
    between.root(3, at=2)


def root_that_the_root_before_did_not_sign(between):
    between.root(2, signer=STRANGER)


def expired_root(between):
    between.root(2, days=-1)


def key_manager_that_no_root_names(between):
    between.key_manager_of(2, signer=STRANGER)


def expired_key_manager(between):
    between.key_manager_of(2, days=-1)


@pytest.mark.parametrize(
    ("attack", "text"),
    [
        (root_3_for_a_client_at_1, "root 3 does not follow root 1"),
        (root_that_the_root_before_did_not_sign, "root 2 is not signed by 1 of"),
        (expired_root, "root 2 expired at"),
        (key_manager_that_no_root_names, "key manager 2 is not signed by 1 of the keys that root 1 names"),
        (expired_key_manager, "key manager 2 expired at"),
    ],
)
def test_trust_documents_that_do_not_hold_are_refused(attack, text, between, client):
    attack(between)
    refused(client, between, text)


def test_a_rolled_back_key_manager_is_refused(between, client):
    between.key_manager_of(2)
    create(client, between, "--dry-run").succeeded()
    between.key_manager_of(1)
    refused(client, between, "older than version 2")


@pytest.mark.parametrize("third", ["nothing", "garbage"])
def test_a_rolled_back_root_is_refused_also_when_it_was_seen_before_garbage(third, between, client):
    between.root(2, manager=SECOND)
    between.key_manager_of(1, signer=SECOND)
    if third == "garbage":
        between.garbage_root(3)
    assert create(client, between, "--dry-run").status == (1 if third == "garbage" else 0)
    between.no_root(2)
    between.no_root(3)
    between.key_manager_of(1)
    refused(client, between, "is not signed by 1 of the keys that root 2 names")
