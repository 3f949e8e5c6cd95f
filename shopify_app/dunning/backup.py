"""The backup method that a shopper chose: tried once before a ladder ends, and then their own method is put back.

The change is the door's, like anybody's: `dunning_backups` says what to put back, and is committed before the door is
asked. It is put back at once, paid or not: the next order is charged as the shopper chose, unless they choose the
backup for good themselves (or anybody changes the method meanwhile), and then nothing is put back.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing.models import FAILED, OPEN_STATES, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning import cases, facts, retry, sight, standing
from shopify_app.dunning.models import OPEN, DunningBackup, DunningCase
from shopify_app.dunning.policy import CARD_HELPS, Next, Step
from shopify_app.edits.contract import backup_method, door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.answers import PASSING, Answer, No
from shopify_app.edits.contract.payment_method import ChoosePaymentMethod
from shopify_app.edits.reading import read_again
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

ACTOR = "perennial"
ASKED, CHARGING, RESTORED, KEPT, REFUSED = "asked", "charging", "restored", "kept", "refused"
UNDER_WAY = (ASKED, CHARGING)
LEASE = timedelta(seconds=180)
AGAIN = timedelta(minutes=10)
MOST_TRIES = 12
BATCH = 20


def try_first(ctx: Context, case_id: int) -> bool:
    """Charge with the backup instead of ending the case; answers False when there is none, or it was tried.

    Raises ShopifyError and ShopMustRest as `retry.run`. Called under the case's lease.
    """
    with ctx.db.session() as session:
        case, contract, cycle = retry.locked(session, case_id)
        row = _begin(session, case, contract, cycle, ctx.clock.now())
        if row is None:
            return False
        gid = contract.shopify_gid
    answer = _choose(ctx, row, gid, row.backup_gid, "backup")
    with ctx.db.session() as session:
        case, contract, _ = retry.locked(session, case_id)
        row = session.get_one(DunningBackup, row.id, with_for_update=True, populate_existing=True)
        if case.state != OPEN or row.state != ASKED:
            return True
        if not _is_there(answer):
            if answer.refusal in PASSING | {No.NOT_SEEN} and row.tries < MOST_TRIES:
                row.tries += 1
                cases.plan(case, Next(Step.FINAL, ctx.clock.now() + AGAIN))
                return True
            row.state = REFUSED
            return False
        row.state, row.next_look_at = CHARGING, ctx.clock.now() + AGAIN
        cases.plan(case, Next(Step.BACKUP, ctx.clock.now()))
        facts.backup_tried(session, case, contract, row.backup_gid, ctx.clock.now())
    retry.run(ctx, case_id)
    return True


def _begin(
    session: Session, case: DunningCase, contract: Contract, cycle: BillingCycle | None, now: datetime
) -> DunningBackup | None:
    """Return the row of this use, written now or by somebody who died before the door answered."""
    is_the_end = retry.is_its_turn(case, now, Step.FINAL)
    if not is_the_end or cycle is None or Decline(case.decline) not in CARD_HELPS:
        return None
    if standing.judge(session, case, contract, cycle) != standing.Standing():
        return None
    known = find(session, case)
    if known is not None:
        return known if known.state == ASKED else None
    chosen = backup_method.usable(session, contract)
    if chosen is None or session.get_one(BillingAttempt, case.attempt_id).state != FAILED:
        return None
    row = DunningBackup(
        shop_id=case.shop_id,
        case_id=case.id,
        opened_at=case.opened_at,
        attempt_id=case.attempt_id,
        own_gid=contract.payment_method_gid,
        backup_gid=chosen.shopify_gid,
        state=ASKED,
        tries=0,
        next_look_at=now + AGAIN,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, case: DunningCase) -> DunningBackup | None:
    """Return this case's use of a backup, None when it was not tried since the case was opened."""
    mine = (DunningBackup.case_id == case.id, DunningBackup.opened_at == case.opened_at)
    return session.scalars(select(DunningBackup).where(*mine).with_for_update()).one_or_none()


def is_under_way(session: Session, case: DunningCase) -> bool:
    """Tell whether the case's subscription is paid with the backup at this moment: no change by its shopper."""
    row = find(session, case)
    return row is not None and row.state in UNDER_WAY


def outcome(session: Session, attempt: BillingAttempt, case: DunningCase | None, now: datetime) -> None:
    """An attempt of the case has ended: if it was the backup's, the own method is put back at once."""
    row = find(session, case) if case else None
    if row is not None and row.state == CHARGING and attempt.id != row.attempt_id:
        row.next_look_at = now


def drain(ctx: Context) -> int:
    """Put back the methods whose backup is through; returns how many rows were looked at."""
    claimed = _claim(ctx)
    for row_id in claimed:
        try:
            _look(ctx, row_id)
        except Exception:
            # one bad row must not keep the others from their own method
            log.exception("a payment method was not put back", extra={"backup_id": row_id})
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count uses of a backup to be looked at by `now` (business time) and leased to nobody (machine time)."""
    rows = select(func.count()).select_from(DunningBackup).join(Shop, Shop.id == DunningBackup.shop_id)
    return session.scalar(rows.where(*_ripe(now, machine_now))) or 0


def _ripe(now: datetime, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        DunningBackup.state.in_(UNDER_WAY),
        DunningBackup.next_look_at <= now,
        or_(DunningBackup.lease_until.is_(None), DunningBackup.lease_until < moment),
        Shop.status == INSTALLED,
    )


def _claim(ctx: Context) -> list[int]:
    moment = machine_now()
    ripe = select(DunningBackup.id).join(Shop, Shop.id == DunningBackup.shop_id)
    ripe = ripe.where(*_ripe(ctx.clock.now(), moment)).order_by(DunningBackup.next_look_at).limit(BATCH)
    with ctx.db.session() as session:
        ids = list(session.scalars(ripe.with_for_update(of=DunningBackup, skip_locked=True)))
        session.execute(update(DunningBackup).where(DunningBackup.id.in_(ids)).values(lease_until=moment + LEASE))
    return ids


def _look(ctx: Context, row_id: int) -> None:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = session.get_one(DunningBackup, row_id)
        case = session.get_one(DunningCase, row.case_id)
        gid = session.get_one(Contract, case.contract_id).shopify_gid
    if not read_again(ctx, row.shop_id, gid):  # what somebody chose meanwhile is not taken back unseen
        _later(ctx, row_id, now)
        return
    with ctx.db.session() as session:
        row = session.get_one(DunningBackup, row_id)
        case, contract, cycle = retry.locked(session, row.case_id)
        if _is_busy(session, row, case, cycle):
            row.next_look_at, row.lease_until = now + AGAIN, None
            return
        if contract.payment_method_gid != row.backup_gid or row.own_gid is None:
            # somebody chose another meanwhile, or there is nothing to go back to
            _end(session, row, case, contract, KEPT, now)
            return
        own_gid = row.own_gid
    answer = _choose(ctx, row, gid, own_gid, f"back-{row.tries}")
    with ctx.db.session() as session:
        case, contract, _ = retry.locked(session, row.case_id)
        row = session.get_one(DunningBackup, row_id, with_for_update=True, populate_existing=True)
        if _is_there(answer):
            _end(session, row, case, contract, RESTORED, ctx.clock.now())
        elif answer.refusal in PASSING | {No.NOT_SEEN} and row.tries < MOST_TRIES:
            row.tries, row.next_look_at, row.lease_until = row.tries + 1, ctx.clock.now() + AGAIN, None
        else:
            log.error("the shopper's own payment method cannot be put back", extra={"shop_id": row.shop_id})
            _end(session, row, case, contract, KEPT, ctx.clock.now())


def _later(ctx: Context, row_id: int, now: datetime) -> None:
    with ctx.db.session() as session:
        row = session.get_one(DunningBackup, row_id, with_for_update=True)
        row.next_look_at, row.lease_until = now + AGAIN, None


def _is_busy(session: Session, row: DunningBackup, case: DunningCase, cycle: BillingCycle | None) -> bool:
    """The backup's charge has not ended yet, or not begun."""
    if cycle is None or (case.opened_at != row.opened_at):
        return False
    last = standing.last_attempt(session, cycle)
    if last is not None and last.id != row.attempt_id and last.state in OPEN_STATES and cycle.status != "BILLED":
        return True
    is_to_come = last is None or last.id == row.attempt_id
    return is_to_come and case.state == OPEN and case.next_step in (Step.BACKUP, Step.FINAL, Step.LOOK)


def _end(
    session: Session, row: DunningBackup, case: DunningCase, contract: Contract, state: str, now: datetime
) -> None:
    row.state, row.lease_until = state, None
    if case.state == OPEN:
        case.seen = sight.of(session, contract)  # it changed by us, not by the shopper
    facts.backup_over(session, case, contract, state, now)


def _choose(ctx: Context, row: DunningBackup, contract_gid: str, method_gid: str, name: str) -> Answer:
    request_id = f"dunning-{row.id}-{name}"
    return door.carry_out(ctx, ChoosePaymentMethod(method_gid), Target(row.shop_id, contract_gid, ACTOR), request_id)


def _is_there(answer: Answer) -> bool:
    return answer.is_done or answer.refusal is No.ALREADY
