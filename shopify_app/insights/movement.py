"""Which movement of monthly revenue a contract's change is. Pure: before and after in, signed movements out.

- `opening`: it was active when the shop was counted first. `new`: active for the first time since.
- `expansion`, `contraction`: active before and after, and worth more or less a month.
- `paused`, `resumed`: not charged for now, and charged again. `churned`: ended while active. `reactivated`: active
  after it had ended. `left_paused`: ended while paused, so no revenue goes, but a subscriber does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED

OPENING, NEW, EXPANSION, CONTRACTION = "opening", "new", "expansion", "contraction"
PAUSED, RESUMED, CHURNED, REACTIVATED, LEFT = "paused", "resumed", "churned", "reactivated", "left_paused"
GAINS = (NEW, REACTIVATED, RESUMED, EXPANSION)
LOSSES = (CHURNED, PAUSED, CONTRACTION)
ENDED = (CANCELLED, EXPIRED, FAILED)


@dataclass(frozen=True)
class Standing:
    """A contract as counted. `mrr`: in `currency`, a month, whether it is active or not."""

    status: str
    currency: str
    mrr: Decimal

    @property
    def is_active(self) -> bool:
        return self.status == ACTIVE


@dataclass(frozen=True)
class Movement:
    """`amount` is signed; `active` is what it adds to the number of active subscriptions."""

    kind: str
    currency: str
    amount: Decimal
    active: int


def between(before: Standing | None, after: Standing) -> list[Movement]:
    """Return the movements from `before` (None: never counted) to `after`; their sum is the change of revenue.

    There are two when the currency changed, which Shopify does not do: nothing is added across currencies.
    """
    if before is None:
        return [_come(NEW, after)] if after.is_active else []
    if before.is_active and after.is_active:
        if before.currency != after.currency:
            return [_go(CONTRACTION, before), _come(EXPANSION, after)]
        more = after.mrr - before.mrr
        return [Movement(EXPANSION if more > 0 else CONTRACTION, after.currency, more, 0)] if more else []
    if after.is_active:
        return [_come(REACTIVATED if before.status in ENDED else RESUMED, after)]
    if before.is_active:
        return [_go(CHURNED if after.status in ENDED else PAUSED, before)]
    if after.status in ENDED and before.status not in ENDED:
        return [Movement(LEFT, before.currency, Decimal(0), 0)]
    return []


def _come(kind: str, standing: Standing) -> Movement:
    return Movement(kind, standing.currency, standing.mrr, 1)


def _go(kind: str, standing: Standing) -> Movement:
    return Movement(kind, standing.currency, -standing.mrr, -1)
