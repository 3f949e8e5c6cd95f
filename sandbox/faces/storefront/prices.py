"""What a variant costs on a selling plan: Shopify's price policies, computed from the world and in whole cents."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.shopify import selling_plans
from sandbox.shopify.pricing import CENT
from sandbox.world.store import Row


def steps(plan: Row, base: str) -> list[Row]:
    """The plan's price steps for a base price, as a contract's line keeps them (``sandbox/shopify/pricing.py``)."""
    return [
        {
            "type": each["type"],
            "value": each["value"],
            "after": each["after_cycle"] or 0,
            "price": str(_adjusted(each, Decimal(base))),
        }
        for each in selling_plans.pricing_of(plan)
    ]


def first_price(plan: Row, base: str) -> Decimal:
    """What the checkout's order costs per piece: the first step's price, else the base price."""
    found = steps(plan, base)
    return Decimal(found[0]["price"]) if found else Decimal(base)


def cents(amount: Decimal | str) -> int:
    """Liquid counts money in hundredths (Shopify docs, Liquid: price)."""
    return int((Decimal(amount) * 100).to_integral_value(ROUND_HALF_UP))


def _adjusted(policy: Row, base: Decimal) -> Decimal:
    value = Decimal(str(policy["value"]))
    by_type = {
        "PERCENTAGE": base * (100 - value) / 100,
        "FIXED_AMOUNT": base - value,
        "PRICE": value,
    }
    return max(Decimal(0), by_type[policy["type"]]).quantize(CENT, ROUND_HALF_UP)
