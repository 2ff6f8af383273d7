"""Two servers on one PostgreSQL and one bucket behave as one registry."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support import conda_packages, distributions, signed_channel, uploads
from support.bonded import Server, until
from support.channel import READER, Channel, create_token, create_users, unique, verbs
from support.databases import create_database


def bucket() -> str:
    """A new bucket on the S3-compatible server of the tests; its name."""
    endpoint = os.environ.get("BONDED_TEST_S3")
    assert endpoint, "BONDED_TEST_S3 must name an S3-compatible server: run the tests with `cargo xtask test`"
    name = unique("bonded")
    requests.put(f"{endpoint}/{name}", timeout=10).raise_for_status()
    return name


@pytest.fixture
def pair(tmp_path, make_server) -> tuple[Server, Server]:
    """Two servers that share a database and a bucket, and nothing else but the keys."""
    database = create_database(unique("pair").replace("-", "_"))
    variables = {
        "BONDED_S3_ENDPOINT": os.environ["BONDED_TEST_S3"],
        "BONDED_S3_REGION": "us-east-1",
        "BONDED_S3_ACCESS_KEY": "tests",
        "BONDED_S3_SECRET_KEY": "secret-of-the-tests",
    }
    storage = f"s3://{bucket()}/registry"
    servers = []
    for number in (1, 2):
        server = Server(tmp_path / str(number), "postgres", database, **variables)
        server.options = ["--blobs", storage]
        if servers:
            server.data.mkdir(parents=True, mode=0o700)
            shutil.copy2(servers[0].data / "instance.key", server.data)
            shutil.copytree(servers[0].data / "trust", server.data / "trust")
        servers.append(server.start())
    create_users(servers[0])
    yield tuple(servers)
    for server in servers:
        server.kill()


def seen_from(server: Server, channel: Channel) -> Channel:
    """The channel as the other server serves it."""
    other = Channel.__new__(Channel)
    other.__dict__.update(channel.__dict__, server=server)
    return other


def test_what_one_publishes_the_other_serves(pair, clients, rattler, stamp, tmp_path):
    one, two = pair
    python, conda = Channel(one, "python", private=True), Channel(one, "conda")
    clients.twine(python.upload_url, python.publish_token, stamp[0]).succeeded()
    there = seen_from(two, python)
    # The second server hears of the change; it may have kept the page that said there was nothing.
    until(lambda: stamp[0].name in there.file_names("stamp"))
    clients.twine(there.upload_url, python.publish_token, stamp[1]).succeeded()
    until(lambda: python.file_names("stamp") == {path.name for path in stamp})
    index = python.index.replace(one.url, two.url).replace("://", f"://__token__:{python.read_token}@")
    clients.uv_install(index, tmp_path / "site", "stamp").succeeded()

    for server, name in ((one, "first"), (two, "second")):
        assert uploads.prefix(seen_from(server, conda), conda_packages.build(tmp_path, name)).ok
    wanted = {"first-1.0-0.conda", "second-1.0-0.conda"}
    for server in pair:
        there = seen_from(server, conda)
        until(lambda there=there: there.record_names() == wanted)
        rattler.home = tmp_path / f"home-{server.url.rsplit(':')[-1]}"
        rattler.install(there.url, "first", "second")


def test_one_name_uploaded_to_both_has_one_winner(pair, tmp_path):
    channel = Channel(pair[0], "python")

    def publish(number: int) -> int:
        directory = tmp_path / f"rival-{number}"
        directory.mkdir()
        wheel = distributions.wheel(directory, "prize", content=str(number).encode())
        return uploads.legacy(seen_from(pair[number % 2], channel), wheel, "prize").status_code

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(publish, range(8)))
    assert sorted(results) == [200] + [400] * 7


def test_a_key_that_was_copied_ahead_signs_on_both(pair, tmp_path):
    one, two = pair
    channel = Channel(one, "conda")
    there = seen_from(two, channel)
    until(lambda: there.get("/noarch/repodata.json").status_code == 200)
    uploaded = set()

    def upload(to: Channel, name: str) -> None:
        package = conda_packages.build(tmp_path, name)
        answer = uploads.prefix(to, package)
        assert answer.ok, answer.text
        uploaded.add(package.name)

    upload(channel, "first")
    key = one.trust("new-package-manager").succeeded().stdout.strip()
    shutil.copy2(one.data / "trust" / f"pkg_mgr-{key}.key", two.data / "trust")
    one.trust("rotate-package-manager", "--key", key).succeeded()
    for number, to in enumerate((there, channel, there)):
        upload(to, f"during-{number}")
    for server, shown in ((one, channel), (two, there)):
        until(lambda server=server: signed_channel.keys(server) == {key})
        until(lambda shown=shown: shown.record_names() == uploaded)
        until(
            lambda shown=shown: all(set(entry) == {key} for entry in shown.repodata()["signatures"].values())
        )
        assert signed_channel.verify(shown).keys() == uploaded
        kept = {path.name for path in (server.data / "trust").glob("pkg_mgr-*")}
        assert kept == {f"pkg_mgr-{key}.key"}, "the old key is destroyed wherever it lay"


def test_a_token_revoked_beside_one_is_refused_by_the_other(pair):
    one, _ = pair
    channel = Channel(one, "python", private=True)
    token = create_token(one, READER, *verbs("read"))
    index = f"/{channel.name}/simple/"
    assert [server.get(index, token["token"]).status_code for server in pair] == [200, 200]
    one.admin("token", "revoke", token["id"])
    until(lambda: all(server.get(index, token["token"]).status_code == 401 for server in pair))


def test_no_secret_of_the_configuration_is_in_a_log(pair):
    for server in pair:
        password = server.database.split(":")[2].split("@")[0]
        assert password not in server.log() and "secret-of-the-tests" not in server.log()
