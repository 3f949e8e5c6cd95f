"""Every edit of one cycle by its name, so that a row becomes a change again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shopify_app.edits.change import Change
from shopify_app.edits.contents import Contents, Restoring
from shopify_app.edits.move import Moving
from shopify_app.edits.order_address import OrderAddress
from shopify_app.edits.order_now import OrderingNow
from shopify_app.edits.own_price import OwnPrice
from shopify_app.edits.skip import Skipping
from shopify_app.kit.db import Json

CHANGES: dict[str, Callable[[Json], Change]] = {
    "skip": lambda wish: Skipping(True),
    "unskip": lambda wish: Skipping(False),
    "move": lambda wish: Moving(datetime.fromisoformat(wish["to"])),
    "contents": lambda wish: Contents(**wish),
    "order_address": lambda wish: OrderAddress(**wish),
    "own_price": lambda wish: OwnPrice(**wish),
    "restore": lambda wish: Restoring(**wish),
    "order_now": lambda wish: OrderingNow(datetime.fromisoformat(wish["to"])),
}


def parse(name: str, wish: Json) -> Change:
    """Return the change that a row keeps. Raises KeyError, TypeError or ValueError for one of another version."""
    return CHANGES[name](wish)
