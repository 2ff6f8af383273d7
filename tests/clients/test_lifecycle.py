"""What installers make of archived, deprecated, quarantined, yanked and deleted projects, and of withdrawn packages."""

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel, with_credentials
from support.python_clients import installed

INSTALLERS = ("pip_install", "uv_install")
SHARDS = pytest.mark.parametrize("shards", [True, False], ids=["shards", "repodata"])


@pytest.fixture
def stamped(server, clients, stamp) -> Channel:
    """A private Python channel that holds `stamp` 0.7."""
    channel = Channel(server, "python", private=True)
    clients.twine(channel.upload_url, channel.publish_token, *stamp).succeeded()
    return channel


def readable(channel: Channel) -> str:
    return with_credentials(channel.index, channel.read_token)


def set_status(channel: Channel, project: str, status: str, reason: str = "") -> None:
    """Changes it at the command line, and waits until the running server has heard of it."""
    channel.server.admin("project", "status", channel.name, project, status, "--reason", reason)
    if channel.name.startswith("python"):
        until(lambda: channel.project(project)["project-status"]["status"] == status)


@pytest.mark.parametrize("installer", INSTALLERS)
@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_archived_and_deprecated_projects_are_installed(stamped, clients, tmp_path, installer, status):
    set_status(stamped, "stamp", status, "use parcel instead")
    getattr(clients, installer)(readable(stamped), tmp_path / "site", "stamp").succeeded()
    assert installed(tmp_path / "site", "stamp") == "0.7"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_quarantined_project_is_not_installed_until_that_ends(stamped, clients, tmp_path, installer):
    set_status(stamped, "stamp", "quarantined", "looks like malware")
    failed = getattr(clients, installer)(readable(stamped), tmp_path / "none", "stamp")
    failed.refused_with("stamp")
    file = f"/{stamped.name}/files/stamp-0.7-py3-none-any.whl"
    assert stamped.server.get(file, stamped.read_token).status_code == 404
    set_status(stamped, "stamp", "active")
    getattr(clients, installer)(readable(stamped), tmp_path / "site", "stamp").succeeded()


def test_an_archived_project_refuses_twine_with_the_reason(stamped, clients, tmp_path):
    set_status(stamped, "stamp", "archived")
    newer = distributions.build(tmp_path, "stamp", "0.8", back_end="setuptools")
    refused = clients.twine(stamped.upload_url, stamped.publish_token, *newer)
    refused.refused_with("Project 'stamp' is archived: it takes no new files.")


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_yanked_release_is_installed_only_by_those_who_pin_it(stamped, clients, tmp_path, installer):
    newer = distributions.build(tmp_path, "stamp", "0.8", back_end="setuptools")
    clients.twine(stamped.upload_url, stamped.publish_token, *newer).succeeded()
    path = f"/api/bonded/v1/channels/{stamped.name}/projects/stamp/releases/0.8/yank"
    token = stamped.token("yank")
    answer = stamped.server.request("POST", path, token, json={"reason": "breaks on Tuesdays"})
    assert answer.status_code == 204, answer.text
    getattr(clients, installer)(readable(stamped), tmp_path / "any", "stamp").succeeded()
    assert installed(tmp_path / "any", "stamp") == "0.7"
    pinned = getattr(clients, installer)(readable(stamped), tmp_path / "pinned", "stamp==0.8")
    pinned.succeeded()
    assert "breaks on Tuesdays" in pinned.output
    assert installed(tmp_path / "pinned", "stamp") == "0.8"
    assert stamped.server.request("DELETE", path, token).status_code == 204
    getattr(clients, installer)(readable(stamped), tmp_path / "again", "stamp").succeeded()
    assert installed(tmp_path / "again", "stamp") == "0.8"


def test_the_names_of_a_deleted_release_and_project_are_burnt(stamped, clients, stamp):
    token, project = stamped.token("delete"), f"/api/bonded/v1/channels/{stamped.name}/projects/stamp"
    assert stamped.server.request("DELETE", f"{project}/releases/0.7", token).status_code == 204
    refused = clients.twine(stamped.upload_url, stamped.publish_token, *stamp)
    refused.refused_with("This filename was previously used by a file that has since been deleted")
    assert stamped.server.request("DELETE", project, token).status_code == 204
    assert stamped.project("stamp") is None
    refused = clients.twine(stamped.upload_url, stamped.publish_token, *stamp)
    refused.refused_with("Project 'stamp' was deleted")


@pytest.fixture
def conda(server, tmp_path) -> Channel:
    """A conda channel that holds `base` 1.0 and 2.0."""
    channel = Channel(server, "conda")
    for version in ("1.0", "2.0"):
        answer = uploads.prefix(channel, conda_packages.build(tmp_path, "base", version))
        assert answer.ok, answer.text
    until(lambda: len(channel.record_names()) == 2)
    return channel


def chosen(outcome: dict) -> dict[str, str]:
    return {name: record["file"] for name, record in outcome["records"].items()}


def record(channel: Channel, file: str) -> str | None:
    """The line of repodata.json about a file, byte by byte."""
    text = channel.get("/noarch/repodata.json").text
    lines = [line for line in text.splitlines() if line.startswith(f'"{file}":')]
    return lines[0].rstrip(",}") if lines else None


@SHARDS
def test_a_withdrawn_package_is_not_solved_and_comes_back_byte_by_byte(conda, rattler, shards):
    file, token = "base-2.0-0.conda", conda.token("yank")
    before = record(conda, file)
    path = f"/api/bonded/v1/channels/{conda.name}/projects/base/releases/2.0/yank"
    assert conda.server.request("POST", path, token, json={"reason": "broken"}).status_code == 204
    until(lambda: "package_has_been_revoked" in record(conda, file))
    assert chosen(rattler.install(conda.url, "base", shards=shards)) == {"base": "base-1.0-0.conda"}
    rattler.try_install(conda.url, "base ==2.0", shards=shards).refused_with("package_has_been_revoked")
    # Lock files name the file itself.
    assert conda.get(f"/noarch/{file}").status_code == 200
    assert conda.server.request("DELETE", path, token).status_code == 204
    until(lambda: record(conda, file) == before)
    assert chosen(rattler.install(conda.url, "base", shards=shards)) == {"base": file}


@SHARDS
def test_a_deleted_release_is_gone_and_can_still_be_downloaded(conda, rattler, shards):
    path = f"/api/bonded/v1/channels/{conda.name}/projects/base/releases/2.0"
    assert conda.server.request("DELETE", path, conda.token("delete")).status_code == 204
    until(lambda: conda.repodata()["removed"] == ["base-2.0-0.conda"])
    assert chosen(rattler.install(conda.url, "base", shards=shards)) == {"base": "base-1.0-0.conda"}
    rattler.try_install(conda.url, "base ==2.0", shards=shards).refused_with("No candidates were found for base")
    assert conda.get("/noarch/base-2.0-0.conda").status_code == 200


@SHARDS
def test_a_quarantined_package_is_not_solved_until_that_ends(conda, rattler, shards):
    set_status(conda, "base", "quarantined", "looks like malware")
    until(lambda: not conda.record_names())
    until(lambda: conda.get("/noarch/base-1.0-0.conda").status_code == 404)
    rattler.try_install(conda.url, "base", shards=shards).refused_with("No candidates were found for base")
    set_status(conda, "base", "active")
    until(lambda: len(conda.record_names()) == 2)
    assert chosen(rattler.install(conda.url, "base", shards=shards)) == {"base": "base-2.0-0.conda"}
