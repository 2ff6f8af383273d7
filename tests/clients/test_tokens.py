"""What people see when their token does not open the door."""

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import PUBLISHER, READER, Channel, create_token, verbs, with_credentials

WRONG = "bonded-" + "0" * 43 + "000000"


@pytest.fixture
def channel(server) -> Channel:
    """A private Python channel."""
    return Channel(server, "python", private=True)


@pytest.fixture
def refused_tokens(channel) -> dict[str, str]:
    """Tokens that must not publish, by what is wrong with them."""
    server = channel.server
    revoked = create_token(server, PUBLISHER, *verbs("read", "publish"))
    server.admin("token", "revoke", revoked["id"])
    elsewhere = Channel(server, "python")
    tokens = {
        "wrong": WRONG,
        "not a token": "correct horse battery staple",
        "expired": channel.token("read", "publish", options=("--expires", "1s")),
        "revoked": revoked["token"],
        "without the verb": channel.token("read"),
        "for another channel": elsewhere.publish_token,
        "of a reader": channel.token("read", "publish", user=READER),
    }
    probe = f"/{channel.name}/simple/"
    until(lambda: server.get(probe, tokens["expired"]).status_code == 401)
    until(lambda: server.get(probe, tokens["revoked"]).status_code == 401)
    return tokens


def test_no_such_token_publishes_and_twine_shows_why(channel, refused_tokens, clients, tmp_path):
    wheel = distributions.wheel(tmp_path, "denied")
    for what, token in refused_tokens.items():
        attempt = clients.twine(channel.upload_url, token, wheel)
        assert attempt.status != 0, f"{what}: {attempt.output}"
        assert "403" in attempt.output and "token" in attempt.output.lower(), f"{what}: {attempt.output}"
        assert token not in attempt.output
    assert channel.project("denied") is None


def test_no_such_token_publishes_and_uv_shows_why(channel, refused_tokens, clients, tmp_path):
    wheel = distributions.wheel(tmp_path, "denied")
    for what, token in refused_tokens.items():
        attempt = clients.uv_publish(channel.upload_url, token, wheel)
        assert attempt.status != 0, f"{what}: {attempt.output}"
        assert "403" in attempt.output and "token" in attempt.output.lower(), f"{what}: {attempt.output}"
    assert channel.project("denied") is None


@pytest.mark.parametrize("installer", ["pip_install", "uv_install"])
def test_a_revoked_token_no_longer_installs(channel, clients, stamp, tmp_path, installer):
    clients.twine(channel.upload_url, channel.publish_token, *stamp).succeeded()
    token = create_token(channel.server, READER, *verbs("read"))
    index = with_credentials(channel.index, token["token"])
    getattr(clients, installer)(index, tmp_path / "before", "stamp").succeeded()
    channel.server.admin("token", "revoke", token["id"])
    # The running server learns of it within a second.
    until(lambda: channel.server.get(f"/{channel.name}/simple/", token["token"]).status_code == 401, 1)
    attempt = getattr(clients, installer)(index, tmp_path / "after", "stamp")
    assert attempt.status != 0 and not (tmp_path / "after" / "stamp").exists(), attempt.output


def test_a_token_for_one_project_publishes_nothing_else(channel, clients, tmp_path):
    clients.twine(
        channel.upload_url, channel.publish_token, distributions.wheel(tmp_path, "mine")
    ).succeeded()
    options = [*verbs("read", "publish"), "--project", f"{channel.name}/mine"]
    token = create_token(channel.server, PUBLISHER, *options)["token"]
    clients.twine(channel.upload_url, token, distributions.wheel(tmp_path, "mine", "2.0")).succeeded()
    clients.twine(channel.upload_url, token, distributions.wheel(tmp_path, "other")).refused_with("403")
    assert channel.file_names("mine") == {"mine-1.0-py3-none-any.whl", "mine-2.0-py3-none-any.whl"}
    assert channel.project("other") is None


@pytest.mark.parametrize(
    "present",
    [
        lambda token: {"auth": ("__token__", token)},
        lambda token: {"auth": ("__token__", f" {token}\n")},
        lambda token: {"auth": ("anyone", token)},
        lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
        lambda token: {"headers": {"Authorization": f"token {token}"}},
        lambda token: {"headers": {"X-API-Key": token}},
    ],
    ids=["basic", "basic with blanks", "basic with any user", "bearer", "token", "x-api-key"],
)
def test_a_token_is_accepted_in_every_way_that_clients_present_it(channel, present):
    answer = channel.server.request("GET", f"/{channel.name}/simple/", **present(channel.read_token))
    assert answer.status_code == 200, answer.text


def test_a_token_that_publishes_is_not_accepted_in_a_path(server, tmp_path):
    channel = Channel(server, "conda", private=True)
    path = f"/{channel.name}/noarch/repodata.json"
    assert server.get(f"/t/{channel.read_token}{path}").status_code == 200
    assert server.get(f"/t/{channel.publish_token}{path}").status_code == 403
    for method in ("PUT", "POST", "DELETE"):
        answer = server.request(method, f"/t/{channel.read_token}{path}", data=b"x")
        assert answer.status_code in (401, 403, 404, 405), answer.text


def test_a_stranger_cannot_tell_a_private_channel_from_none(server):
    for format, path in (("python", "simple/"), ("conda", "noarch/repodata.json")):
        private = Channel(server, format, private=True)
        there, missing = server.get(f"/{private.name}/{path}"), server.get(f"/no-such-channel/{path}")
        assert there.status_code == missing.status_code == 401
        assert there.headers["WWW-Authenticate"] == missing.headers["WWW-Authenticate"]
        assert there.content.replace(private.name.encode(), b"") == missing.content.replace(
            b"no-such-channel", b""
        )
        outsider = Channel(server, format).read_token
        assert server.get(f"/{private.name}/{path}", outsider).status_code == 404


def test_a_conda_upload_with_a_bad_token_is_refused(server, tmp_path):
    channel = Channel(server, "conda", private=True)
    package = conda_packages.build(tmp_path, "denied")
    for upload in (uploads.prefix, uploads.prefix_raw, uploads.quetz):
        assert upload(channel, package, WRONG).status_code == 401
        assert upload(channel, package, channel.read_token).status_code == 403
    assert uploads.put(channel, package, "noarch", WRONG).status_code == 401
    assert channel.record_names() == set()
