"""A decision as its shopper sees it: what is missing, what could come instead, what happens, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.stock import queries
from shopify_app.stock.models import ItemStanding, StockDecision
from shopify_app.stock.policy import SWAP
from shopify_app.stock.states import CHOSEN, PROPOSED, TOLD

OPEN = (TOLD, CHOSEN)
"""States in which there is something to choose: it is decided what happens without a choice, and nothing is done."""


@dataclass(frozen=True)
class Thing:
    """So many units of something, with the names that a shopper knows it by."""

    title: str
    variant_title: str | None
    quantity: int
    image_url: str | None = None

    @property
    def words(self) -> str:
        """E.g. "2 × House Blend (250 g)"."""
        has_name = self.variant_title and self.variant_title != contents.ONLY_VARIANT
        return f"{self.quantity} × {self.title}" + (f" ({self.variant_title})" if has_name else "")


@dataclass(frozen=True)
class Seen:
    """One decision with what it is about. `kind`: of its cause. `item` is None once the order no longer holds it.

    `instead`: what a substitute would be, None without one. `word`: what happens, as chosen or by itself. All moments
    are business time.
    """

    decision: StockDecision
    kind: str
    contract: Contract
    cycle: BillingCycle | None
    item: Thing | None
    instead: Thing | None
    back_on: date | None

    @property
    def word(self) -> str:
        return self.decision.done or self.decision.choice or self.decision.default

    @property
    def wait_until(self) -> datetime | None:
        """The last day to which a waiting order is put off."""
        until = self.decision.terms.get("wait_until")
        return datetime.fromisoformat(until) if until else None

    def is_open(self, now: datetime) -> bool:
        """Answer whether there still is something to choose (business time)."""
        decision = self.decision
        waits = decision.state in OPEN and decision.ended_at is None
        return waits and decision.act_at is not None and decision.act_at > now


def is_decided(decision: StockDecision) -> bool:
    """Answer whether there is anything to see: an order that is held only, for some seconds, has no terms yet."""
    return decision.state != PROPOSED


def see(session: Session, decision: StockDecision) -> Seen:
    """Return a decision with what it is about, lines loaded."""
    contract = session.get_one(Contract, decision.contract_id)
    mine = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == decision.cycle_index)
    cycle = session.scalar(select(BillingCycle).where(*mine))
    cause = queries.cause_of(session, decision)
    items = (ItemStanding.shop_id == decision.shop_id, ItemStanding.item_gid == cause.item_gid)
    back_on = session.scalar(select(ItemStanding.expected_back_on).where(*items))
    item, instead = _item(decision, contract, cycle), _instead(session, decision)
    return Seen(decision, cause.kind, contract, cycle, item, instead, back_on)


def _item(decision: StockDecision, contract: Contract, cycle: BillingCycle | None) -> Thing | None:
    held = [*contents.of(contract, cycle).lines, *contract.lines]
    line = next((one for one in held if one.variant_gid == decision.variant_gid), None)
    return Thing(line.title, line.variant_title, decision.units, line.image_url) if line else None


def _instead(session: Session, decision: StockDecision) -> Thing | None:
    """The substitute, if one may come at all."""
    gid = decision.terms.get("swap_variant_gid")
    if gid is None or SWAP not in (*decision.options, decision.default, decision.choice, decision.done):
        return None
    mine = (Variant.shop_id == decision.shop_id, Variant.shopify_gid == gid)
    products = (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid)
    found = session.execute(select(Variant, Product).join(Product, products).where(*mine)).first()
    if found is None:
        return None
    variant, product = found
    return Thing(product.title, variant.title, decision.units, product.image_url)
