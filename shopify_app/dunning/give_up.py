"""A person gives a failed charge up before its ladder ends: the same doors, the same ending, in that person's name.

The case is leased while a door is asked, so its own next step waits; the doors keep the order from being charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.billing import parking
from shopify_app.billing.models import CHALLENGED, OPEN_STATES, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts import holds
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import cases, ending, retry, standing
from shopify_app.dunning.models import CLOSED, OPEN, DunningCase
from shopify_app.dunning.policy import Final
from shopify_app.dunning.steps import LEASE
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import reach
from shopify_app.kit.speech import N_

WAYS = (Final.SKIP, Final.PAUSE, Final.CANCEL)
"""What a failed charge can be given up with."""
OVER = N_("This failed charge is settled already. The page shows what became of it.")
UNDER_WAY = N_("A charge of this order is under way. Its outcome decides; look again in a few minutes.")
UNCONFIRMED = N_(
    "The bank still waits for the shopper to confirm this payment. Nothing about the order can be changed until then."
)
BUSY = N_("Perennial is working on this failed charge at this moment. Look again in a minute.")


@dataclass(frozen=True)
class Answer:
    """What came of it, in a sentence."""

    is_done: bool
    words: str


def give_up(ctx: Context, shop_id: int, case_id: int, wanted: Final, actor: str) -> Answer:
    """End an open case of this shop now, with one of WAYS. `actor`: e.g. "merchant:42". Done twice, it acts once.

    Refused while a charge of the order is under way, and for a case that is over. Raises ValueError for another way.
    """
    if wanted not in WAYS:
        raise ValueError(f"a failed charge cannot be given up with {wanted}")
    with ctx.db.session() as session:
        begun = _begin(session, shop_id, case_id, wanted, ctx.clock.now())
    if isinstance(begun, Answer):
        return begun
    case, gid = begun
    said = ending.ask(ctx, case, gid, wanted, actor, "given-up")
    reach("dunning.after_final_before_record")
    with ctx.db.session() as session:
        _record(session, case_id, wanted, said, actor, ctx.clock.now())
    ctx.wakeups.wake("klaviyo")
    return Answer(said.is_done, said.words)


def _begin(
    session: Session, shop_id: int, case_id: int, wanted: Final, now: datetime
) -> tuple[DunningCase, str] | Answer:
    """Lease the case and write down what is to become of it; or return why not."""
    known = session.get(DunningCase, case_id)
    if known is None or known.shop_id != shop_id:
        return Answer(False, OVER)
    case, contract, cycle = retry.locked(session, case_id)
    if case.state != OPEN:
        return Answer(False, OVER)
    if standing.judge(session, case, contract, cycle).closed or cycle is None:
        retry.overtaken(session, case, contract, cycle, now)
        return Answer(False, OVER)
    last = standing.last_attempt(session, cycle)
    if last is not None and last.state in OPEN_STATES:
        return Answer(False, UNCONFIRMED if last.state == CHALLENGED else UNDER_WAY)
    moment = machine_now()
    if any(until is not None and until > moment for until in (case.lease_until, cycle.lease_until)):
        return Answer(False, BUSY)
    case.final_action, case.lease_until = wanted.value, moment + LEASE
    return case, contract.shopify_gid


def _record(session: Session, case_id: int, wanted: Final, said: ending.Said, actor: str, now: datetime) -> None:
    case, contract, cycle = retry.locked(session, case_id)
    if not said.is_done:
        case.lease_until = None
        case.final_action = case.final_action if said.is_lost else None
        case.troubles += not said.is_passing
        return
    if case.state == OPEN or (case.state == CLOSED and case.why_closed == retry.OUTCOME[wanted.value]):
        cases.exhaust(session, case, contract, wanted.value, actor, now)
    if cycle is not None:
        _leave(session, case, contract, cycle, actor, now)


def _leave(
    session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle, actor: str, now: datetime
) -> None:
    """Nobody has to decide about this order any more, and resuming the subscription later does not charge it."""
    parking.release(session, contract, actor, now, cycle)
    holds.let_go(cycle, now)
    if cycle.attempted_at is None:
        last = session.get_one(BillingAttempt, case.attempt_id)
        cycle.attempted_at = last.completed_at or last.written_at
