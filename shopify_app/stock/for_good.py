"""An item that never comes back: what takes its place, or that nothing does, holds for the whole subscription."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import contents as orders
from shopify_app.contracts.models import Contract
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.contents import items_of
from shopify_app.edits.contract import door, goods
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import PASSING, No
from shopify_app.kit.db import Json
from shopify_app.stock.models import StockDecision
from shopify_app.stock.policy import SWAP, parsed


@dataclass(frozen=True)
class Done:
    """What came of it, as the door of dates would answer, with the items before and after.

    `is_only_this_date`: dates with contents of their own keep the subscription from being changed, so this date is.
    """

    answer: Answer
    before: Json
    after: Json
    is_only_this_date: bool = False


def carry_out(ctx: Context, decision: StockDecision, contract_gid: str, word: str, actor: str) -> Done:
    """Swap the item, or take it out, in the whole subscription. The price is the substitute's under the item's terms:
    what holds for good is what the shop sells, not what one order was promised.
    """
    with ctx.db.session() as session:
        contract = session.get_one(Contract, decision.contract_id)
        before = _items(contract)
        action = _action(session, contract, decision, word)
    if action is None:
        return Done(refused(Refusal.REFUSED), before, before)
    target = Target(decision.shop_id, contract_gid, actor)
    answer = door.carry_out(ctx, action, target, f"stock:{decision.id}:{word}")
    with ctx.db.session() as session:
        after = _items(session.get_one(Contract, decision.contract_id))
    if answer.is_done or answer.refusal is No.ALREADY:
        return Done(Answer(True, answer.words), before, after)
    if answer.refusal is No.FUTURE_EDITS:
        return Done(refused(Refusal.REFUSED, answer.words), before, before, is_only_this_date=True)
    return Done(refused(Refusal.BUSY if answer.refusal in PASSING else Refusal.REFUSED, answer.words), before, after)


def _action(session: Session, contract: Contract, decision: StockDecision, word: str) -> Action | None:
    line = next((each for each in contract.lines if each.variant_gid == decision.variant_gid), None)
    if line is None:
        return None
    if word != SWAP:
        return goods.remove(contract, line.shopify_gid) if len(contract.lines) > 1 else None
    gid = parsed(decision.terms).swap_variant_gid
    found = goods.swap(session, contract, line.shopify_gid, gid) if gid else No.NOT_SOLD
    return None if isinstance(found, No) else found


def _items(contract: Contract) -> Json:
    names = ("variant_gid", "title", "variant_title", "sku", "quantity")
    return {"items": [{name: item[name] for name in names} for item in items_of(orders.of(contract, None))]}
