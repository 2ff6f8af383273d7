"""What a test changes in a database: nothing can move a server's clock, so what it wrote is made older."""

import datetime
import sqlite3
from contextlib import closing

from ..databases import connect
from .registry import Registry


def age(
    registry: Registry, table: str, columns: tuple[str, ...], seconds: float, owner: str | None = None
) -> None:
    """Moves the times in these columns back: of every row, or of those of one account."""
    if registry.engine == "postgres":
        older = f"{{0}} = {{0}} - interval '{seconds} seconds'"
    else:
        older = f"{{0}} = older({{0}}, {seconds})"
    changes = ", ".join(older.format(column) for column in columns)
    whose = f" WHERE user_id = (SELECT id FROM users WHERE name = '{owner}')" if owner else ""
    change(registry, f"UPDATE {table} SET {changes}{whose}")


def issued_by_owner(registry: Registry, token: str) -> None:
    """Makes a token of the command line, by its name, one that its owner issued: no page does that yet."""
    change(registry, f"UPDATE tokens SET by_operator = (1 = 0) WHERE name = '{token}'")


def change(registry: Registry, statement: str) -> None:
    """Changes the database of a running server."""
    if registry.engine == "postgres":
        with closing(connect(registry.database)) as connection:
            connection.run(statement)
        return
    with closing(sqlite3.connect(registry.data / "bonded.db", timeout=10)) as connection:
        connection.create_function("older", 2, _older)
        connection.execute(statement)
        connection.commit()


def _older(text: str | None, seconds: float) -> str | None:
    """The time before, in the very form that the server writes."""
    if text is None:
        return None
    time = datetime.datetime.fromisoformat(text) - datetime.timedelta(seconds=seconds)
    return time.isoformat(sep=text[10], timespec="microseconds")
