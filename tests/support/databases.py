"""Databases on the PostgreSQL server of the tests."""

import datetime
import os
import sqlite3
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


def change(server, statement: str) -> None:
    """Changes the database of a running server behind its back. SQLite gets PostgreSQL's ways with times as `older`."""
    if server.engine == "postgres":
        with closing(connect(server.database)) as connection:
            connection.run(statement)
        return
    with closing(sqlite3.connect(server.data / "bonded.db", timeout=10)) as connection:
        connection.create_function("older", 2, _older)
        connection.execute(statement)
        connection.commit()


def _older(text: str | None, seconds: float) -> str | None:
    """The time before, in the very form that the server writes."""
    if text is None:
        return None
    time = datetime.datetime.fromisoformat(text) - datetime.timedelta(seconds=seconds)
    return time.isoformat(sep=text[10], timespec="microseconds")
