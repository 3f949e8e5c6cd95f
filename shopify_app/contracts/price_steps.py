"""The price of an item, order by order, under the terms it was bought with. Pure.

A line keeps its plan's price policy (SubscriptionLine.pricingPolicy, schema 2026-10): steps, each after so many
orders. They are stored only: "the actual line price is determined by the line's current price" (Shopify docs 2026-10,
SubscriptionContractCalculationAppManagedPricingPolicyInput), so the app has to write the next price in time
(`edits/contract/price_steps.py`). `pricing` is in the mirror's words: gateways/shopify/contents.py, `read_pricing`.

What `afterCycle` counts is not documented. The storefront promises a price for so many orders, that of the checkout
included (Liquid, `price_adjustments` with `order_count`), so orders are counted that were paid or are to come; one
skipped or never paid uses up none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money

BILLED = "BILLED"
HUNDRED = Decimal(100)
_CHECKOUT = timedelta(days=1)
"""So near to the contract's beginning a paid first cycle is the checkout's own."""


@dataclass(frozen=True)
class Repriced:
    """A line of a contract at the price of one order of its own; all else is as the line has it."""

    line: ContractLine
    current_price: Decimal
    discounted_price: Decimal

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


@dataclass(frozen=True)
class Coming:
    """A price of a line that is to follow. `orders`: the first so many are at the price of now; `price`: a unit, from
    then on. `first`: the first order known to cost so much, None while it lies too far ahead."""

    line: ContractLine
    orders: int
    price: Decimal
    first: BillingCycle | None


def adjusted(base: Decimal, step: Json, currency: str) -> Decimal:
    """Return what a step makes of a price in the shop."""
    value = Decimal(step["value"])
    found = {
        "PERCENTAGE": base * (HUNDRED - value) / HUNDRED,
        "FIXED_AMOUNT": base - value,
        "PRICE": value,
    }[step["type"]]
    return round_money(max(found, Decimal(0)), currency)


def price_of(pricing: Json, step: Json, currency: str) -> Decimal:
    """Return a unit's price under a step: as Shopify computed it, if it was read, for only it knows prepaid ones."""
    known = step.get("price")
    return (
        adjusted(Decimal(pricing["base"]), step, currency) if known is None else round_money(Decimal(known), currency)
    )


def in_force(pricing: Json, current: Decimal, currency: str) -> int | None:
    """Return the place of the step that makes a price what it is; None when none does, as after a change by hand."""
    making = [at for at, step in enumerate(pricing["steps"]) if price_of(pricing, step, currency) == current]
    return making[-1] if making else None


def has_more(line: ContractLine) -> bool:
    """Answer whether a line's price ever changes by its terms."""
    return any(step["after"] for step in (line.pricing or {}).get("steps", ()))


def unit_price(line: ContractLine, number: int, currency: str) -> Decimal:
    """Return what a unit costs in the `number`th order. Nothing goes back, and a price agreed by hand stays."""
    pricing = line.pricing
    at = in_force(pricing, line.current_price, currency) if pricing else None
    if pricing is None or at is None:
        return line.current_price
    reached = [place for place, step in enumerate(pricing["steps"]) if place > at and step["after"] < number]
    return price_of(pricing, pricing["steps"][reached[-1]], currency) if reached else line.current_price


def lines_of(contract: Contract, number: int | None) -> Sequence[ContractLine | Repriced]:
    """Return a contract's lines as its `number`th order has them; None when no price of it changes."""
    if number is None:
        return contract.lines
    prices = [unit_price(line, number, contract.currency) for line in contract.lines]
    return [at(line, price, contract.currency) for line, price in zip(contract.lines, prices, strict=True)]


def at(line: ContractLine, price: Decimal, currency: str) -> ContractLine | Repriced:
    """Return a line at another price, its discount in proportion: until Shopify has written it, none knows better."""
    if price == line.current_price:
        return line
    share = line.discounted_price / (line.current_price * line.quantity) if line.current_price else Decimal(1)
    return Repriced(line, price, round_money(price * line.quantity * share, currency))


def at_first(line: ContractLine, currency: str) -> ContractLine | Repriced:
    """Return a line at the price that its terms had at first, where it is one of theirs now."""
    pricing = line.pricing
    if pricing is None or in_force(pricing, line.current_price, currency) is None:
        return line
    return at(line, price_of(pricing, pricing["steps"][0], currency), currency)


def coming(line: ContractLine, contract: Contract, cycles: Iterable[BillingCycle]) -> Coming | None:
    """Return the next price of a line that differs from that of now; None when it stays. `cycles`: open ones."""
    pricing = line.pricing
    place = in_force(pricing, line.current_price, contract.currency) if pricing else None
    if pricing is None or place is None:
        return None
    for step in pricing["steps"][place + 1 :]:
        price = price_of(pricing, step, contract.currency)
        if price != line.current_price:
            later = [one for one in cycles if (one.order_number or 0) > step["after"] and not one.skipped]
            return Coming(line, step["after"], price, min(later, key=lambda one: one.expected_at, default=None))
    return None


def number(contract: Contract, cycles: Sequence[BillingCycle], under_way: Callable[[], Collection[int]]) -> None:
    """Write on a contract's cycles, in the order of their indexes, the how manieth order each of them is or will be.

    `under_way`: asks for the indexes of cycles whose charge has no outcome yet; one that failed makes no order until
    it is paid. Cycles from before we knew the contract count as paid. Where no price changes, nothing is asked.
    """
    if not any(has_more(line) for line in contract.lines):
        for cycle in cycles:
            cycle.order_number = None
        return
    count, charging = _before(contract, cycles), under_way()
    for cycle in cycles:
        cycle.order_number = count + 1
        is_to_come = cycle.due_at is not None and cycle.attempted_at is None
        count += cycle.status == BILLED or is_to_come or cycle.cycle_index in charging


def _before(contract: Contract, cycles: Sequence[BillingCycle]) -> int:
    """Orders before the first cycle that we hold. Whether the checkout's own has a cycle is not documented."""
    if not cycles:
        return 0
    first = cycles[0]
    has_cycle = first.status == BILLED and first.expected_at <= contract.shopify_created_at + _CHECKOUT
    checkout = contract.origin_order_gid is not None and not (first.cycle_index <= 1 and has_cycle)
    return max(first.cycle_index - 1, 0) + checkout
