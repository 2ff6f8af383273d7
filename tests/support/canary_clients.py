"""Marked tokens in the clients that people and CI jobs use."""

import re
from pathlib import Path

from . import conda_packages, distributions, rattler_upload, uploads
from .bonded import until
from .bonded_client import BondedClient
from .canary import Search
from .channel import READER, Channel, create_token, unique, verbs
from .issuer import Issuer, trust
from .python_clients import PythonClients
from .rattler_client import Rattler
from .scanner import Scanner
from .watched import Watched

_EXCHANGES = "answer POST /(_/oidc/(github/)?mint-token|api/oidc/mint_token)$"
_TOKEN = re.compile(rb"bonded-[0-9A-Za-z]{49}")


def through_the_clients(server: Watched, search: Search, clients: PythonClients, rattler: Rattler, tmp_path):
    """Tokens of every kind and state in Python and conda clients; those worth mistreating, and channels."""
    conda, python = Channel(server, "conda", private=True), Channel(server, "python", private=True)
    tokens = [conda.publish_token, conda.read_token, python.publish_token, python.read_token]
    expired = conda.token("read", options=("--expires", "1s"))
    revoked = create_token(server, READER, *verbs("read"))
    server.admin("token", "revoke", revoked["id"])
    wrong = conda.read_token[:-1] + ("0" if conda.read_token[-1] != "0" else "1")
    manager = conda.token("read", "manage", user=READER)
    minted = mint(server, manager)
    search.secret("minted token", minted, "answer POST /api/bonded/v1/tokens$")
    until(lambda: server.get(f"/t/{expired}/{conda.name}/noarch/repodata.json").status_code == 401)
    tokens += [expired, revoked["token"], wrong, manager]
    for number, token in enumerate(tokens):
        search.secret(f"token {number}", token)
    wheel = distributions.wheel(tmp_path, "marked")
    index = python.index.replace("://", "://__token__:{}@")
    for token in (*tokens, minted):
        for uploader in (clients.twine, clients.uv_publish):
            search.look_in("what a client showed", uploader(python.upload_url, token, wheel).output)
    for token in (python.read_token, wrong):
        for installer, name in ((clients.pip_install, "pip"), (clients.uv_install, "uv")):
            installer(
                index.format(token), tmp_path / f"{name}-{token[7:10]}", "marked", options=("--no-deps",)
            )
    package = conda_packages.build(tmp_path, "marked")
    for token in (wrong, expired, conda.read_token, conda.publish_token):
        for upload in (uploads.prefix, uploads.prefix_raw, uploads.quetz):
            assert upload(conda, package, token).status_code < 500
        assert uploads.put(conda, package, "noarch", token).status_code < 500
    rattler.install(f"{server.url}/t/{conda.read_token}/{conda.name}", "marked")
    rattler.log_in(server.url, {"CondaToken": conda.read_token})
    bearer = rattler.try_install(conda.url, "marked", shards=False)
    search.look_in("what rattler showed", bearer.succeeded().output)
    rattler.log_in(server.url, {"BearerToken": wrong})
    refused = rattler.try_install(conda.url, "marked")
    assert refused.status != 0
    search.look_in("what rattler showed when it was refused", refused.output)
    return [*tokens, minted], {"conda": conda, "python": python}


def mint(server: Watched, manager: str) -> str:
    """A token by the HTTP interface."""
    path = "/api/bonded/v1/tokens"
    answer = server.request("POST", path, manager, json={"name": "minted", "verbs": ["read"], "days": 1})
    assert answer.status_code == 201, answer.text
    assert server.get(path, manager).status_code == 200
    return answer.json()["token"]


def through_bonded_conda(search: Search, tokens: list[str], channel: Channel, tmp_path: Path) -> None:
    """Tokens in `bonded conda`: one that it stores, and all others, which it refuses."""
    client = BondedClient(tmp_path / "bonded")
    client.with_conda()
    attempts = [client.set_token(channel).succeeded()]
    where = ["--prefix", client.prefix]
    attempts.append(client.run("create", *where, "--yes", "--platform", "linux-64", "marked").succeeded())
    for command in (["verify", *where], ["verify", *where, "--json"], ["token", "list"]):
        attempts.append(client.run(*command))
    attempts.append(client.run("token", "remove", "--channel", channel.url).succeeded())
    # What it stored for its owner is gone again; what it keeps of packages must not hold a token.
    search.look_at_files(client.home)
    for token in tokens:
        attempts.append(client.run("token", "set", token, "--channel", channel.url))
        url = channel.server.url + f"/t/{token}/nowhere"
        attempts.append(client.run("create", *where, "--yes", "--channel", url, "marked"))
        attempts.append(client.run("trust", url))
    for attempt in attempts:
        search.look_in("what bonded conda showed", attempt.output)


def through_a_job(
    server: Watched, search: Search, channels: dict[str, Channel], clients: PythonClients, tmp_path: Path
) -> list[str]:
    """Identities of CI jobs and the tokens that they are exchanged for; those worth mistreating."""
    issuer = Issuer(unique("acme") + "/rocket")
    server.admin("issuer", "add", issuer.url, "--provider", "github", "--private-network")
    for channel in channels.values():
        trust(channel, issuer, "--prefix", "probe")
    audience = server.get("/_/oidc/audience").json()["audience"]
    identity, stranger = issuer.identity(audience), issuer.identity("https://elsewhere.example")
    answers = [
        server.request("POST", f"/_/oidc/{path}", json={"token": presented})
        for presented in (identity, identity, stranger, identity[:-9] + "AAAAAAAAA")
        for path in ("mint-token", "github/mint-token")
    ]
    assert [answer.status_code // 100 for answer in answers] == [2, *[4] * 7]
    token = answers[0].json()["token"]
    wheel, package = distributions.wheel(tmp_path, "probe"), conda_packages.build(tmp_path, "probe")
    for uploader in (clients.twine, clients.uv_publish):
        shown = uploader(channels["python"].upload_url, token, wheel).succeeded()
        search.look_in("what a client of a job showed", shown.output)
    job, name = issuer.variables(), channels["conda"].name
    shown = rattler_upload.trusted(tmp_path / "rattler", server.url, name, job, package).succeeded()
    search.look_in("what rattler showed a job", shown.output)
    issuer.stop()
    minted = {
        found
        for exchange in server.recorder.exchanges
        if exchange.what.endswith(("mint-token", "mint_token"))
        for found in _TOKEN.findall(exchange.answer)
    }
    assert token.encode() in minted and len(minted) == 2
    for number, secret in enumerate(sorted(minted)):
        search.secret(f"token of a job {number}", secret, _EXCHANGES)
    for number, secret in enumerate([identity, stranger, *issuer.given]):
        search.secret(f"identity of a job {number}", secret)
    return [token, identity]


def through_a_report(server: Watched, search: Search, scanner: Scanner) -> str:
    """A token in reports of a scanner that is believed, and in some that are not."""
    token = create_token(server, READER, *verbs("read"))["token"]
    search.secret("reported token", token)
    assert Scanner("nobody").report(server, token).status_code == 400
    assert Scanner(scanner.identifier).report(server, token).status_code == 400
    assert server.get("/pypi/simple/", token).status_code == 200
    for _ in range(2):
        assert scanner.report(server, token, f"x{token}", token[:-1]).status_code == 204
    assert server.get("/pypi/simple/", token).status_code == 401
    return token
