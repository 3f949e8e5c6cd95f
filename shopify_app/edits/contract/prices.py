"""What another item costs in a subscription: its price in the shop, adjusted as the line's own policy says. Pure.

A line keeps the terms it was bought under (SubscriptionLine.pricingPolicy, schema 2026-10), which outlive the selling
plan. `pricing` is in the mirror's words: gateways/shopify/contents.py, `read_pricing`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shopify_app.contracts import price_steps
from shopify_app.contracts.price_steps import adjusted, price_of
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money


def price(pricing: Json | None, current: Decimal, base: Decimal, currency: str) -> Decimal:
    """Return what a unit costs whose price in the shop is `base`, on a line that costs `current` a unit now.

    Without a policy it is the price in the shop.
    """
    step = _in_force(pricing, current, currency)
    return round_money(base, currency) if step is None else adjusted(base, step, currency)


def moved_to(pricing: Json | None, base: Decimal) -> Json | None:
    """Return the same policy for an item whose price in the shop is `base`."""
    if not pricing:
        return None
    steps = [{name: step[name] for name in ("after", "type", "value")} for step in pricing["steps"]]
    return {**pricing, "base": str(base), "steps": steps}


def as_input(pricing: Json, currency: str) -> dict[str, Any]:
    """Return a policy as Shopify wants it (SubscriptionPricingPolicyInput), with what each step comes to."""
    return {
        "basePrice": pricing["base"],
        "cycleDiscounts": [
            {
                "afterCycle": step["after"],
                "adjustmentType": step["type"],
                "adjustmentValue": _value(step),
                "computedPrice": str(price_of(pricing, step, currency)),
            }
            for step in pricing["steps"]
        ],
    }


def _in_force(pricing: Json | None, current: Decimal, currency: str) -> Json | None:
    """The step that makes the line's price what it is; the first when none does, as after a change by hand."""
    if not pricing or not pricing["steps"]:
        return None
    step: Json = pricing["steps"][price_steps.in_force(pricing, current, currency) or 0]
    return step


def _value(step: Json) -> dict[str, Any]:
    if step["type"] == "PERCENTAGE":
        return {"percentage": float(step["value"])}
    return {"fixedValue": step["value"]}
