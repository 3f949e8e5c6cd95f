"""An order without what is missing, or with a substitute in its place: the change of that one date."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from shopify_app.contracts import contents as orders
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.contents import Contents, picture
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import No
from shopify_app.kit.db import Json
from shopify_app.kit.money import round_money
from shopify_app.stock import instead, settings
from shopify_app.stock.models import StockDecision
from shopify_app.stock.policy import REST, SAME, SUBSTITUTE, SWAP, Order, Terms, can_be, parsed


def change(
    session: Session, decision: StockDecision, contract: Contract, cycle: BillingCycle, word: str, now: datetime
) -> Contents | None:
    """Return the change that swaps or leaves out the missing item, None when its terms do not allow it now."""
    seen = picture(orders.of(contract, cycle), contract.currency)
    missing = [item for item in seen["items"] if item["variant_gid"] == decision.variant_gid]
    rest = [item for item in seen["items"] if item["variant_gid"] != decision.variant_gid]
    if not missing:
        return None
    terms, without = parsed(decision.terms), {item["gid"]: 0 for item in missing}
    if word == REST:
        value = sum((Decimal(item["total"]) for item in rest), Decimal(0))
        left = Order(sum(item["quantity"] for item in rest), value, can_wait=False, can_swap=False)
        return Contents(seen, without, []) if can_be(REST, terms, left) else None
    assert word == SWAP
    added = _substitute(session, decision, contract, terms, missing, now)
    return Contents(seen, without, [added]) if added else None


def _substitute(
    session: Session,
    decision: StockDecision,
    contract: Contract,
    terms: Terms,
    missing: list[Json],
    now: datetime,
) -> Json | None:
    """The new item at the price that the policy sets; nothing when there is not enough of it, or no price for it."""
    gid = terms.swap_variant_gid
    if gid is None:
        return None
    until = now + timedelta(days=settings.of(session, decision.shop_id).ahead_days)
    there = instead.substitute(session, decision.shop_id, gid, until, decision.id)
    good = goods.find(session, contract, gid)
    units = sum(int(item["quantity"]) for item in missing)
    if there is None or isinstance(good, No) or not there.has(units):
        return None
    old = sum((Decimal(item["total"]) for item in missing), Decimal(0)) / units
    price = {SAME: old, SUBSTITUTE: good.price}.get(terms.price_rule, min(old, good.price))
    named = {"variant_gid": good.variant_gid, "title": good.title, "variant_title": good.variant_title}
    return {**named, "quantity": units, "price": str(round_money(price, contract.currency))}
