"""What the doors and the faces ask: may they, why not, and what is a member of staff about to override."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules import cases, store
from shopify_app.edits.rules.forbidden import CLOSED, CLOSED_IN_MAILS, Forbidden
from shopify_app.edits.rules.judge import Case, all_of, why_not
from shopify_app.edits.rules.terms import OF_CONTRACT, OF_ONE_ORDER, Rules
from shopify_app.kit.db import Json

if TYPE_CHECKING:
    from shopify_app.edits import change
    from shopify_app.edits.contract import action

SHOPPER, LINK, MERCHANT = "shopper", "link", "merchant"


@dataclass(frozen=True)
class Verdict:
    """`forbidden`: why a shopper may not. `overridden`: the rules that staff go against."""

    forbidden: Forbidden | None = None
    overridden: tuple[Forbidden, ...] = ()

    def as_data(self) -> Json:
        """Return what the fact of a request says of the rules it goes against."""
        return {"overrides": [str(each) for each in self.overridden]} if self.overridden else {}


FREE = Verdict()


def of_change(session: Session, change: change.Change, standing: change.Standing, actor: str) -> Verdict:
    """Judge a change of one order before it is asked for."""
    if not _is_judged(actor):
        return FREE
    rules, name = store.governing(session, standing.contract), name_of(change)
    case = cases.of_order(session, rules, standing.contract, standing.cycle, name, standing.now)
    to = change.after().get("expected_at") if name == "move" else None
    if to:
        case = cases.with_move(session, case, standing.contract.shop_id, datetime.fromisoformat(to))
    return _judge(rules, case, actor)


def of_action(session: Session, action: action.Action, standing: action.Standing, actor: str) -> Verdict:
    """Judge an edit of a whole contract before it is asked for."""
    if not _is_judged(actor):
        return FREE
    contract, rules = standing.contract, store.governing(session, standing.contract)
    case = cases.of_contract(session, rules, contract, standing.cycles, action.name, standing.now)
    return _judge(rules, cases.with_wish(session, rules, case, contract, action.wish()), actor)


def explain(
    session: Session, contract: Contract, open_cycles: Sequence[BillingCycle], actor: str, now: datetime
) -> dict[str, Forbidden | None]:
    """Return for every action on a contract why no wish of the actor's could be granted, None where one may.

    `open_cycles`: its unbilled ones. `now`: business time.
    """
    rules = store.governing(session, contract)
    found = {name: cases.of_contract(session, rules, contract, open_cycles, name, now) for name in OF_CONTRACT}
    return {name: _judge(rules, case, actor).forbidden for name, case in found.items()}


def explain_order(
    session: Session, contract: Contract, cycle: BillingCycle, actor: str, now: datetime
) -> dict[str, Forbidden | None]:
    """Return the same for every action on one order."""
    rules = store.governing(session, contract)
    found = {name: cases.of_order(session, rules, contract, cycle, name, now) for name in OF_ONE_ORDER}
    return {name: _judge(rules, case, actor).forbidden for name, case in found.items()}


def name_of(change: change.Change) -> str:
    """Return a change's name among the actions of `terms`: "order.skip_requested" is asked for by "skip"."""
    return change.asked_kind.removeprefix("order.").removesuffix("_requested")


def _is_judged(actor: str) -> bool:
    """Policies and Perennial itself act for the shop: no rule for shoppers concerns them."""
    return actor.split(":")[0] in (SHOPPER, LINK, MERCHANT)


def _judge(rules: Sequence[Rules], case: Case, actor: str) -> Verdict:
    kind = actor.split(":")[0]
    if kind in (SHOPPER, LINK):
        return Verdict(why_not(rules, replace(case, is_link=kind == LINK)))
    # who may do something by themselves is no limit: staff do for shoppers what is closed to them
    against = [each for each in all_of(rules, case) if each not in (CLOSED, CLOSED_IN_MAILS)]
    return Verdict(overridden=tuple(against)) if kind == MERCHANT else FREE
