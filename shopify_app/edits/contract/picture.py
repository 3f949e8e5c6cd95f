"""A subscription as a preview shows it: what is in it, what it costs, when it comes, where it goes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract, ContractLine
from shopify_app.edits.contract import taken_off
from shopify_app.edits.contract.taken_off import Discount
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money

DATES = 4
"""How many dates a preview shows."""
OF_PERSONS = ("note", "address", "phone")
"""What may tell who somebody is or where they live: kept from the journal, which holds no personal data."""


@dataclass(frozen=True)
class Line:
    """An item. `total` is for its whole quantity, after discounts. `gid` is None for one that is not there yet."""

    gid: str | None
    variant_gid: str | None
    title: str
    variant_title: str | None
    quantity: int
    price: Decimal
    total: Decimal

    def times(self, quantity: int, currency: str) -> Line:
        """Return the item in another quantity, at the same price and discount."""
        return replace(self, quantity=quantity, total=round_money(self.total * quantity / self.quantity, currency))

    def at(self, price: Decimal, currency: str) -> Line:
        """Return the item at another price, its discount in proportion."""
        share = self.total / (self.price * self.quantity) if self.price else Decimal(1)
        return replace(self, price=price, total=round_money(price * self.quantity * share, currency))


@dataclass(frozen=True)
class Picture:
    """Amounts in `currency`, the contract's, before taxes. `dates`: expected charges; None when Shopify decides them.

    `delivery` is the title of the option it is delivered by, `kind` the type of that method, `place` (gid and name)
    where it is picked up, `phone` that of local delivery. `payment_method` is the gid of what pays, `out_of_stock`
    the preference (`out_of_stock.py`; None: as the shop does), `backup_method` the gid of what is tried next.
    `pending` are the dates as they would be if the subscription were active.
    """

    status: str
    currency: str
    resumes_at: datetime | None
    lines: tuple[Line, ...]
    shipping: Decimal
    billing: Json
    dates: tuple[datetime, ...] | None
    note: str | None
    address: Json | None
    delivery: str | None = None
    kind: str | None = None
    place: Json | None = None
    phone: str | None = None
    discounts: tuple[Discount, ...] = ()
    payment_method: str | None = None
    out_of_stock: str | None = None
    backup_method: str | None = None
    pending: tuple[datetime, ...] = field(default=(), compare=False)

    @property
    def total(self) -> Decimal:
        """What one order comes to."""
        return sum((line.total for line in self.lines), self.shipping)

    def with_discounts(self, discounts: tuple[Discount, ...]) -> Picture:
        """Return it with these discounts instead, its items at what they cost then, as far as that can be told."""
        left = taken_off.left([(line.price, line.quantity) for line in self.lines], discounts, self.currency)
        totals = left or [line.total for line in self.lines]
        lines = tuple(replace(line, total=total) for line, total in zip(self.lines, totals, strict=True))
        return replace(self, discounts=discounts, lines=lines)

    def as_json(self) -> Json:
        """Return it as plain JSON: instants in ISO, amounts as text."""
        return {
            "status": self.status,
            "resumes_at": self.resumes_at.isoformat() if self.resumes_at else None,
            "lines": [_line_json(line) for line in self.lines],
            "shipping": str(self.shipping),
            "total": str(self.total),
            "billing": self.billing,
            "dates": None if self.dates is None else [at.isoformat() for at in self.dates],
            "note": self.note,
            "address": self.address,
            "delivery": self.delivery,
            "kind": self.kind,
            "place": self.place,
            "phone": self.phone,
            "discounts": [discount.as_json() for discount in self.discounts],
            "payment_method": self.payment_method,
            "out_of_stock": self.out_of_stock,
            "backup_method": self.backup_method,
        }


def of(contract: Contract, cycles: Sequence[BillingCycle], resumes_at: datetime | None, now: datetime) -> Picture:
    """Return the picture of a contract. `cycles`: its open ones in the order of their dates; `now`: business time."""
    method: Json = contract.delivery_method or {}
    pending = tuple(cycle.expected_at for cycle in cycles if not cycle.skipped and cycle.expected_at > now)
    return Picture(
        status=contract.status,
        currency=contract.currency,
        resumes_at=resumes_at,
        lines=tuple(_line(line) for line in contract.lines),
        shipping=contract.delivery_price,
        billing=_rhythm(contract.billing_policy),
        dates=pending[:DATES] if contract.status == ACTIVE else (),
        note=contract.note,
        address=method.get("address"),
        delivery=method.get("title"),
        kind=method.get("type"),
        place=_place(method),
        phone=method.get("phone"),
        discounts=tuple(taken_off.read(row) for row in contract.discounts),
        payment_method=contract.payment_method_gid,
        out_of_stock=contract.out_of_stock,
        backup_method=contract.backup_method_gid,
        pending=pending,
    )


def difference(before: Json, after: Json) -> tuple[Json, Json]:
    """Return those parts of two pictures (as JSON) that differ and say nothing about a person, for the journal."""
    names = [name for name in before if name not in OF_PERSONS and before[name] != after.get(name)]
    return {name: before[name] for name in names}, {name: after.get(name) for name in names}


def _place(method: Json) -> Json | None:
    return {"gid": method.get("location_gid"), "name": method["location"]} if method.get("location") else None


def _rhythm(policy: Json) -> Json:
    names = ("interval", "intervalCount", "anchors") if policy.get("anchors") else ("interval", "intervalCount")
    return {name: policy[name] for name in names}


def _line(row: ContractLine) -> Line:
    return Line(
        row.shopify_gid,
        row.variant_gid,
        row.title,
        row.variant_title,
        row.quantity,
        row.current_price,
        row.discounted_price,
    )


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "gid": line.gid,
        "variant_gid": line.variant_gid,
        "title": line.title,
        "variant_title": line.variant_title,
        "quantity": line.quantity,
        "price": str(line.price),
        "total": str(line.total),
    }
