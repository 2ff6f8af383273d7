"""Databases on the PostgreSQL server of the tests."""

import os
from contextlib import closing
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


def give_to(url: str, owner: str, password: str) -> str:
    """Makes a role with a password the owner of a database; the URL with which it connects."""
    parts = urlsplit(url)
    name = f"{owner}_{parts.path[1:]}"
    with closing(connect(url)) as connection:
        connection.run(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'")
        connection.run(f'ALTER DATABASE "{parts.path[1:]}" OWNER TO "{name}"')
        connection.run(f'ALTER SCHEMA public OWNER TO "{name}"')
    return urlunsplit(parts._replace(netloc=f"{name}:{password}@{parts.hostname}:{parts.port or 5432}"))
