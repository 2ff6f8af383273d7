"""Lets time pass for what a server keeps: nothing can move its clock, so what it wrote down is made older."""

import datetime
import sqlite3
from contextlib import closing

from ..databases import connect
from .registry import Registry


def age(registry: Registry, table: str, columns: tuple[str, ...], seconds: float) -> None:
    """Moves the times in these columns of every row back."""
    if registry.engine == "postgres":
        _age_postgres(registry.database, table, columns, seconds)
    else:
        _age_sqlite(registry, table, columns, seconds)


def _age_postgres(url: str, table: str, columns: tuple[str, ...], seconds: float) -> None:
    moved = ", ".join(f"{column} = {column} - interval '{seconds} seconds'" for column in columns)
    with closing(connect(url)) as connection:
        connection.run(f"UPDATE {table} SET {moved}")


def _age_sqlite(registry: Registry, table: str, columns: tuple[str, ...], seconds: float) -> None:
    with closing(sqlite3.connect(registry.data / "bonded.db", timeout=10)) as connection:
        connection.create_function("older", 1, lambda text: _older(text, seconds))
        moved = ", ".join(f"{column} = older({column})" for column in columns)
        connection.execute(f"UPDATE {table} SET {moved}")
        connection.commit()


def _older(text: str | None, seconds: float) -> str | None:
    """The time before, in the very form that the server writes."""
    if text is None:
        return None
    time = datetime.datetime.fromisoformat(text) - datetime.timedelta(seconds=seconds)
    return time.isoformat(sep=text[10], timespec="microseconds")
