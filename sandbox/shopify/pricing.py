"""The price policy of a contract's line: its base price, and what it is adjusted by after so many cycles.

A row is ``{"base": "14.00", "steps": [{"type", "value", "after", "price"}]}``. The app says what each step comes to
(SubscriptionPricingPolicyInput, schema 2026-10). Nothing happens by itself when a later step begins: such a policy is
stored only, "the actual line price is determined by the line's current price" (Shopify docs 2026-10,
SubscriptionContractCalculationAppManagedPricingPolicyInput; that it holds for contracts of a checkout, too, is our
reading). Whoever changes a line's variant has to say the new steps.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.shopify.registry import View
from sandbox.shopify.times import money
from sandbox.world.store import Row

CENT = Decimal("0.01")


def percent_off(base: str, percentage: float) -> Row:
    """The policy of a plan that takes a percentage off from the first cycle on."""
    price = (Decimal(base) * (100 - Decimal(str(percentage))) / 100).quantize(CENT, ROUND_HALF_UP)
    return {
        "base": base,
        "steps": [{"type": "PERCENTAGE", "value": float(percentage), "after": 0, "price": str(price)}],
    }


def read(given: dict[str, Any]) -> Row:
    """The row of a SubscriptionPricingPolicyInput."""
    steps = [
        {
            "type": each["adjustmentType"],
            "value": each["adjustmentValue"].get("percentage")
            if each["adjustmentType"] == "PERCENTAGE"
            else each["adjustmentValue"].get("fixedValue"),
            "after": each["afterCycle"],
            "price": each["computedPrice"],
        }
        for each in given["cycleDiscounts"]
    ]
    return {"base": given["basePrice"], "steps": steps}


def view(row: Row | None, currency: str) -> View | None:
    """The SubscriptionPricingPolicy object."""
    if not row:
        return None
    steps = [_step(step, currency) for step in row["steps"]]
    return {
        "__typename": "SubscriptionPricingPolicy",
        "basePrice": money(row["base"], currency),
        "cycleDiscounts": steps,
    }


def _step(step: Row, currency: str) -> View:
    value = (
        {"__typename": "SellingPlanPricingPolicyPercentageValue", "percentage": float(step["value"])}
        if step["type"] == "PERCENTAGE"
        else money(step["value"], currency)
    )
    return {
        "__typename": "SubscriptionCyclePriceAdjustment",
        "adjustmentType": step["type"],
        "adjustmentValue": value,
        "afterCycle": step["after"],
        "computedPrice": money(step["price"], currency),
    }
