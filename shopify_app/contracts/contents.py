"""What the order of one cycle holds: the contract's lines, or what an edit of that cycle alone made of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from shopify_app.contracts import price_steps
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.contracts.price_steps import Repriced
from shopify_app.gateways.shopify.contents import Contents, LineSnapshot
from shopify_app.kit.db import Json

OrderLine = ContractLine | LineSnapshot | Repriced
ONLY_VARIANT = "Default Title"
"""What Shopify calls the variant of a product that has no others."""
OF_PERSONS = ("address", "phone")
"""What in a delivery method is somebody's."""
_PRICES = ("current_price", "discounted_price")
_NAMES = frozenset(field.name for field in fields(LineSnapshot))


@dataclass(frozen=True)
class OrderContents:
    """What is in an order, where it goes and what it costs before taxes, in the contract's currency."""

    lines: Sequence[OrderLine]
    delivery_price: Decimal
    delivery_method: Json | None
    note: str | None

    @property
    def total(self) -> Decimal:
        """All lines and the delivery. A line's discounted price is for its whole quantity (schema 2026-10,
        SubscriptionLine.lineDiscountedPrice)."""
        return sum((line.discounted_price for line in self.lines), self.delivery_price)

    @property
    def names(self) -> list[str]:
        """Each line as people read it, e.g. "2 × House Blend (250 g)"."""
        return [_named(line) for line in self.lines]


def of(contract: Contract, cycle: BillingCycle | None) -> OrderContents:
    """Return what the order of a cycle holds, at the prices of its turn; for None, what that of any cycle does that
    nobody edited, at those of now."""
    if cycle is not None and cycle.contents:
        return parsed(cycle.contents)
    lines = price_steps.lines_of(contract, cycle.order_number if cycle else None)
    return OrderContents(lines, contract.delivery_price, contract.delivery_method, contract.note)


def total_at_first(contract: Contract, cycle: BillingCycle) -> Decimal | None:
    """Return what the order of a cycle would come to at the first prices of its terms; None where none changes."""
    if cycle.order_number is None or cycle.contents:
        return None
    lines = [price_steps.at_first(line, contract.currency) for line in contract.lines]
    return OrderContents(lines, contract.delivery_price, None, None).total


def as_json(contents: Contents | None) -> Json | None:
    """Return what a cycle's row keeps of a reading; amounts as text."""
    if contents is None:
        return None
    return {
        "lines": [line_json(line) for line in contents.lines],
        "delivery_price": str(contents.delivery_price),
        "delivery_method": contents.delivery_method,
        "note": contents.note,
    }


def line_json(line: LineSnapshot) -> Json:
    """Return what a row keeps of one line; amounts as text."""
    return asdict(line) | {name: str(getattr(line, name)) for name in _PRICES}


def delivered(lines: Sequence[Json]) -> OrderContents:
    """Return the contents of a delivery that is paid for, from the lines that a row keeps of it."""
    return OrderContents(tuple(_line(line) for line in lines), Decimal(0), None, None)


def parsed(kept: Json) -> OrderContents:
    """Return the contents that a row keeps; fields that another version wrote are left out."""
    return OrderContents(
        lines=tuple(_line(line) for line in kept["lines"]),
        delivery_price=Decimal(kept["delivery_price"]),
        delivery_method=kept["delivery_method"],
        note=kept["note"],
    )


def without_person(kept: Json | None) -> Json | None:
    """Return what a row keeps without what says where its shopper lives."""
    if kept is None:
        return None
    return {**kept, "note": None, "delivery_method": nobodys(kept["delivery_method"])}


def nobodys(method: Json | None) -> Json | None:
    """Return a delivery method without its address, and without the phone that local delivery has."""
    return method and method | {name: None for name in OF_PERSONS if name in method}


def _named(line: OrderLine) -> str:
    has_variant = line.variant_title and line.variant_title != ONLY_VARIANT
    return f"{line.quantity} × {line.title}" + (f" ({line.variant_title})" if has_variant else "")


def _line(kept: Json) -> LineSnapshot:
    values = {name: value for name, value in kept.items() if name in _NAMES}
    return LineSnapshot(**values | {name: Decimal(kept[name]) for name in _PRICES})
