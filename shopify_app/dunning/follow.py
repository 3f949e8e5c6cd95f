"""Sees how attempts ended, and opens, advances or closes their cases. Every outcome is followed once, by its row."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.billing import parking, settle
from shopify_app.billing.models import CHALLENGED, DUPLICATE, FAILED, SETTLED, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import Contract
from shopify_app.dunning import backup, cases, final
from shopify_app.dunning.models import OPEN
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 50


def drain(ctx: Context) -> int:
    """Follow one batch of outcomes; returns how many."""
    with ctx.db.session() as session:
        rows = select(BillingAttempt.id).join(Shop, Shop.id == BillingAttempt.shop_id)
        query = rows.where(_is_news(), Shop.status == INSTALLED).order_by(BillingAttempt.id).limit(BATCH)
        ids = list(session.scalars(query))
    followed = sum(_follow_alone(ctx, attempt_id) for attempt_id in ids)
    if ids:
        ctx.wakeups.wake("klaviyo")
    return followed


def _follow_alone(ctx: Context, attempt_id: int) -> bool:
    """One outcome that cannot be followed must not keep the others from it: it stays news, and is tried again."""
    try:
        with ctx.db.session() as session:
            follow(session, attempt_id, ctx.clock.now())
    except Exception:
        log.exception("the outcome of a charge could not be followed", extra={"attempt_id": attempt_id})
        return False
    return True


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count outcomes that nobody has followed yet."""
    rows = select(func.count()).select_from(BillingAttempt).join(Shop, Shop.id == BillingAttempt.shop_id)
    return session.scalar(rows.where(_is_news(), Shop.status == INSTALLED)) or 0


def follow(session: Session, attempt_id: int, now: datetime) -> None:
    """Take one outcome into account. Done twice, it changes nothing."""
    attempt = settle.locked_attempt(session, attempt_id)
    if attempt.followed_as == attempt.state:
        return
    attempt.followed_as = attempt.state
    contract = session.get_one(Contract, attempt.contract_id)
    case = cases.find(session, contract.id, attempt.cycle_index)
    backup.outcome(session, attempt, case, now)
    if attempt.state in (SETTLED, DUPLICATE):
        if case and case.state != "recovered":
            cases.recover(session, case, contract, now)
    elif attempt.state in (FAILED, CHALLENGED):
        _failed(session, attempt, contract, now)


def _failed(session: Session, attempt: BillingAttempt, contract: Contract, now: datetime) -> None:
    cycle = settle.cycle_of(session, attempt)
    if cycle is None or cycle.status == "BILLED" or cycle.skipped or contract.status in mirror.ENDED:
        return
    if _is_outdated(session, attempt):
        return
    known = cases.find(session, contract.id, attempt.cycle_index)
    if known and known.state == "exhausted":
        # somebody tried once more by hand; what was done at the end of the ladder is not done twice
        known.attempt_id, known.code = attempt.id, attempt.error_code
        return
    is_same = known is not None and known.state == OPEN and known.attempt_id == attempt.id
    decline = Decline(attempt.error_class or Decline.SOFT.value)
    if attempt.state == CHALLENGED:
        decline = Decline.SHOPPER_ACTION
    elif cycle.parked_reason == final.UNCONFIRMED:
        parking.lift(session, contract, cycle, now)  # the bank's question is over
    case = cases.take_failure(session, attempt, contract, cycle, decline, now)
    if is_same:
        case.failures -= 1  # the same attempt, first challenged and then failed, is one
    if decline is Decline.MERCHANT:
        log.error("a charge fails for a reason only the merchant can mend", extra=_words(attempt))


def _is_outdated(session: Session, attempt: BillingAttempt) -> bool:
    """A later attempt was made since: its outcome counts."""
    later = select(BillingAttempt.id).where(
        BillingAttempt.contract_id == attempt.contract_id,
        BillingAttempt.cycle_index == attempt.cycle_index,
        BillingAttempt.attempt_number > attempt.attempt_number,
        BillingAttempt.state != "refused",
    )
    return session.scalar(later.limit(1)) is not None


def _words(attempt: BillingAttempt) -> dict[str, object]:
    return {"shop_id": attempt.shop_id, "attempt_id": attempt.id, "decline_code": attempt.error_code}


def _is_news() -> ColumnElement[bool]:
    """As the partial index `ix_billing_attempts_to_follow` has it: a first charge that is simply paid has no case."""
    return BillingAttempt.followed_as.is_distinct_from(BillingAttempt.state) & or_(
        BillingAttempt.state.in_((FAILED, CHALLENGED)),
        BillingAttempt.state.in_((SETTLED, DUPLICATE))
        & or_(BillingAttempt.attempt_number > 1, BillingAttempt.followed_as.is_not(None)),
    )
