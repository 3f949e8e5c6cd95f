"""One order gets the price of its turn by itself: while another is changed for its date alone, Shopify changes no
subscription, and this one is not to wait for that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import ClassVar

from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.contents import picture, prices, told, why_fixed
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_


@dataclass(frozen=True)
class OwnPrice(Change):
    """`seen`: the order as it should be, see `contents.picture`. It holds the same at the prices there."""

    seen: Json

    name: ClassVar[str] = "own_price"
    asked_kind: ClassVar[str] = "order.contents_requested"
    done_kind: ClassVar[str] = "order.contents_changed"
    done_words: ClassVar[str] = N_("The price of this order changed")

    def wish(self) -> Json:
        return asdict(self)

    def why_not(self, standing: Standing) -> Refusal | None:
        fixed = why_fixed(standing.contract, standing.cycle)
        if fixed is not None or standing.now >= standing.cycle.expected_at:
            return fixed or Refusal.LATE
        if standing.cycle.contents is not None:
            return Refusal.ALREADY
        is_as_seen = picture(contents.of(standing.contract, standing.cycle), standing.contract.currency) == self.seen
        return None if is_as_seen else Refusal.STALE

    def before(self, cycle: BillingCycle) -> Json:
        return told(self.seen) | {"edited": cycle.edited}

    def after(self) -> Json:
        return told(self.seen)

    def send(self, client: AdminClient, target: Target) -> None:
        drafts.change_cycle(client, target.contract_gid, target.index, lambda lines: prices(self.seen, lines))

    def is_true(self, cycle: BillingCycle) -> bool:
        if cycle.contents is None:
            return False
        own = [Decimal(item["own_price"]) for item in self.seen["items"] if "own_price" in item]
        held = [line.current_price for line in contents.parsed(cycle.contents).lines]
        return all(held.count(price) >= own.count(price) for price in own)

    def undo(self, before: Json) -> Change | None:
        return None


def of(contract: Contract, cycle: BillingCycle) -> OwnPrice:
    """Return the change that gives a cycle's order the prices of its turn."""
    return OwnPrice(picture(contents.of(contract, cycle), contract.currency))
