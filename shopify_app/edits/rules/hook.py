"""What the doors and the faces ask: may they, why not, and what is a member of staff about to override."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from shopify_app.contracts import calendar
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules import cases, judge
from shopify_app.edits.rules.cases import Grounds
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


@dataclass(frozen=True)
class Prospect:
    """What may become of one order, judged without asking the database again. `cases`: one for each action."""

    rules: tuple[Rules, ...]
    cases: Mapping[str, Case]
    hour: int

    @property
    def cutoff_at(self) -> datetime:
        """The business instant from which on its shopper cannot change it any more: at the latest, its charge."""
        charge_at = self.cases["skip"].charge_at
        assert charge_at is not None
        return judge.cutoff_at(self.rules, charge_at)

    def case(self, change: change.Change) -> Case:
        """Return what is judged when a change is wished for."""
        case = self.cases[change.name]
        to = change.after().get("expected_at") if change.name == "move" else None
        if not to:
            return replace(case, has_wish=True)
        at = datetime.fromisoformat(to)
        return replace(case, has_wish=True, to=at, to_charge_at=calendar.due_at(at, case.zone, self.hour))


def prospect(on: Grounds, cycle: BillingCycle, now: datetime) -> Prospect:
    """Return what may become of one order of a contract. `now`: business time."""
    found = {name: cases.of_order(on, cycle, name, now) for name in OF_ONE_ORDER}
    return Prospect(on.rules, found, on.hour)


def of_change(session: Session, change: change.Change, standing: change.Standing, actor: str) -> Verdict:
    """Judge a change of one order before it is asked for."""
    if not _is_judged(actor):
        return FREE
    seen = prospect(cases.grounds(session, standing.contract), standing.cycle, standing.now)
    return _judge(seen.rules, seen.case(change), actor)


def of_action(
    session: Session, action: action.Action, standing: action.Standing, actor: str, *, takes_back: bool = False
) -> Verdict:
    """Judge an edit of a whole contract before it is asked for. `takes_back`: see `Case`."""
    if not _is_judged(actor):
        return FREE
    on = cases.grounds(session, standing.contract)
    found = [cases.of_contract(on, standing.cycles, name, standing.now) for name in action.ruled_by()]
    wished = [replace(cases.with_wish(on, case, action.wish()), takes_back=takes_back) for case in found]
    verdicts = [_judge(on.rules, case, actor) for case in wished]
    forbidden = next((each.forbidden for each in verdicts if each.forbidden), None)
    return Verdict(forbidden, tuple(dict.fromkeys(why for each in verdicts for why in each.overridden)))


def explain(
    session: Session, contract: Contract, open_cycles: Sequence[BillingCycle], actor: str, now: datetime
) -> dict[str, Forbidden | None]:
    """Return for every action on a contract why no wish of the actor's could be granted, None where one may.

    `open_cycles`: its unbilled ones. `now`: business time.
    """
    on = cases.grounds(session, contract)
    found = {name: cases.of_contract(on, open_cycles, name, now) for name in OF_CONTRACT}
    return {name: _judge(on.rules, case, actor).forbidden for name, case in found.items()}


def explain_order(
    session: Session, contract: Contract, cycle: BillingCycle, actor: str, now: datetime
) -> dict[str, Forbidden | None]:
    """Return the same for every action on one order."""
    seen = prospect(cases.grounds(session, contract), cycle, now)
    return {name: _judge(seen.rules, case, actor).forbidden for name, case in seen.cases.items()}


def cutoff_at(session: Session, contract: Contract, cycle: BillingCycle, now: datetime) -> datetime:
    """Return the business instant from which on an order's shopper cannot change it any more."""
    return prospect(cases.grounds(session, contract), cycle, now).cutoff_at


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
