"""pip and uv install from the JSON and the HTML index."""

import pytest

from support.channel import Channel, with_credentials
from support.distributions import sha256
from support.html_only import html_only
from support.python_clients import installed

INSTALLERS = ("pip_install", "uv_install")


@pytest.fixture
def filled(python_channel, clients, parcel, stamp) -> Channel:
    """A channel that holds `parcel` and what it depends on."""
    clients.twine(python_channel.upload_url, python_channel.publish_token, *parcel, *stamp).succeeded()
    return python_channel


def readable(channel: Channel) -> str:
    """The index as a reader writes it: with a token where the channel is private."""
    return with_credentials(channel.index, channel.read_token) if channel.private else channel.index


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_project_and_its_dependency_are_installed(filled, clients, tmp_path, installer):
    getattr(clients, installer)(readable(filled), tmp_path / "site", "parcel").succeeded()
    assert installed(tmp_path / "site", "parcel") == "1.2"
    assert installed(tmp_path / "site", "stamp") == "0.7"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_html_index_serves_as_well(filled, clients, tmp_path, installer):
    with html_only(filled.server.url) as (proxy, content_types):
        index = readable(filled).replace(filled.server.url.split("//")[1], proxy.split("//")[1])
        getattr(clients, installer)(index, tmp_path / "site", "parcel").succeeded()
    assert any(type.startswith("text/html") for type in content_types)
    assert not any("json" in type for type in content_types)
    assert installed(tmp_path / "site", "stamp") == "0.7"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_an_sdist_is_installed(filled, clients, tmp_path, installer):
    options = ("--no-binary", ":all:")
    getattr(clients, installer)(readable(filled), tmp_path / "site", "parcel", options=options).succeeded()
    assert installed(tmp_path / "site", "parcel") == "1.2"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_hashes_of_the_files_that_were_uploaded_are_accepted(
    filled, clients, parcel, stamp, tmp_path, installer
):
    lines = [f"parcel==1.2 --hash=sha256:{sha256(parcel[0])}", f"stamp==0.7 --hash=sha256:{sha256(stamp[0])}"]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    options = ("--require-hashes", "-r", tmp_path / "requirements.txt")
    getattr(clients, installer)(readable(filled), tmp_path / "site", options=options).succeeded()
    assert installed(tmp_path / "site", "parcel") == "1.2"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_hash_of_other_bytes_is_refused(filled, clients, tmp_path, installer):
    (tmp_path / "requirements.txt").write_text(f"stamp==0.7 --hash=sha256:{'0' * 64}")
    options = ("--require-hashes", "-r", tmp_path / "requirements.txt")
    getattr(clients, installer)(readable(filled), tmp_path / "site", options=options).refused_with("sha256")


@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_default_index_is_reached_without_the_channels_name(server, clients, stamp, tmp_path, installer):
    channel = Channel.existing(server, "pypi")
    clients.twine(f"{server.url}/legacy/", channel.publish_token, *stamp).succeeded()
    getattr(clients, installer)(f"{server.url}/simple/", tmp_path / "site", "stamp").succeeded()
    assert installed(tmp_path / "site", "stamp") == "0.7"


def test_well_known_projects_are_installed(server, clients, well_known, tmp_path):
    channel = Channel(server, "python")
    clients.twine(channel.upload_url, channel.publish_token, *well_known).succeeded()
    clients.pip_install(channel.index, tmp_path / "pip", "six", "packaging", "idna", "markupsafe").succeeded()
    clients.uv_install(channel.index, tmp_path / "uv", "six", "packaging", "certifi").succeeded()
    assert (tmp_path / "pip" / "six.py").read_bytes() == (tmp_path / "uv" / "six.py").read_bytes()


@pytest.fixture
def private(server, clients, stamp) -> Channel:
    """A private channel with `stamp`."""
    channel = Channel(server, "python", private=True)
    clients.twine(channel.upload_url, channel.publish_token, *stamp).succeeded()
    return channel


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_token_in_netrc_opens_a_private_channel(private, clients, tmp_path, installer):
    netrc = tmp_path / "home" / ".netrc"
    netrc.write_text(f"machine 127.0.0.1\nlogin __token__\npassword {private.read_token}\n")
    netrc.chmod(0o600)
    clients.variables["NETRC"] = str(netrc)
    getattr(clients, installer)(private.index, tmp_path / "site", "stamp").succeeded()
    assert installed(tmp_path / "site", "stamp") == "0.7"


def test_uv_reads_the_credentials_of_a_named_index_from_its_variables(private, clients, tmp_path):
    variables = {"UV_INDEX_TEAM_USERNAME": "anyone", "UV_INDEX_TEAM_PASSWORD": private.read_token}
    options = ("--index", f"team={private.index}", "--index-strategy", "first-index")
    target = tmp_path / "site"
    clients.uv_install(None, target, "stamp", options=options, variables=variables).succeeded()
    assert installed(target, "stamp") == "0.7"


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_private_channel_stays_closed_without_a_token(private, clients, tmp_path, installer):
    attempt = getattr(clients, installer)(private.index, tmp_path / "site", "stamp")
    assert attempt.status != 0, attempt.output
    assert not (tmp_path / "site" / "stamp").exists()
