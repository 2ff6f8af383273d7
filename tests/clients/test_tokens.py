"""What people see when their token does not open the door."""

import zlib

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import PUBLISHER, READER, Channel, create_token, unique, verbs, with_credentials
from support.databases import change
from support.people.passing_time import issued_by_owner

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def well_formed(secret: str) -> str:
    """A token with a right checksum that nobody was given."""
    number, checksum = zlib.crc32(secret.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        checksum = DIGITS[digit] + checksum
    return f"bonded-{secret}{checksum}"


UNKNOWN = well_formed("0" * 43)


@pytest.fixture
def channel(server) -> Channel:
    """A private Python channel."""
    return Channel(server, "python", private=True)


# What is wrong with a token, and what its holder is told.
REFUSALS = {
    "unknown": "Invalid or non-existent authentication information.",
    "mistyped": "Invalid or non-existent authentication information.",
    "something else": "Invalid or non-existent authentication information.",
    "expired": "Invalid API Token: the token is expired",
    "revoked": "Invalid API Token: the token is revoked",
    "rotated": "Invalid API Token: the token got a new secret, so this one does not work any more",
    "from elsewhere": "Invalid API Token: the token does not work from this address",
    "of a suspended account": "Invalid API Token: the account of the token's owner is suspended",
    "for reading": "Invalid API Token: the token may not publish",
    "for another project": "Invalid API Token: project-scoped token is not valid for project: 'denied'",
    "of an account without a second factor": "must set up two-factor authentication",
    "of an account whose address is not verified": "is not verified: sign in on the web and verify it first.",
    "of a reader": "The user 'reader' isn't allowed to upload to project 'denied'.",
    # Whoever may not see a private channel is told what a stranger would be told of one that does not exist.
    "for another channel": "there is nothing here, or the credential may not see it",
}


def member(channel: Channel) -> str:
    """A new account that publishes in the channel; its name."""
    name = unique("member")
    channel.server.admin("user", "create", name, "--email", f"{name}@example.org")
    channel.server.admin("channel", "member", "add", channel.name, name, "--role", "publisher")
    return name


def own_token(channel: Channel, user: str) -> str:
    """A token as its owner would have made it: what the operator issues works whatever its owner lacks."""
    name = unique("own")
    create = ("token", "create", "--user", user, "--name", name, "--channel", channel.name)
    token = channel.server.admin(*create, *verbs("publish"))["token"]
    issued_by_owner(channel.server, name)
    return token


def rotate(server, token: str) -> None:
    """Gives a token that manages a new secret, which ends this one."""
    tokens = "/api/bonded/v1/tokens"
    listed = server.get(tokens, token).json()["tokens"]
    [own] = [entry["id"] for entry in listed if "manage" in entry["verbs"]]
    assert server.request("POST", f"{tokens}/{own}/rotate", token, json={}).status_code == 200


@pytest.fixture
def refused(channel, tmp_path) -> dict[str, str]:
    """Tokens that must not publish, by what is wrong with them."""
    server = channel.server
    revoked = create_token(server, PUBLISHER, *verbs("read", "publish"))
    server.admin("token", "revoke", revoked["id"])
    rotated = channel.token("publish", "manage")
    rotate(server, rotated)
    assert uploads.legacy(channel, distributions.wheel(tmp_path, "mine"), "mine").status_code == 200
    suspended, careless, unproved = (member(channel) for _ in range(3))
    project = ("--project", f"{channel.name}/mine")
    tokens = {
        "unknown": UNKNOWN,
        "mistyped": channel.publish_token[:-1] + ("0" if channel.publish_token[-1] != "0" else "1"),
        "something else": "correct horse battery staple",
        "expired": channel.token("read", "publish", options=("--expires", "1s")),
        "revoked": revoked["token"],
        "rotated": rotated,
        "from elsewhere": channel.token("publish", options=("--networks", "192.0.2.0/24")),
        "of a suspended account": channel.token("publish", user=suspended),
        "for reading": channel.token("read"),
        "for another project": create_token(server, PUBLISHER, *verbs("publish"), *project)["token"],
        "of an account without a second factor": own_token(channel, careless),
        "of an account whose address is not verified": own_token(channel, unproved),
        "of a reader": channel.token("read", "publish", user=READER),
        "for another channel": Channel(server, "python").publish_token,
    }
    server.admin("user", "suspend", suspended)
    whose = f"(SELECT id FROM users WHERE name = '{unproved}')"
    change(server, f"UPDATE emails SET verified_at = NULL WHERE user_id = {whose}")
    probe = f"/{channel.name}/simple/"
    until(
        lambda: all(
            server.get(probe, tokens[what]).status_code == 401
            for what in ("expired", "revoked", "of a suspended account")
        )
    )
    return tokens


@pytest.mark.parametrize("uploader", ["twine", "uv_publish"])
def test_no_bad_token_publishes_and_its_holder_is_told_why(channel, refused, clients, tmp_path, uploader):
    wheel = distributions.wheel(tmp_path, "denied")
    for what, text in REFUSALS.items():
        status = "404" if what == "for another channel" else "403"
        attempt = getattr(clients, uploader)(channel.upload_url, refused[what], wheel)
        attempt.refused_with(status, text)
        assert refused[what] not in attempt.output
    assert channel.project("denied") is None


@pytest.mark.parametrize("uploader", ["twine", "uv_publish"])
def test_who_may_not_upload_is_told_so_before_what_the_account_lacks(channel, clients, tmp_path, uploader):
    assert uploads.legacy(channel, distributions.wheel(tmp_path, "hers"), "hers").status_code == 200
    user = member(channel)
    token, wheel = own_token(channel, user), distributions.wheel(tmp_path, "hers", "2.0")
    text = f"The user '{user}' isn't allowed to upload to project 'hers'."
    getattr(clients, uploader)(channel.upload_url, token, wheel).refused_with("403", text)


def test_twine_shows_that_passwords_are_not_taken(channel, clients, tmp_path):
    wheel = distributions.wheel(tmp_path, "denied")
    attempt = clients.twine(channel.upload_url, "hunter2", wheel, user=PUBLISHER)
    attempt.refused_with("403", "Username/Password authentication is not supported.")
    assert "hunter2" not in attempt.output


def test_a_token_for_another_channel_is_told_so_where_everybody_may_look(server, clients, tmp_path):
    channel, elsewhere = Channel(server, "python"), Channel(server, "python")
    attempt = clients.twine(
        channel.upload_url, elsewhere.publish_token, distributions.wheel(tmp_path, "denied")
    )
    attempt.refused_with("403", "token is not valid for project: 'denied'")


@pytest.mark.parametrize("installer", ["pip_install", "uv_install"])
def test_a_revoked_token_no_longer_installs(channel, clients, stamp, tmp_path, installer):
    clients.twine(channel.upload_url, channel.publish_token, *stamp).succeeded()
    token = create_token(channel.server, READER, *verbs("read"))
    index = with_credentials(channel.index, token["token"])
    getattr(clients, installer)(index, tmp_path / "before", "stamp").succeeded()
    channel.server.admin("token", "revoke", token["id"])
    # The running server learns of it within a second.
    until(lambda: channel.server.get(f"/{channel.name}/simple/", token["token"]).status_code == 401)
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
        assert upload(channel, package, UNKNOWN).status_code == 401
        assert upload(channel, package, channel.read_token).status_code == 403
    assert uploads.put(channel, package, "noarch", UNKNOWN).status_code == 401
    assert channel.record_names() == set()
