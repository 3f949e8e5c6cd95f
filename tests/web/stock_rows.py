"""A shelf as rows: items with their units, and subscribers who need them, weighed as the app weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.stock import demand, look
from shopify_app.stock.models import InventoryLevel
from tests.web import rows

NOW, DAY = rows.NOW, timedelta(days=1)
LOCATION = "gid://shopify/Location/1"


def item(session: Session, shop_id: int, number: int, title: str, units: int | None, **columns: Any) -> Variant:
    """Product, variant and inventory item of one number, with so many units; None: Shopify does not count it."""
    session.add(
        Product(
            shop_id=shop_id,
            shopify_gid=f"gid://shopify/Product/{number}",
            title=title,
            status="ACTIVE",
            shopify_updated_at=NOW,
        )
    )
    values: dict[str, Any] = {
        "product_gid": f"gid://shopify/Product/{number}",
        "title": "Whole bean",
        "sku": f"SKU-{number}",
        "price": Decimal("18.00"),
        "inventory_item_gid": f"gid://shopify/InventoryItem/{number}",
        "inventory_policy": "DENY",
        "tracked": units is not None,
    }
    variant = Variant(shop_id=shop_id, shopify_gid=f"gid://shopify/ProductVariant/{number}", **(values | columns))
    session.add(variant)
    if units is not None:
        session.add(
            InventoryLevel(
                shop_id=shop_id,
                item_gid=f"gid://shopify/InventoryItem/{number}",
                location_gid=LOCATION,
                available=units,
                shopify_updated_at=NOW,
            )
        )
    session.flush()
    return variant


def subscriber(
    session: Session, shop_id: int, number: int, of: int, days: Sequence[float], quantity: int = 1, **columns: Any
) -> Contract:
    """A monthly subscription to an item, whose next charges are in so many days."""
    name = columns.pop("first_name", f"Shopper{number}")
    who = rows.shopper(session, shop_id, number, first_name=name)
    found = rows.contract(session, shop_id, number, customer_gid=who.shopify_gid, **columns)
    line = found.lines[0]
    line.product_gid, line.variant_gid = f"gid://shopify/Product/{of}", f"gid://shopify/ProductVariant/{of}"
    line.quantity = quantity
    for index, ahead in enumerate(days, 2):
        rows.cycle(session, found, index, NOW + ahead * DAY)
    session.flush()
    return found


def weigh(context: Context) -> None:
    """Write down what is needed, and decide who is short."""
    demand.drain(context)
    look.drain(context)
