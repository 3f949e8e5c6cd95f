"""Discounts on contracts: what they take off, how often, and how the Admin API shows them (schema 2026-10).

A contract holds them as SubscriptionManualDiscount whatever made them (its ``type`` says so); a draft shows a code
that was applied to it as SubscriptionAppliedCodeDiscount, with the reason when the code is rejected.

Unverified (see "Doubts" in sandbox/README.md): several discounts are taken off one after the other, in the order in
which they were added; one that has been used as often as it may stays on the contract and takes nothing off.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid
from sandbox.shopify.times import money
from sandbox.world import World
from sandbox.world.store import Row

MANUAL, CODE = "MANUAL", "CODE_DISCOUNT"
_WITHOUT_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"


def make(world: World, **values: Any) -> Row:
    """A discount. Keywords: kind, title, percentage or amount (text), each, lines (ids; None: all), limit, code."""
    return {
        "id": str(uuid.UUID(int=world.store.next_id("SubscriptionDiscount"), version=4)),
        "kind": MANUAL,
        "title": None,
        "code": None,
        "percentage": None,
        "amount": None,
        "each": False,
        "lines": None,
        "limit": None,
        "used": 0,
        "rejection": None,
        **values,
    }


def of(holder: Row) -> list[Row]:
    """The discounts of a contract, of one cycle's contents or of a draft."""
    found: list[Row] = (holder.get("values") or holder).get("discounts", [])
    return found


def totals(holder: Row) -> dict[str, Decimal]:
    """What each line costs in its whole quantity, discounts taken off."""
    left = {line["id"]: Decimal(line["price"]) * line["quantity"] for line in holder["lines"]}
    for _, line_id, taken in takes(holder):
        left[line_id] -= taken
    return left


def takes(holder: Row) -> Iterator[tuple[Row, str, Decimal]]:
    """What each discount takes off each line it is for: (discount, line id, amount)."""
    left = {line["id"]: Decimal(line["price"]) * line["quantity"] for line in holder["lines"]}
    for discount in of(holder):
        if not _applies(discount):
            continue
        lines = [line for line in holder["lines"] if discount["lines"] is None or line["id"] in discount["lines"]]
        for line, taken in zip(lines, _shares(discount, lines, left, unit(holder["currency"])), strict=True):
            left[line["id"]] -= taken
            yield discount, line["id"], taken


def _applies(discount: Row) -> bool:
    is_over = discount["limit"] is not None and discount["used"] >= discount["limit"]
    return not is_over and not discount["rejection"]


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency (ISO 4217)."""
    return Decimal(1).scaleb(
        0 if currency in _WITHOUT_CENTS.split() else -3 if currency in _WITH_THOUSANDTHS.split() else -2
    )


def _shares(discount: Row, lines: list[Row], left: dict[str, Decimal], smallest: Decimal) -> list[Decimal]:
    whole = sum((left[line["id"]] for line in lines), Decimal(0))
    if discount["percentage"] is not None:
        return [(left[line["id"]] * discount["percentage"] / 100).quantize(smallest, ROUND_HALF_UP) for line in lines]
    amount = Decimal(discount["amount"])
    if discount["each"]:
        return [min(amount * line["quantity"], left[line["id"]]) for line in lines]
    shares, rest = [], min(amount, whole)
    for place, line in enumerate(lines):
        is_last = place == len(lines) - 1
        fair = min(amount, whole) * left[line["id"]] / whole if whole else Decimal(0)
        share = rest if is_last or not whole else fair.quantize(smallest, ROUND_HALF_UP)
        share = min(share, rest, left[line["id"]])
        shares.append(share)
        rest -= share
    return shares


def note_use(contract: Row, billed: Row) -> None:
    """An order was made: what took something off it has been used once more."""
    used = {discount["id"] for discount, _, taken in takes(billed) if taken}
    for discount in of(contract):
        discount["used"] += discount["id"] in used


def allocations(line: Row, holder: Row) -> list[View]:
    """``SubscriptionLine.discountAllocations``."""
    return [
        {
            "__typename": "SubscriptionDiscountAllocation",
            "amount": money(taken, holder["currency"]),
            "discount": view(discount, holder),
        }
        for discount, line_id, taken in takes(holder)
        if line_id == line["id"]
    ]


def view(row: Row, holder: Row) -> View:
    """A SubscriptionManualDiscount, or the SubscriptionAppliedCodeDiscount that a draft still shows."""
    if row["kind"] == CODE and "values" in holder and row["id"] in holder["codes_applied"]:
        return {
            "__typename": "SubscriptionAppliedCodeDiscount",
            "id": gid("SubscriptionAppliedCodeDiscount", row["id"]),
            "redeemCode": row["code"],
            "rejectionReason": row["rejection"],
        }
    return {
        "__typename": "SubscriptionManualDiscount",
        "id": gid("SubscriptionManualDiscount", row["id"]),
        "title": row["title"],
        "type": row["kind"],
        "targetType": "LINE_ITEM",
        "recurringCycleLimit": row["limit"],
        "usageCount": row["used"],
        "rejectionReason": row["rejection"],
        "value": _value(row, holder["currency"]),
        "entitledLines": {
            "__typename": "SubscriptionDiscountEntitledLines",
            "all": row["lines"] is None,
            "lines": lambda ctx, **page: _entitled(row, holder, page),
        },
    }


def _value(row: Row, currency: str) -> View:
    if row["percentage"] is not None:
        return {"__typename": "SubscriptionDiscountPercentageValue", "percentage": row["percentage"]}
    return {
        "__typename": "SubscriptionDiscountFixedAmountValue",
        "amount": money(row["amount"], currency),
        "appliesOnEachItem": row["each"],
    }


def _entitled(row: Row, holder: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import contracts

    lines = [line for line in holder["lines"] if row["lines"] is None or line["id"] in row["lines"]]
    return connection(lines, lambda line: contracts.line_view(line, holder), **page)


def listed(rows: list[Row], holder: Row) -> Any:
    """A resolver of a connection of discounts."""

    def resolve(ctx: Ctx, **page: Any) -> View:
        return connection(rows, lambda row: view(row, holder), **page)

    return resolve
