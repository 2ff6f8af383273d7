"""Attestations through real clients: twine and uv send them, and what is served is what the job signed."""

import hashlib
import json
from urllib.parse import urlsplit

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel, create_users, unique
from support.issuer import Issuer
from support.sigstore import CONDA, Sigstore


@pytest.fixture(scope="module")
def sigstore() -> Sigstore:
    """A Sigstore of the tests' own."""
    return Sigstore()


@pytest.fixture(scope="module")
def trusting(engine, make_server, sigstore, tmp_path_factory):
    """A server that trusts that Sigstore and no other."""
    server = make_server(engine)
    root = sigstore.trusted_root(tmp_path_factory.mktemp("sigstore") / "trusted_root.json")
    server.options = ["--sigstore-trusted-root", str(root)]
    server.start()
    create_users(server)
    return server


@pytest.fixture(scope="module")
def job(trusting):
    """A repository whose jobs the server knows."""
    issuer = Issuer(unique("acme") + "/rocket")
    trusting.admin("issuer", "add", issuer.url, "--provider", "github", "--private-network")
    yield issuer
    issuer.stop()


def token(channel: Channel, job: Issuer) -> str:
    """What a job of the repository gets, which may publish everything that begins with acme-."""
    owner, repository = job.repository.split("/")
    fields = {"owner": owner, "owner_id": job.owner_id, "repository": repository, "workflow": job.workflow}
    words = [f"{name}={value}" for name, value in fields.items()]
    server = channel.server
    server.admin("publisher", "add", channel.name, "--prefix", "acme-", "--issuer", job.url, *words)
    audience = server.get("/_/oidc/audience").json()["audience"]
    answer = server.request("POST", "/_/oidc/mint-token", json={"token": job.identity(audience)})
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def provenance(channel: Channel, project: str, file) -> dict:
    """The provenance object to which the index leads."""
    listed = next(one for one in channel.project(project)["files"] if one["filename"] == file.name)
    url = urlsplit(listed["provenance"])
    assert url.scheme and url.netloc and url.path.startswith(f"/{channel.name}/integrity/{project}/")
    return channel.server.get(url.path).json()


def base(channel: Channel) -> str:
    """The channel under the server's base URL, which is that of this machine's name unless it is told another."""
    return channel.url.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("client", ["twine", "uv"])
def test_clients_send_the_attestation_that_lies_beside_the_file(
    trusting, job, sigstore, clients, tmp_path, client
):
    channel = Channel(trusting, "python")
    wheel = distributions.wheel(tmp_path, "acme_tools", "1.0")
    attestation = sigstore.attest(job, wheel)
    secret = token(channel, job)
    if client == "twine":
        clients.twine(channel.upload_url, secret, "--attestations", wheel, attestation).succeeded()
    else:
        clients.uv_publish(channel.upload_url, secret, wheel, attestation, attestations=True).succeeded()
    (bundle,) = provenance(channel, "acme-tools", wheel)["attestation_bundles"]
    assert bundle["publisher"]["repository"] == job.repository
    assert bundle["publisher"]["workflow"] == job.workflow
    assert bundle["attestations"] == [json.loads(attestation.read_text())]


def test_an_attestation_of_another_file_is_refused_in_the_status_line(
    trusting, job, sigstore, clients, tmp_path
):
    channel = Channel(trusting, "python")
    wheel, other = (distributions.wheel(tmp_path, "acme_tools", version) for version in ("1.0", "1.1"))
    wrong = sigstore.attest(job, other).rename(wheel.with_name(f"{wheel.name}.publish.attestation"))
    sent = clients.twine(channel.upload_url, token(channel, job), "--attestations", wheel, wrong)
    sent.refused_with("Invalid attestations supplied during upload", "not the uploaded file")
    assert channel.project("acme-tools") is None


def test_a_conda_package_is_served_with_its_sidecar(trusting, job, sigstore, tmp_path):
    channel = Channel(trusting, "conda")
    package = conda_packages.build(tmp_path, "acme-probe")
    secret = token(channel, job)
    bundle = json.dumps(sigstore.bundle(job, package, CONDA, {"targetChannel": base(channel)}))
    sent = uploads.prefix(channel, package, token=secret, attestation=bundle)
    assert sent.status_code == 201, sent.text
    sidecar = trusting.get(f"/{channel.name}/noarch/{package.name}.sigs")
    assert sidecar.text == f"[{bundle}]"
    digest = hashlib.sha256(sidecar.content).hexdigest()
    assert trusting.get(f"/{channel.name}/noarch/{package.name}.sigs.{digest}").content == sidecar.content
    until(lambda: package.name in channel.record_names())
    assert channel.repodata()["packages.conda"][package.name]["attestations_sha256"] == digest


def test_the_public_instance_is_not_trusted_by_a_server_with_a_root_of_its_own(
    trusting, job, tmp_path, clients
):
    channel = Channel(trusting, "python")
    wheel = distributions.wheel(tmp_path, "acme_tools", "1.0")
    stranger = Sigstore().attest(job, wheel)
    sent = clients.twine(channel.upload_url, token(channel, job), "--attestations", wheel, stranger)
    sent.refused_with("Invalid attestations supplied during upload", "does not verify")
