"""The terms of one plan in a merchant's words, and as Shopify spells them. Pure.

Prices (Shopify docs, SellingPlanFixedPricingPolicy and SellingPlanAllocationPriceAdjustment): a percentage is taken
off all deliveries of a charge together, and an amount off is one of the whole charge, divided among its deliveries.
That a fixed price of a prepaid plan is one of the whole charge too is a doubt; it is read alike here.

A price that changes is a fixed policy from the start and a recurring one after so many cycles (schema 2026-10:
SellingPlanRecurringPricingPolicyInput.afterCycle). "No discount" beside another price is 0 % off. That `afterCycle`
counts the order of the checkout, as Liquid's `price_adjustments` with their `order_count` do, is a doubt, too.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

UNITS = ("DAY", "WEEK", "MONTH", "YEAR")
NONE, PERCENTAGE, AMOUNT, PRICE = "NONE", "PERCENTAGE", "FIXED_AMOUNT", "PRICE"
DISCOUNTS = (NONE, PERCENTAGE, AMOUNT, PRICE)
ANCHORS = {"WEEK": "WEEKDAY", "MONTH": "MONTHDAY", "YEAR": "YEARDAY"}
"""The fixed days a plan of ours may have, by the unit of its rhythm."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """Delivered every `every` `unit`s; one charge pays for `deliveries` of them.

    `name` is what shoppers choose. `value`: per cent, or an amount in the shop's currency, as text; empty without a
    discount. `anchor`: the weekday (1 is Monday) or day of the month all charges fall on, for years that of `month`;
    `cutoff`: days before it from which an order belongs to the next one. Cycles count charges.

    With `first`, discount and value hold for so many charges, and `later` with `later_value` from then on.
    """

    name: str
    unit: str
    every: int
    deliveries: int = 1
    discount: str = NONE
    value: str = ""
    anchor: int | None = None
    cutoff: int | None = None
    min_cycles: int | None = None
    max_cycles: int | None = None
    month: int | None = None
    first: int | None = None
    later: str = NONE
    later_value: str = ""

    def as_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, wish: Mapping[str, Any]) -> Terms:
        return cls(**wish)

    @property
    def delivery(self) -> Json:
        """The delivery rhythm, as the words of a policy want it."""
        return {"interval": self.unit, "intervalCount": self.every, "anchors": self._anchors()}

    @property
    def billing(self) -> Json:
        """The rhythm of charges."""
        return {"interval": self.unit, "intervalCount": self.every * self.deliveries, "anchors": self._anchors()}

    def price(self, base: Decimal) -> Decimal:
        """Return what one charge costs for an item at `base`, unrounded and never below nothing."""
        return _price(base * self.deliveries, self.discount, self.value)

    def later_price(self, base: Decimal) -> Decimal:
        """Return what a charge costs once the first ones are over."""
        return _price(base * self.deliveries, self.later, self.later_value)

    def as_input(self) -> Json:
        """Return the SellingPlanInput (schema 2026-10) that says all of it, so that an update leaves nothing old."""
        return {
            "name": self.name,
            "options": [self.name],
            "category": "SUBSCRIPTION",
            "billingPolicy": {
                "recurring": {**self.billing, "minCycles": self.min_cycles, "maxCycles": self.max_cycles}
            },
            "deliveryPolicy": {"recurring": {**self.delivery, "cutoff": self.cutoff}},
            "inventoryPolicy": {"reserve": "ON_SALE"},
            "pricingPolicies": self._pricing(),
        }

    def _anchors(self) -> list[Json]:
        if self.anchor is None:
            return []
        return [{"type": ANCHORS[self.unit], "day": self.anchor} | ({"month": self.month} if self.month else {})]

    def _pricing(self) -> list[Json]:
        if self.first is None:
            return [{"fixed": _policy(self.discount, self.value)}] if self.discount != NONE else []
        then = _policy(self.later, self.later_value) | {"afterCycle": self.first}
        return [{"fixed": _policy(self.discount, self.value)}, {"recurring": then}]


def _policy(discount: str, value: str) -> Json:
    if discount in (NONE, PERCENTAGE):
        return {"adjustmentType": PERCENTAGE, "adjustmentValue": {"percentage": float(value or 0)}}
    return {"adjustmentType": discount, "adjustmentValue": {"fixedValue": value}}


def _price(whole: Decimal, discount: str, value: str) -> Decimal:
    if discount == PERCENTAGE:
        return whole * (100 - Decimal(value)) / 100
    if discount == AMOUNT:
        return max(Decimal(0), whole - Decimal(value))
    return Decimal(value) if discount == PRICE else whole


def read(name: str, billing: Json, delivery: Json, pricing: Sequence[Json]) -> Terms | None:
    """Return a plan's policies as terms; None for what these words cannot say, which is shown and left alone."""
    if not billing or not delivery or [bool(step["after"]) for step in pricing] not in ([], [False], [False, True]):
        return None
    unit, every = delivery["interval"], int(delivery["intervalCount"])
    anchors = delivery.get("anchors") or []
    anchor, is_plain = _anchor(unit, anchors)
    charged = int(billing["intervalCount"])
    if not is_plain or billing["interval"] != unit or charged % every:
        return None
    return Terms(
        name=name,
        unit=unit,
        every=every,
        deliveries=charged // every,
        **_prices(pricing),
        anchor=anchor,
        cutoff=delivery.get("cutoff") or None,
        min_cycles=billing.get("minCycles"),
        max_cycles=billing.get("maxCycles"),
        month=anchors[0].get("month") if anchors else None,
    )


def _prices(pricing: Sequence[Json]) -> Json:
    """The fields that a plan's policies are, the one from the start first."""
    steps = [(step["type"], plain(step["value"])) for step in pricing]
    if len(steps) < 2:
        return {"discount": steps[0][0], "value": steps[0][1]} if steps else {}
    (discount, value), (later, later_value) = ((NONE, "") if step == (PERCENTAGE, "0") else step for step in steps)
    first = int(pricing[1]["after"])
    return {"discount": discount, "value": value, "first": first, "later": later, "later_value": later_value}


def _anchor(unit: str, anchors: Sequence[Json]) -> tuple[int | None, bool]:
    """The fixed day, and whether our words can say it."""
    if not anchors:
        return None, True
    first = anchors[0]
    is_plain = len(anchors) == 1 and first["type"] == ANCHORS.get(unit) and not first.get("cutoffDay")
    return (int(first["day"]), True) if is_plain else (None, False)


def comes_each_year(day: int, month: int) -> bool:
    """Answer whether a day of a month comes each year. February 29 does not, and which day Shopify would take in its
    place is not written anywhere."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(2023, month)[1]


def plain(number: str) -> str:
    """Return a decimal without needless zeros, so that "15.0" and "15" are one discount."""
    return f"{Decimal(number).normalize():f}"
