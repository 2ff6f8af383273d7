"""CI jobs publish without a stored secret: real clients get an identity from an issuer like GitHub's, and exchange it."""

import hashlib
import json
import socket

import pytest
import requests
import trustme

from support import conda_packages, distributions, rattler_upload
from support.bonded import until
from support.channel import Channel, create_users, unique
from support.issuer import Issuer, trust
from support.issuer_proxy import IssuerProxy


@pytest.fixture(scope="session")
def secure(engine, make_server, tmp_path_factory):
    """A server with TLS, because uv exchanges identities over nothing else."""
    directory = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    leaf.private_key_pem.write_to_path(directory / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    bundle = directory / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    server = make_server(engine)
    server.options = ["--tls-cert", str(directory / "cert.pem"), "--tls-key", str(directory / "key.pem")]
    server.start()
    request = server.request
    server.request = lambda *arguments, **options: request(*arguments, **{"verify": str(bundle)} | options)
    server.bundle = str(bundle)
    create_users(server)
    return server


@pytest.fixture
def issuer(secure):
    """An issuer that the server knows, at a private address. No other test's publisher trusts its repository."""
    issuer = Issuer(unique("acme") + "/rocket")
    secure.admin("issuer", "add", issuer.url, "--provider", "github", "--private-network")
    yield issuer
    issuer.stop()


@pytest.fixture
def job(secure, issuer) -> dict[str, str]:
    """What a job of the repository finds in its environment."""
    variables = {"SSL_CERT_FILE": secure.bundle, "REQUESTS_CA_BUNDLE": secure.bundle}
    return issuer.variables() | variables


def events(server, tag: str) -> list[dict]:
    """What the log has of one kind of event."""
    lines = server.admin_text("audit", "--json").splitlines()
    return [event for event in map(json.loads, lines) if event["tag"] == tag]


def exchange(server, identity: str) -> requests.Response:
    """The exchange as PyPI's clients do it."""
    return server.request("POST", "/_/oidc/mint-token", json={"token": identity})


def audience(server) -> str:
    return server.get("/_/oidc/audience").json()["audience"]


def test_uv_publishes_a_new_release_without_a_secret(secure, issuer, job, clients, tmp_path):
    channel = Channel(secure, "python", private=True)
    old, new = (distributions.wheel(tmp_path, "comet", version) for version in ("1.0", "1.1"))
    clients.variables |= {"SSL_CERT_FILE": secure.bundle, "REQUESTS_CA_BUNDLE": secure.bundle}
    clients.uv_publish(channel.upload_url, channel.publish_token, old).succeeded()
    publisher = trust(channel, issuer, "--project", "comet")
    clients.uv_publish_trusted(channel.upload_url, job, new).succeeded()
    assert channel.file_names("comet") == {old.name, new.name}
    minted = [event["body"] for event in events(secure, "project:publisher:mint")]
    mint = next(event for event in minted if event["publisher"] == publisher)
    assert mint["source"]["commit"] == issuer.sha and mint["source"]["run"] == str(issuer.run)
    # uv gives its token back when it is done.
    burnt = [event["body"]["token"] for event in events(secure, "project:publisher:burn")]
    assert mint["token"] in burnt
    target = tmp_path / "installed"
    index = channel.index.replace("://", f"://__token__:{channel.read_token}@")
    clients.uv_install(index, target, "comet").succeeded()
    assert (target / "comet-1.1.dist-info").is_dir()


def test_uv_tells_what_differs_when_another_workflow_publishes(secure, issuer, job, clients, tmp_path):
    channel = Channel(secure, "python")
    wheel = distributions.wheel(tmp_path, "meteor", "1.0")
    clients.variables |= {"SSL_CERT_FILE": secure.bundle, "REQUESTS_CA_BUNDLE": secure.bundle}
    clients.uv_publish(channel.upload_url, channel.publish_token, wheel).succeeded()
    trust(channel, issuer, "--project", "meteor", workflow="deploy.yml")
    refused = clients.uv_publish_trusted(
        channel.upload_url, job, distributions.wheel(tmp_path, "meteor", "1.1")
    )
    refused.refused_with("invalid-publisher", "deploy.yml", "release.yml")
    assert channel.file_names("meteor") == {wheel.name}
    told = secure.admin("publisher", "list", channel.name, "--project", "meteor")[0]["last_refusal"]
    assert "deploy.yml" in told and "release.yml" in told


def test_a_job_publishes_with_twine_after_an_exchange_by_hand(secure, issuer, job, clients, tmp_path):
    channel = Channel(secure, "python")
    trust(channel, issuer, "--prefix", "acme-")
    answer = exchange(secure, clients.identity(audience(secure), job))
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    token = answer.json()["token"]
    clients.variables |= {"SSL_CERT_FILE": secure.bundle, "REQUESTS_CA_BUNDLE": secure.bundle}
    files = [distributions.wheel(tmp_path, "acme_tools", version) for version in ("1.0", "1.1")]
    clients.twine(channel.upload_url, token, *files).succeeded()
    assert channel.file_names("acme-tools") == {file.name for file in files}
    other = distributions.wheel(tmp_path, "emca_tools", "1.0")
    clients.twine(channel.upload_url, token, other).refused_with("not valid for project")
    assert channel.project("emca-tools") is None


def test_rattler_publishes_a_conda_package_without_a_key(own_server, tmp_path):
    # rattler asks for an identity for the host that it publishes to.
    own_server.options = ["--oidc-audience", "127.0.0.1"]
    server = own_server.start()
    create_users(server)
    channel = Channel(server, "conda", private=True)
    issuer = Issuer(unique("acme") + "/rocket")
    server.admin("issuer", "add", issuer.url, "--provider", "github", "--private-network")
    publisher = trust(channel, issuer, "--prefix", "probe")
    package, job = conda_packages.build(tmp_path, "probe"), issuer.variables()
    rattler_upload.trusted(tmp_path / "home", server.url, channel.name, job, package).succeeded()
    until(lambda: package.name in channel.record_names())
    record = channel.repodata()["packages.conda"][package.name]
    assert record["sha256"] == hashlib.sha256(package.read_bytes()).hexdigest()
    published = [event for event in events(server, "project:file:publish") if package.name in event["body"]["file"]]
    assert [event["credential"] for event in published] == ["publisher"]
    assert any(event["body"]["publisher"] == publisher for event in events(server, "project:publisher:mint"))
    stranger = conda_packages.build(tmp_path, "stranger")
    failed = rattler_upload.trusted(tmp_path / "home", server.url, channel.name, job, stranger)
    failed.refused_with("stranger")
    assert channel.record_names() == {package.name}
    issuer.stop()


def test_the_token_of_a_job_only_publishes(secure, issuer):
    channel = Channel(secure, "python", private=True)
    trust(channel, issuer, "--prefix", "acme-")
    token = exchange(secure, issuer.identity(audience(secure))).json()["token"]
    assert secure.get(f"/{channel.name}/simple/", token).status_code == 404
    assert secure.get("/api/bonded/v1/tokens", token).status_code in (401, 403, 404)
    assert secure.get(f"/t/{token}/{channel.name}/simple/").status_code in (401, 403, 404)


def test_an_issuer_is_switched_off_at_once(secure, issuer):
    channel = Channel(secure, "python")
    other = Issuer(unique("acme") + "/rocket")
    secure.admin("issuer", "add", other.url, "--provider", "github", "--private-network")
    trust(channel, other, "--prefix", "acme-")
    token = exchange(secure, other.identity(audience(secure))).json()["token"]
    secure.admin("issuer", "disable", other.url)
    refused = exchange(secure, other.identity(audience(secure)))
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "not-enabled"
    upload = secure.request(
        "POST", f"/{channel.name}/legacy/", headers={"Authorization": f"Bearer {token}"}, files={"content": b""}
    )
    assert upload.status_code == 403 and "revoked" in upload.text
    other.stop()


def test_a_dead_issuer_is_believed_by_the_keys_it_had_and_by_no_others(secure):
    channel = Channel(secure, "python")
    issuer = Issuer(unique("acme") + "/rocket")
    secure.admin("issuer", "add", issuer.url, "--provider", "github", "--private-network")
    trust(channel, issuer, "--prefix", "acme-")
    name = audience(secure)
    assert exchange(secure, issuer.identity(name)).status_code == 200
    issuer.stop()
    assert exchange(secure, issuer.identity(name)).status_code == 200
    # The key is unknown, and whom to ask for it is gone. When fresh keys grow old is tested where the clock can be moved.
    issuer.rotate()
    strange = exchange(secure, issuer.identity(name))
    assert strange.status_code == 422 and strange.json()["errors"][0]["code"] == "invalid-token"


def test_fields_that_are_misspelt_or_given_twice_add_no_publisher(secure, issuer):
    channel = Channel(secure, "python")
    right = ["owner=acme", "owner_id=65", "repository=rocket", "workflow=release.yml"]
    words = ["publisher", "add", channel.name, "--prefix", "acme-", "--issuer", issuer.url, *right]
    for wrong, told in (("enviroment=release", "no field 'enviroment'"), ("owner=emca", "given twice")):
        with pytest.raises(AssertionError, match=told):
            secure.admin(*words, wrong)
    assert secure.admin("publisher", "list", channel.name) == []


def test_an_issuer_at_a_private_address_is_refused_unless_that_is_said(secure):
    for url in ("http://127.0.0.1:8080", "https://127.0.0.1", "https://[::1]", "https://10.0.0.1", "https://169.254.169.254"):
        with pytest.raises(AssertionError, match="issuer's URL is not accepted"):
            secure.admin("issuer", "add", url, "--provider", "other")
    with pytest.raises(AssertionError, match="issuer's URL is not accepted"):
        secure.admin("issuer", "add", "https://169.254.169.254", "--provider", "other", "--private-network")


def test_a_discovery_document_that_names_a_private_address_leads_nowhere(own_server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as secret:
        port = secret.getsockname()[1]
        keys = {
            "loopback.example": f"https://127.0.0.1:{port}/jwks",
            "plain.example": f"http://127.0.0.1:{port}/jwks",
            "mapped.example": f"https://[::ffff:127.0.0.1]:{port}/jwks",
            "metadata.example": "https://169.254.169.254/latest/meta-data",
            "intranet.example": "https://10.0.0.1/jwks",
            "honest.example": "https://honest.example/jwks",
        }
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        job = Issuer()
        proxy = IssuerProxy(authority.issue_cert(*keys), keys, [key.jwk() for key in job.keys])
        own_server.options = ["--oidc-proxy", proxy.url]
        own_server.environment["SSL_CERT_FILE"] = str(tmp_path / "ca.pem")
        server = own_server.start()
        name, codes = audience(server), {}
        for host in keys:
            server.admin("issuer", "add", f"https://{host}", "--provider", "github")
            refused = exchange(server, job.identity(name, iss=f"https://{host}"))
            assert refused.status_code == 422, refused.text
            codes[host] = refused.json()["errors"][0]["code"]
        # The keys of the honest one are had: what its token lacks is a publisher.
        assert codes == dict.fromkeys(keys, "invalid-token") | {"honest.example": "invalid-publisher"}
        assert set(proxy.asked) == set(keys), "nobody else was asked for"
        secret.settimeout(0.2)
        with pytest.raises(TimeoutError):
            secret.accept()
        proxy.stop()
        job.stop()
