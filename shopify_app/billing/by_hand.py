"""*Charge now*: a merchant asks for one cycle's charge. Same ledger, same gates, next attempt number.

Asked twice (a double tap, two tabs), it acts once: the page says which attempt number it is about, and a number is
given only once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopify_app.billing import ledger, parking
from shopify_app.billing.attempts import ShopMustRest
from shopify_app.billing.charge import charge
from shopify_app.billing.gates import EARLIEST
from shopify_app.billing.models import FAILED, REFUSED, UNKNOWN, WRITTEN, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts import cycle_rows, holds, mirror
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, known
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
UNDER_WAY = N_("This charge is under way already.")
NO_ANSWER = N_("Shopify does not answer right now. Nothing was charged; please try again in a minute.")
LATER = N_("Shopify cannot take the charge right now; it is made as soon as it can.")
PAID = N_("This date is paid already.")
NO_CHARGE = N_("No charge was made.")
NOT_ACTIVE = {
    "PAUSED": N_("The subscription is paused."),
    "CANCELLED": N_("The subscription is cancelled."),
    "EXPIRED": N_("The subscription is expired."),
    "FAILED": N_("The subscription is failed."),
}
GONE = N_("This date is no longer there. The page shows what is.")


@dataclass(frozen=True)
class Answer:
    """What came of a merchant's request, in a sentence."""

    is_done: bool
    words: str


def charge_now(ctx: Context, shop_id: int, contract_gid: str, index: int, number: int, actor: str) -> Answer:
    """Charge cycle `index` as attempt `number` if a person may ask for that now. `actor`: e.g. "merchant:42"."""
    try:
        _read_again(ctx, shop_id, contract_gid)
    except ShopifyError as error:
        log.warning("charge now has to wait", extra={"shop_id": shop_id, "error": str(error)})
        return Answer(False, NO_ANSWER)
    with ctx.db.session() as session:
        cycle_id, problem = _arm(session, shop_id, contract_gid, index, number, actor, ctx.clock.now())
    if problem or cycle_id is None:
        return Answer(False, problem)
    try:
        charge(ctx, cycle_id, by_hand=True)
    except ShopMustRest:
        _let_go(ctx, cycle_id)
    ctx.wakeups.wake("billing")
    return _outcome(ctx, cycle_id)


def why_not(contract: Contract, cycle: BillingCycle, shop: Shop, now: datetime) -> str:
    """Return why a person may not ask for this charge now, in a sentence; empty when they may."""
    problem = why_never(contract, cycle, shop)
    if not problem and now < cycle.expected_at - EARLIEST:
        return N_("Shopify takes a charge at most a day before its date.")
    return problem


def why_never(contract: Contract, cycle: BillingCycle, shop: Shop) -> str:
    """Return why a person may not ask for this charge whatever its date, in a sentence; empty when they may."""
    if not shop.may_bill:
        return N_("Charging is stopped for the whole shop.")
    if contract.billing_stopped_at is not None:
        return N_("Charging of this subscription is stopped.")
    if contract.parked_reason is not None:
        return N_("The subscription waits for you: let its charges run again first.")
    if contract.status != ACTIVE:
        return NOT_ACTIVE.get(contract.status, contract.status)
    if cycle.skipped:
        return N_("This date is skipped.")
    if cycle.status == "BILLED":
        return PAID
    if cycle.due_at is None:
        return N_("This date is not to be charged.")
    return ""


def next_number(session: Session, contract: Contract, index: int) -> int:
    """Return the number the next attempt of a cycle gets."""
    return max(_attempts(session, contract, index), default=0) + 1


def _read_again(ctx: Context, shop_id: int, contract_gid: str) -> None:
    """A person decides by what is true now: a payment elsewhere that nobody told us of is seen first."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = mirror.find(session, shop_id, contract_gid)
        known = cycle_rows.open_indexes(session, shop_id, row.id) if row else []
    snapshot = with_client(ctx, shop_id, lambda client: mirror.fetch(client, contract_gid, now, known))
    if snapshot:
        with ctx.db.session() as session:
            mirror.apply(session, session.get_one(Shop, shop_id), snapshot, now)


def _arm(
    session: Session, shop_id: int, contract_gid: str, index: int, number: int, actor: str, now: datetime
) -> tuple[int | None, str]:
    """Claim the cycle for this charge: (its id, "") or (None, why not)."""
    ledger.lock_contract(session, shop_id, contract_gid)
    contract = mirror.find(session, shop_id, contract_gid)
    cycle = find_cycle(session, contract, index) if contract else None
    if contract is None or cycle is None:
        return None, GONE
    moment = machine_now()
    is_claimed = cycle.lease_until is not None and cycle.lease_until > moment
    if is_claimed or ledger.other_open(session, shop_id, contract.id, index):
        return None, PAID if cycle.status == "BILLED" else UNDER_WAY
    if next_number(session, contract, index) != number:
        return None, N_("This charge was tried meanwhile. The page shows how it ended.")
    problem = why_not(contract, cycle, session.get_one(Shop, shop_id), now)
    if problem:
        return None, problem
    parking.release(session, contract, actor, now, cycle)
    cycle.attempted_at = None
    holds.let_go(cycle, now)
    cycle.claimed_at, cycle.lease_until = now, moment + LEASE
    _tell(session, contract, cycle, number, actor, now)
    return cycle.id, ""


def find_cycle(session: Session, contract: Contract, index: int) -> BillingCycle | None:
    """Return a contract's cycle by Shopify's index, its row locked until the transaction ends."""
    query = select(BillingCycle).where(
        BillingCycle.shop_id == contract.shop_id,
        BillingCycle.contract_id == contract.id,
        BillingCycle.cycle_index == index,
    )
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _attempts(session: Session, contract: Contract, index: int) -> list[int]:
    query = select(BillingAttempt.attempt_number).where(
        BillingAttempt.shop_id == contract.shop_id,
        BillingAttempt.contract_id == contract.id,
        BillingAttempt.cycle_index == index,
    )
    return list(session.scalars(query))


def _tell(session: Session, contract: Contract, cycle: BillingCycle, number: int, actor: str, now: datetime) -> None:
    record(
        session,
        contract.shop_id,
        key=f"by-hand-{number}:{number_of(contract.shopify_gid)}:{cycle.cycle_index}",
        kind="charge.asked_for",
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=cycle.cycle_index,
        actor=actor,
        data={"attempt_number": number, "expected_at": cycle.expected_at.isoformat()},
    )


def _let_go(ctx: Context, cycle_id: int) -> None:
    """Nothing was sent: the worker charges the cycle as soon as the shop can be asked and it is due."""
    with ctx.db.session() as session:
        free = (BillingCycle.id == cycle_id, BillingCycle.attempted_at.is_(None))
        session.execute(update(BillingCycle).where(*free).values(claimed_at=None, lease_until=None))


def _outcome(ctx: Context, cycle_id: int) -> Answer:
    with ctx.db.session() as session:
        cycle = session.get_one(BillingCycle, cycle_id)
        query = select(BillingAttempt).where(
            BillingAttempt.contract_id == cycle.contract_id, BillingAttempt.cycle_index == cycle.cycle_index
        )
        attempt = session.scalars(query.order_by(BillingAttempt.attempt_number.desc()).limit(1)).first()
        if cycle.attempted_at is None:
            if cycle.parked_reason or cycle.held_reason:
                return Answer(False, f"{NO_CHARGE} {known(cycle.parked_reason or cycle.held_reason)}")
            if attempt and attempt.state == REFUSED:
                return Answer(False, f"{NO_CHARGE} {known(attempt.reason)}")
            return Answer(False, LATER)
        if attempt and attempt.state == FAILED:
            return Answer(False, N_("The charge failed. The page shows why."))
        if attempt and attempt.state == WRITTEN:
            return Answer(False, LATER)
        if attempt and attempt.state == UNKNOWN:
            return Answer(True, N_("Shopify's answer was lost on the way. We look before anything else is sent."))
    return Answer(True, N_("The charge is with Shopify. Its outcome appears here."))
