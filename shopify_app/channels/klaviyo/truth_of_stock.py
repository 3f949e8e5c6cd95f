"""Is what was decided about a missing item still as it would be told? What was done since is told by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.kept import HAS_STATUS
from shopify_app.contracts.models import CANCELLED, EXPIRED, BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.db import is_among
from shopify_app.kit.speech import N_
from shopify_app.notices.rules import why_not as why_no_order
from shopify_app.stock.models import StockDecision
from shopify_app.stock.policy import DELAY, SELL
from shopify_app.stock.states import CHOSEN, CLOSED, POLICY, RELEASED

ANNOUNCED = ("stock.low", "stock.out", "stock.discontinued")
DONE = ("stock.substituted", "stock.delayed", "stock.partially_filled")
BACK = "stock.back"
TOLD_AS_STOCK = N_("it is told as what was done about a missing item")


def decisions(session: Session, facts: Iterable[Fact]) -> dict[int, StockDecision]:
    """Return the decisions that facts are about, by id."""
    ids = {int(fact.data["decision"]) for fact in facts if fact.kind.startswith("stock.")}
    if not ids:
        return {}
    found = session.scalars(select(StockDecision).where(is_among(StockDecision.id, ids)))
    return {decision.id: decision for decision in found}


def why_not(
    fact: Fact, contract: Contract, cycle: BillingCycle | None, decision: StockDecision | None, now: datetime
) -> str | None:
    """Return why a fact about a missing item must not be told any more, None when it may. `now`: business time."""
    if fact.kind == BACK:
        return why_no_order(contract, cycle, now)
    if decision is None:
        return N_("the decision is gone")
    if fact.kind in DONE:
        return _undone(fact, contract, decision)
    if decision.state == CHOSEN:
        return N_("the shopper chose already")
    if decision.done != SELL:  # of which nothing else is told
        if decision.ended_at is not None:
            return "nothing is missing any more, or the order is gone"
        if decision.done is not None:
            return N_("it was decided already")
    return why_no_order(contract, cycle, now)


def told_otherwise(fact: Fact) -> str | None:
    """Return the reason if another fact tells what our policy changed about one order. A skip has no other."""
    is_skip = "skipped" in (fact.data.get("changes") or [])
    return TOLD_AS_STOCK if fact.actor == POLICY and not is_skip else None


def _undone(fact: Fact, contract: Contract, decision: StockDecision) -> str | None:
    if contract.status in (CANCELLED, EXPIRED):
        return HAS_STATUS % {"status": contract.status.lower()}
    waits_no_more = decision.done == DELAY and decision.state in (RELEASED, CLOSED)
    return N_("the order waits no longer") if fact.kind == "stock.delayed" and waits_no_more else None
