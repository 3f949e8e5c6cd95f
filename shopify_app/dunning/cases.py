"""Opening, advancing and closing a case. The caller holds the contract's lock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import facts, ladders, marking, policy, sight
from shopify_app.dunning.models import CLOSED, EXHAUSTED, OPEN, RECOVERED, DunningBackup, DunningCase
from shopify_app.dunning.policy import Next, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.shops.models import Shop


def find(session: Session, contract_id: int, cycle_index: int) -> DunningCase | None:
    """Return the case of a cycle, its row locked until the transaction ends."""
    mine = (DunningCase.contract_id == contract_id, DunningCase.cycle_index == cycle_index)
    query = select(DunningCase).where(*mine).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def take_failure(
    session: Session,
    attempt: BillingAttempt,
    contract: Contract,
    cycle: BillingCycle,
    decline: Decline,
    now: datetime,
) -> DunningCase:
    """Open a case for a failed or challenged attempt, or move the open one on.

    `decline`: the class of Shopify's code. `now`: business time; steps count from the failure itself.
    """
    shop = session.get_one(Shop, attempt.shop_id)
    own, seen = ladders.of(session, shop.id), sight.of(session, contract)
    case = find(session, contract.id, cycle.cycle_index)
    is_new = case is None or case.state != OPEN
    had_backup = case is not None and not is_new and _had_backup(session, case, attempt)
    if case is None or case.state != OPEN:
        with session.no_autoflush:  # half an opened case, without its next step, is one that the database refuses
            case = _open(session, case, attempt, contract, cycle, now)
    case.decline = policy.treated_as(decline, case.used, own).value
    case.code, case.attempt_id, case.failures, case.troubles = attempt.error_code, attempt.id, case.failures + 1, 0
    failed_at = attempt.completed_at or now
    step = policy.after_failure(Decline(case.decline), case.used, own, failed_at, shop.zone)
    if changed_since(case, attempt.written_at) and Decline(case.decline) in policy.CARD_HELPS:
        step = Next(Step.CARD, now + policy.AFTER_CARD)
    if had_backup:
        step = Next(Step.FINAL, now)  # it was the last thing to be tried
    plan(case, step)
    case.seen = seen
    session.add(case)
    session.flush()
    if is_new:
        marking.touch(session, contract, now)
        facts.opened(session, case, contract, cycle, now)
    facts.failed(session, case, contract, cycle, attempt, own, failed_at, shop.zone, now)
    return case


def _had_backup(session: Session, case: DunningCase, attempt: BillingAttempt) -> bool:
    """Tell whether this attempt was made with the shopper's backup method."""
    query = select(DunningBackup.id).where(
        DunningBackup.case_id == case.id,
        DunningBackup.opened_at == case.opened_at,
        DunningBackup.state == "charging",
        DunningBackup.attempt_id != attempt.id,
    )
    return session.scalar(query) is not None


def changed_since(case: DunningCase, instant: datetime) -> bool:
    """Tell whether the way to pay changed after an instant (business time)."""
    return case.card_changed_at is not None and case.card_changed_at > instant


def plan(case: DunningCase, step: Next) -> None:
    """Say what an open case does next."""
    case.next_step, case.next_step_at, case.lease_until = step.step.value, step.at, None


def recover(session: Session, case: DunningCase, contract: Contract, now: datetime) -> None:
    """The cycle is paid: whoever charged it, the case is over. Also when it had been given up before."""
    was_open = case.state == OPEN
    _end(session, case, contract, RECOVERED, "paid", now)
    if was_open or case.final_action:
        facts.recovered(session, case, contract, now)


def close(session: Session, case: DunningCase, contract: Contract, why: str, now: datetime) -> None:
    """Somebody overtook the case (`why`: a word of `facts.WHY`): nothing more is tried."""
    _end(session, case, contract, CLOSED, why, now)
    facts.closed(session, case, contract, now)


def exhaust(session: Session, case: DunningCase, contract: Contract, action: str, actor: str, now: datetime) -> None:
    """Nothing helped, and the last thing was done: `action` is one of `policy.Final`."""
    case.final_action = action
    _end(session, case, contract, EXHAUSTED, action, now)
    facts.exhausted(session, case, contract, actor, now)


def _open(
    session: Session,
    case: DunningCase | None,
    attempt: BillingAttempt,
    contract: Contract,
    cycle: BillingCycle,
    now: datetime,
) -> DunningCase:
    case = case or DunningCase(shop_id=attempt.shop_id, contract_id=contract.id, cycle_index=cycle.cycle_index)
    case.state, case.opened_at, case.failures, case.used = OPEN, attempt.completed_at or now, 0, {}
    case.closed_at = case.why_closed = case.final_action = case.told_at = case.card_changed_at = None
    case.amount, case.currency = total_of(contract, cycle), contract.currency
    contract.at_risk_since = contract.at_risk_since or case.opened_at
    return case


def _end(session: Session, case: DunningCase, contract: Contract, state: str, why: str, now: datetime) -> None:
    case.state, case.closed_at, case.why_closed = state, case.closed_at or now, why
    if state == RECOVERED:
        case.closed_at = now
    case.next_step = case.next_step_at = case.lease_until = None
    others = (DunningCase.contract_id == contract.id, DunningCase.state == OPEN, DunningCase.id != case.id)
    contract.at_risk_since = session.scalar(select(func.min(DunningCase.opened_at)).where(*others))
    marking.touch(session, contract, now)
