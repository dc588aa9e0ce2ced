"""What every installation holds from its first start: its epoch and the default categories."""

import secrets

from sqlalchemy import Connection

from ..core import categories
from . import workdays
from .database import keep_first
from .tables import Category, FactRow


def plant(connection: Connection) -> None:
    """Add what is missing; what a town has changed stays."""
    facts = ("epoch", workdays.VERSION)
    keep_first(connection, FactRow, [{"name": name, "value": secrets.token_hex(8)} for name in facts])
    if keep_first(connection, Category, [row | {"origin": "gridbook"} for row in categories.defaults()]):
        workdays.touch(connection)
