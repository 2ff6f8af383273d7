"""What a test changes in a database: nothing can move a server's clock, so what it wrote is made older."""

from ..databases import change
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
