"""Fixtures of all tests that run the built program. What takes a server runs on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from support import bonded
from support.bonded import Server
from support.channel import unique
from support.databases import create_database

ENGINES = ("sqlite", "postgres")


def pytest_sessionstart():
    if not Path(bonded.BINARY).is_file():
        pytest.exit(
            "BONDED_TEST_BINARY must name the built program: run the tests with `cargo xtask test`", 2
        )


@pytest.fixture(scope="session", params=ENGINES)
def engine(request) -> str:
    """The database engine."""
    return request.param


@pytest.fixture(scope="session")
def make_server(tmp_path_factory):
    """Makes servers, each with a data directory and a database of its own, and ends them with the tests."""
    made: list[Server] = []

    def make(engine: str, **variables: str) -> Server:
        name = unique("bonded").replace("-", "_")
        database = create_database(name) if engine == "postgres" else None
        made.append(Server(tmp_path_factory.mktemp(name), engine, database, **variables))
        return made[-1]

    yield make
    for server in made:
        server.end()
