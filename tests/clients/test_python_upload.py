"""twine and uv publish wheels and sdists."""

import pytest

from support import distributions
from support.channel import Channel
from support.distributions import sha256

UPLOADERS = ("twine", "uv_publish")


def listed(channel: Channel, project: str) -> dict[str, str]:
    """The files that the index lists, with their digests."""
    page = channel.project(project)
    return {file["filename"]: file["hashes"]["sha256"] for file in page["files"]} if page else {}


@pytest.mark.parametrize("uploader", UPLOADERS)
def test_a_wheel_and_an_sdist_are_published(python_channel, clients, parcel, stamp, uploader):
    upload = getattr(clients, uploader)
    for files in (parcel, stamp):
        upload(python_channel.upload_url, python_channel.publish_token, *files).succeeded()
    for project, files in (("parcel", parcel), ("stamp", stamp)):
        assert listed(python_channel, project) == {file.name: sha256(file) for file in files}


@pytest.mark.parametrize("uploader", UPLOADERS)
def test_the_default_channel_is_reached_without_its_name(server, clients, tmp_path, uploader):
    channel = Channel.existing(server, "pypi")
    name = f"default-{uploader.replace('_', '-')}"
    wheel = distributions.wheel(tmp_path, name)
    getattr(clients, uploader)(f"{server.url}/legacy/", channel.publish_token, wheel).succeeded()
    assert listed(channel, name) == {wheel.name: sha256(wheel)}
    assert server.get(f"/simple/{name}/").status_code == 200


@pytest.mark.parametrize("uploader", UPLOADERS)
def test_distributions_of_well_known_projects_are_published_unchanged(server, clients, well_known, uploader):
    channel = Channel(server, "python")
    getattr(clients, uploader)(channel.upload_url, channel.publish_token, *well_known).succeeded()
    projects = {path.name.split("-")[0].lower() for path in well_known}
    found = {name: digest for project in projects for name, digest in listed(channel, project).items()}
    assert found == {path.name: sha256(path) for path in well_known}


@pytest.mark.parametrize("uploader", UPLOADERS)
def test_the_same_bytes_may_be_sent_twice(python_channel, clients, parcel, uploader):
    for _ in range(2):
        getattr(clients, uploader)(
            python_channel.upload_url, python_channel.publish_token, *parcel
        ).succeeded()
    assert len(listed(python_channel, "parcel")) == 2


@pytest.mark.parametrize("uploader", UPLOADERS)
def test_other_bytes_under_the_same_name_are_refused_and_the_user_sees_why(
    python_channel, clients, tmp_path, uploader
):
    first = distributions.wheel(tmp_path, "taken", content=b"first")
    clients.twine(python_channel.upload_url, python_channel.publish_token, first).succeeded()
    digest = sha256(first)
    second = distributions.wheel(tmp_path, "taken", content=b"second")
    upload = getattr(clients, uploader)(python_channel.upload_url, python_channel.publish_token, second)
    upload.refused_with("File already exists")
    assert listed(python_channel, "taken") == {first.name: digest}


def test_uv_skips_what_is_published_already(python_channel, clients, parcel):
    clients.twine(python_channel.upload_url, python_channel.publish_token, *parcel).succeeded()
    credentials = {
        "UV_INDEX_CHECK_USERNAME": "__token__",
        "UV_INDEX_CHECK_PASSWORD": python_channel.publish_token,
    }
    clients.variables |= credentials
    index = (
        "--check-url",
        python_channel.index.replace("://", f"://__token__:{python_channel.publish_token}@"),
    )
    again = clients.uv_publish(
        python_channel.upload_url, python_channel.publish_token, *parcel, options=index
    )
    assert "already exists" in again.succeeded().output
