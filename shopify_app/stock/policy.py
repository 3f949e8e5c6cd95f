"""What is done with an order in which something is missing. Pure: words, terms, and what of them one order gets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

TELL, ASK, SWAP, DELAY, SKIP, REST, SELL = "tell", "ask", "swap", "delay", "skip", "ship_rest", "sell"
ACTIONS = (TELL, ASK, SWAP, DELAY, SKIP, REST, SELL)
DEFAULTS = (TELL, SWAP, DELAY, SKIP, REST, SELL)
"""What may happen by itself: all but asking."""
FOR_SHOPPERS = (SWAP, DELAY, SKIP, REST)
"""What a shopper may choose, if the shop allows it. To sell what is not there is the shop's risk alone."""
FALLBACKS = (SKIP, REST, TELL)
"""What always can be done, or is a person's."""
SAME, SUBSTITUTE, LOWER = "same", "substitute", "lower"
PRICE_RULES = (SAME, SUBSTITUTE, LOWER)
"""What a substitute costs: what the item did, its own price, or the lower of the two."""
OF_PREFERENCE = {"substitute": SWAP, "wait": DELAY, "skip": SKIP, "ship_rest": REST}
"""What a shopper prefers (`edits/contract/out_of_stock.py`) → what is done."""


@dataclass(frozen=True)
class Terms:
    """One policy. `default`: what happens without a choice when `action` is ASK. `allowed`: a shopper's choices.

    A waiting order waits `max_delay_days` at most, then `fallback` happens. The rest of an order is shipped if it has
    at least `min_items` units and is worth `min_value` in the contract's currency.
    """

    action: str
    default: str | None = None
    allowed: tuple[str, ...] = ()
    swap_variant_gid: str | None = None
    price_rule: str = LOWER
    max_delay_days: int = 14
    fallback: str = SKIP
    min_items: int = 1
    min_value: Decimal | None = None

    def check(self) -> None:
        """Raise ValueError, beginning with the field's name, for terms that make no sense."""
        if self.action not in ACTIONS:
            raise ValueError("action: unknown")
        if self.action == ASK and self.default not in DEFAULTS:
            raise ValueError("default: say what happens when nobody chooses")
        if set(self.allowed) - set(FOR_SHOPPERS):
            raise ValueError("allowed: unknown choice")
        if self.fallback not in FALLBACKS:
            raise ValueError("fallback: unknown")
        if self.price_rule not in PRICE_RULES:
            raise ValueError("price_rule: unknown")
        if SWAP in (self.action, self.default) and not self.swap_variant_gid:
            raise ValueError("swap_variant_gid: choose what it is swapped for")
        if not 1 <= self.max_delay_days <= 90:
            raise ValueError("max_delay_days must be between 1 and 90")
        if not 1 <= self.min_items <= 1000:
            raise ValueError("min_items must be between 1 and 1000")
        if self.min_value is not None and self.min_value < 0:
            raise ValueError("min_value cannot be negative")

    def as_json(self) -> dict[str, Any]:
        """Return the terms as a decision keeps them."""
        return asdict(self) | {
            "allowed": list(self.allowed),
            "min_value": None if self.min_value is None else str(self.min_value),
        }


SAFE = Terms(ASK, DELAY, (SWAP, DELAY, SKIP, REST))
"""What a new shop has: nobody pays for what cannot ship, everybody is asked, and who says nothing waits two weeks."""


def parsed(kept: dict[str, Any]) -> Terms:
    """Return the terms that a decision keeps."""
    value = kept.get("min_value")
    names = Terms.__dataclass_fields__
    terms = Terms(**{name: kept[name] for name in names if name in kept})
    return replace(terms, allowed=tuple(kept["allowed"]), min_value=None if value is None else Decimal(value))


@dataclass(frozen=True)
class Order:
    """One order as far as a policy asks: what would be left without the missing item, and whether it can wait."""

    rest_items: int
    rest_value: Decimal
    can_wait: bool
    can_swap: bool


@dataclass(frozen=True)
class Plan:
    """What happens without a choice, and what may be chosen instead."""

    default: str
    options: tuple[str, ...]


def plan(terms: Terms, order: Order, preference: str | None) -> Plan:
    """Return what one order gets: the shopper's preference where the shop allows it, else the policy's default."""
    possible = {word for word in DEFAULTS if can_be(word, terms, order)}
    options = tuple(word for word in FOR_SHOPPERS if word in terms.allowed and word in possible)
    wished = OF_PREFERENCE.get(preference or "")
    if wished in options:
        return Plan(wished, options)
    own = terms.default if terms.action == ASK else terms.action
    chain = (own, terms.fallback, SKIP, TELL)
    return Plan(next(word for word in chain if word in possible), options)


def can_be(word: str, terms: Terms, order: Order) -> bool:
    """Answer whether this can be done with an order."""
    if word == SWAP:
        return order.can_swap
    if word == DELAY:
        return order.can_wait
    if word == REST:
        enough = terms.min_value is None or order.rest_value >= terms.min_value
        return order.rest_items >= max(terms.min_items, 1) and enough
    return True
