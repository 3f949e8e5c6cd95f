"""What discounts take off the items of a subscription, for a preview. Pure; what Shopify then says is what counts.

Several are taken off one after the other, in the order in which the contract has them (unverified: Shopify does not
write how several add up).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money


@dataclass(frozen=True)
class Discount:
    """A discount as a picture has it. `percentage`, or `amount` (`each`: off each unit, else once an order).

    Neither: a code whose worth only Shopify knows. `limit`: for how many orders; `used`: of how many so far. `gid` is
    None for one that is not there yet. `kind` is Shopify's DiscountType.
    """

    gid: str | None
    title: str | None
    kind: str = "MANUAL"
    percentage: int | None = None
    amount: Decimal | None = None
    each: bool = False
    limit: int | None = None
    used: int = 0
    is_for_all: bool = True

    def as_json(self) -> Json:
        """Return it as plain JSON."""
        amount = str(self.amount) if self.amount is not None else None
        return {**asdict(self), "amount": amount}


def read(row: dict[str, Any]) -> Discount:
    """Return a discount as the mirror keeps it (contracts.discounts)."""
    return Discount(
        gid=row.get("id"),
        title=row.get("title"),
        kind=row.get("type") or "MANUAL",
        percentage=row.get("percentage"),
        amount=Decimal(row["amount"]) if row.get("amount") is not None else None,
        each=bool(row.get("on_each_item")),
        limit=row.get("recurring_cycle_limit"),
        used=row.get("usage_count") or 0,
        is_for_all=row.get("is_for_all") is not False and row.get("target_type") != "SHIPPING_LINE",
    )


def left(items: Sequence[tuple[Decimal, int]], discounts: Sequence[Discount], currency: str) -> list[Decimal] | None:
    """Return what each item (price, quantity) comes to after these discounts, rounded as the currency is.

    None when one of them is for some items only, or only Shopify knows its worth.
    """
    working = [one for one in discounts if one.limit is None or one.used < one.limit]
    if any(not one.is_for_all or (one.percentage is None and one.amount is None) for one in working):
        return None
    found = [price * quantity for price, quantity in items]
    for one in working:
        off = _off(one, [quantity for _, quantity in items], found, currency)
        found = [max(was - less, Decimal(0)) for was, less in zip(found, off, strict=True)]
    return [round_money(each, currency) for each in found]


def _off(discount: Discount, quantities: Sequence[int], found: Sequence[Decimal], currency: str) -> list[Decimal]:
    if discount.percentage is not None:
        return [round_money(each * discount.percentage / 100, currency) for each in found]
    amount, whole = discount.amount or Decimal(0), sum(found, Decimal(0))
    if discount.each:
        return [amount * quantity for quantity in quantities]
    if not whole:
        return [Decimal(0)] * len(found)
    # shared out by what the items up to each come to, so that roundings neither add up nor take off more than an item
    upto = [round_money(min(amount, whole) * sum_so_far / whole, currency) for sum_so_far in accumulate(found)]
    return [here - before for before, here in pairwise([Decimal(0), *upto])]
