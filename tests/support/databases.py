"""Databases on the PostgreSQL server of the tests."""

import os
from urllib.parse import urlsplit, urlunsplit

import pg8000.native


def create_database(name: str) -> str:
    """A new database; its URL. The whole server goes when the tests end, so nothing is dropped here."""
    url = os.environ.get("BONDED_TEST_POSTGRES")
    assert url, "BONDED_TEST_POSTGRES must name a PostgreSQL server: run the tests with `cargo xtask test`"
    parts = urlsplit(url)
    connection = connect(urlunsplit(parts._replace(path="/postgres")))
    try:
        connection.run(f'CREATE DATABASE "{name}"')
    finally:
        connection.close()
    return urlunsplit(parts._replace(path=f"/{name}"))


def connect(url: str) -> pg8000.native.Connection:
    """A connection to a database by its URL."""
    parts = urlsplit(url)
    return pg8000.native.Connection(
        parts.username,
        host=parts.hostname,
        port=parts.port or 5432,
        password=parts.password,
        database=parts.path[1:],
    )
