"""What every installation holds from its first start: its epoch and the default categories."""

import secrets

from sqlalchemy import Connection

from ..core import categories
from .log import dialect_insert
from .tables import Category, FactRow


def plant(connection: Connection) -> None:
    """Add what is missing; what a town has changed stays."""
    connection.execute(dialect_insert(connection)(FactRow.__table__).on_conflict_do_nothing(), {"name": "epoch", "value": secrets.token_hex(8)})
    rows = [row | {"origin": "gridbook"} for row in categories.defaults()]
    connection.execute(dialect_insert(connection)(Category.__table__).on_conflict_do_nothing(), rows)
