"""A shopper, or staff for them, chooses what becomes of an order in which something is missing."""

from __future__ import annotations

from sqlalchemy import select

from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.kit.speech import N_
from shopify_app.stock import ends
from shopify_app.stock.models import StockDecision
from shopify_app.stock.states import CHOSEN, TOLD

CHOSEN_WORDS = N_("Chosen")


def choose(
    ctx: Context, shop_id: int, decision_id: int, word: str, actor: str, request_id: str | None = None
) -> Answer:
    """Write a choice down; it is carried out when the decision's time comes, and may be replaced until then.

    The same choice again is answered alike and told once, and so is a request that was heard before (`request_id`),
    though another choice was made since. Raises ValueError for a word that is not offered.
    """
    now = ctx.clock.now()
    with ctx.db.session() as session:
        mine = (StockDecision.id == decision_id, StockDecision.shop_id == shop_id)
        decision = session.scalars(select(StockDecision).where(*mine).with_for_update()).one_or_none()
        if decision is None:
            return refused(Refusal.GONE)
        if word not in decision.options:
            raise ValueError(f"not offered: {word!r}")
        contract = session.get_one(Contract, decision.contract_id)
        known = ends.choice_of(session, contract, decision, request_id) if request_id else None
        if known is not None:
            return Answer(True, CHOSEN_WORDS) if known == word else refused(Refusal.OTHER_REQUEST)
        if decision.choice == word and decision.ended_at is None:
            return Answer(True, CHOSEN_WORDS)
        if decision.state not in (TOLD, CHOSEN) or decision.act_at is None or decision.act_at <= now:
            return refused(Refusal.LATE)
        before = decision.choice
        decision.choice, decision.chosen_by, decision.state = word, actor, CHOSEN
        data = {"choice": word, "act_at": decision.act_at.isoformat()}
        ends.chosen(session, contract, decision, now, data, {"choice": before}, {"choice": word}, request_id)
    return Answer(True, CHOSEN_WORDS)
