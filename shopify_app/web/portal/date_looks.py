"""One date's order before and after a deed, as JSON that `schemas` promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shopify_app.contracts import contents as order
from shopify_app.edits import contents
from shopify_app.edits.change import Change
from shopify_app.edits.contents import Contents, Restoring
from shopify_app.edits.order_address import OrderAddress
from shopify_app.edits.order_now import OrderingNow
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.web.portal import shapes
from shopify_app.web.portal.date_deed import DateGround


@dataclass(frozen=True)
class Look:
    """`at`: when it is expected. `items` are like those of `contents.picture`. Amounts before taxes."""

    at: datetime
    items: Sequence[Json]
    shipping: Decimal
    total: Decimal
    address: Json | None


def before(ground: DateGround) -> Look:
    """Return the order as it stands."""
    return _look(order.of(ground.contract, ground.cycle), ground.cycle.expected_at)


def after(ground: DateGround, change: Change) -> Look:
    """Return it as a change would leave it."""
    now = before(ground)
    if isinstance(change, OrderingNow):
        return replace(now, at=ground.coming.standing.now)
    if isinstance(change, Contents):
        return replace(now, items=change.items(), total=Decimal(change.after()["total"]))
    if isinstance(change, OrderAddress):
        return replace(now, address=change.address)
    if isinstance(change, Restoring):  # Shopify expects a charge at the end of a period, unless it was moved
        return _look(order.of(ground.contract, None), ground.cycle.end_at)
    raise TypeError(change.name)


def as_json(look: Look, currency: str) -> Json:
    """Return a look as a preview shows it."""
    return {
        "date": shapes.day(look.at).isoformat(),
        "lines": [_line(item, currency) for item in look.items],
        "shipping_price": shapes.money(look.shipping, currency),
        "total": shapes.money(look.total, currency),
        "address": shapes.address(look.address),
    }


def _look(held: order.OrderContents, at: datetime) -> Look:
    items = contents.items_of(held)
    return Look(at, items, held.delivery_price, held.total, (held.delivery_method or {}).get("address"))


def _line(item: Json, currency: str) -> Json:
    return {
        "line": number_of(item["gid"]) if item.get("gid") else None,
        "title": item["title"],
        "variant": shapes.variant(item["variant_title"]),
        "quantity": item["quantity"],
        "total": shapes.money(Decimal(item["total"]), currency),
    }
