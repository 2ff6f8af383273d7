"""Fixtures of the client tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import Server, until
from support.bonded_client import BondedClient
from support.channel import Channel, create_users
from support.python_clients import PythonClients
from support.rattler_client import Rattler


@pytest.fixture(scope="session")
def server(engine, make_server) -> Server:
    """A running server that the tests of one engine share; each test makes its own channels."""
    server = make_server(engine).start()
    create_users(server)
    return server


@pytest.fixture
def own_server(engine, make_server):
    """A server of the test's own, not started yet."""
    server = make_server(engine)
    yield server
    server.end()


@pytest.fixture(params=["public", "private"])
def python_channel(request, server) -> Channel:
    """A new Python channel, in both visibilities."""
    return Channel(server, "python", private=request.param == "private")


@pytest.fixture(params=["public", "private"])
def conda_channel(request, server) -> Channel:
    """A new conda channel, in both visibilities."""
    return Channel(server, "conda", private=request.param == "private")


@pytest.fixture
def clients(tmp_path) -> PythonClients:
    """twine, uv and pip with a home of the test's own."""
    return PythonClients(tmp_path / "home")


@pytest.fixture
def rattler(tmp_path) -> Rattler:
    """py-rattler with caches of the test's own."""
    return Rattler(tmp_path / "home")


@pytest.fixture
def client(tmp_path) -> BondedClient:
    """A client that trusts nobody yet."""
    return BondedClient(tmp_path / "home")


@pytest.fixture
def filled(conda_channel, tmp_path) -> Channel:
    """A channel with `app` (linux-64), which depends on `base` (noarch)."""
    packages = [
        conda_packages.build(tmp_path, "base", "2.0"),
        conda_packages.build(tmp_path, "app", "1.0", depends=["base >=1.5"], subdir="linux-64"),
    ]
    for package in packages:
        answer = uploads.prefix(conda_channel, package)
        assert answer.ok, answer.text
    until(lambda: conda_channel.record_names() and conda_channel.record_names("linux-64"))
    return conda_channel


@pytest.fixture(scope="session")
def parcel(tmp_path_factory) -> tuple[Path, Path]:
    """Wheel and sdist of `parcel` 1.2, which depends on `stamp`, built by hatchling."""
    return distributions.build(tmp_path_factory.mktemp("parcel"), "parcel", "1.2", ["stamp>=0.5"])


@pytest.fixture(scope="session")
def stamp(tmp_path_factory) -> tuple[Path, Path]:
    """Wheel and sdist of `stamp` 0.7, built by setuptools."""
    return distributions.build(tmp_path_factory.mktemp("stamp"), "stamp", "0.7", back_end="setuptools")


@pytest.fixture(scope="session")
def well_known(tmp_path_factory) -> list[Path]:
    """Distributions as the authors of well-known projects made them, fetched with the machine's settings."""
    directory = tmp_path_factory.mktemp("well-known")
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(directory)]
    wheels = ["six==1.17.0", "packaging==24.2", "idna==3.10", "certifi==2024.12.14", "markupsafe==3.0.3"]
    subprocess.run([*download, "--only-binary=:all:", *wheels], check=True)
    sdists = ["six==1.17.0", "packaging==24.2", "idna==3.10"]
    subprocess.run([*download, "--no-build-isolation", "--no-binary=:all:", *sdists], check=True)
    return sorted(directory.iterdir())
