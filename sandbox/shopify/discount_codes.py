"""The shop's discount codes, as the merchant made them in Shopify's admin, and why one is rejected on a draft.

Codes are found without regard to case (Shopify help: discount codes are not case-sensitive).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.shopify import discounts
from sandbox.world import World
from sandbox.world.store import Row

OPTIONS = ("title", "percentage", "amount", "each", "limit", "variants", "is_active", "on_subscriptions", "uses_left",
           "minimum")  # fmt: skip


def create(world: World, shop: str, code: str, **values: Any) -> Row:
    """A code. Keywords: OPTIONS. ``title`` is its name in the admin, which need not be the code; ``limit`` how many
    orders of one subscription it is for (None: all); ``variants`` those it is for (None: all)."""
    row = {
        "id": code.upper(),
        "code": code,
        "title": code,
        "percentage": None,
        "amount": None,
        "each": False,
        "limit": None,
        "variants": None,
        "is_active": True,
        "on_subscriptions": True,
        "uses_left": None,
        "minimum": None,
        **values,
    }
    return world.of("discount_codes", shop).put(row)


def applied(world: World, shop: str, code: str, lines: list[Row]) -> Row:
    """The discount that a code is on these lines; a rejected one has its SubscriptionDiscountRejectionReason."""
    found = world.of("discount_codes", shop).get(code.strip().upper())
    if found is None:
        empty = {"percentage": 0, "rejection": "NOT_FOUND"}
        return discounts.make(world, kind=discounts.CODE, title=code, code=code, **empty)
    values = {name: found[name] for name in ("title", "code", "percentage", "amount", "each", "limit")}
    entitled = [line["id"] for line in lines if found["variants"] is None or line["variant_id"] in found["variants"]]
    values["lines"] = None if found["variants"] is None else entitled
    return discounts.make(world, kind=discounts.CODE, rejection=_rejection(found, lines, entitled), **values)


def note_use(world: World, shop: str, code: str) -> None:
    """A contract has the code now: one use fewer is left."""
    row = world.of("discount_codes", shop).get(code.upper())
    if row and row["uses_left"] is not None:
        world.of("discount_codes", shop).put({**row, "uses_left": row["uses_left"] - 1})


def _rejection(code: Row, lines: list[Row], entitled: list[str]) -> str | None:
    whole = sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))
    if not code["is_active"]:
        return "CURRENTLY_INACTIVE"
    if not code["on_subscriptions"]:
        return "INCOMPATIBLE_PURCHASE_TYPE"
    if code["uses_left"] == 0:
        return "USAGE_LIMIT_REACHED"
    if code["minimum"] and whole < Decimal(code["minimum"]):
        return "PURCHASE_NOT_IN_RANGE"
    return None if entitled else "NO_ENTITLED_LINE_ITEMS"
