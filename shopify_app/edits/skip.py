"""Skipping one billing cycle and bringing it back: asked for at Shopify, believed when it is read there.

Three steps, none of them under an open transaction while Shopify is asked: write down who wants what and keep the
cycle from being charged meanwhile · ask · read the contract again and write down what is true.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, select, table, update
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import cycle_rows, holds, mirror
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify import attempts
from shopify_app.gateways.shopify import cycles as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ServerFault, ShopifyError, Unreachable, UserErrors
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import lock
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
"""Machine time for which the cycle is not charged while Shopify is asked; after it the asker is dead."""
# Billing stands to the right of edits and may not be imported; whether a charge is under way is read as rows.
_ATTEMPTS = table("billing_attempts", column("contract_id"), column("cycle_index"), column("state"))
GONE = "This date is no longer there. The page shows what is."
CHARGING = "This date is being charged at this moment."
PAID = "This date is paid already."
NO_ANSWER = "Shopify does not answer right now. Nothing was changed; please try again in a minute."
NOT_SEEN = "Shopify's answer was lost on the way. Look again in a minute before you try once more."


@dataclass(frozen=True)
class Skipping:
    """One request: `wanted` is True to skip, False to bring back. `actor`: e.g. "merchant:42"."""

    shop_id: int
    contract_gid: str
    index: int
    wanted: bool
    actor: str


@dataclass(frozen=True)
class Answer:
    """What came of it, in a sentence."""

    is_done: bool
    words: str


def skip(ctx: Context, shop_id: int, contract_gid: str, index: int, actor: str) -> Answer:
    """Skip a cycle of a contract: it is neither charged nor delivered."""
    return _change(ctx, Skipping(shop_id, contract_gid, index, True, actor))


def unskip(ctx: Context, shop_id: int, contract_gid: str, index: int, actor: str) -> Answer:
    """Bring a skipped cycle back."""
    return _change(ctx, Skipping(shop_id, contract_gid, index, False, actor))


def why_not(contract: Contract, cycle: BillingCycle, wanted: bool) -> str:
    """Return why the cycle cannot be skipped (or brought back), in a sentence; empty when it can."""
    if contract.status in mirror.ENDED:
        return "The subscription has ended."
    if cycle.status == "BILLED":
        return PAID
    if cycle.skipped is wanted:
        return "This date is skipped already." if wanted else "This date is not skipped."
    return ""


def _change(ctx: Context, asked: Skipping) -> Answer:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        problem = _begin(session, asked, now)
    if problem:
        return Answer(False, problem)
    try:
        return _ask(ctx, asked)
    finally:
        with ctx.db.session() as session:
            _let_go(session, asked)


def _begin(session: Session, asked: Skipping, now: datetime) -> str:
    """Write down the request and lease the cycle; return why not, if so."""
    contract, cycle = _locked(session, asked)
    if contract is None or cycle is None:
        return GONE
    moment = machine_now()
    if cycle.lease_until is not None and cycle.lease_until > moment:
        return CHARGING
    problem = why_not(contract, cycle, asked.wanted) or _in_flight(session, cycle)
    if not problem:
        cycle.claimed_at, cycle.lease_until = None, moment + LEASE
        kind = "order.skip_requested" if asked.wanted else "order.unskip_requested"
        _tell(session, contract, cycle, kind, asked, now)
    return problem


def _in_flight(session: Session, cycle: BillingCycle) -> str:
    """Shopify may not know yet of a charge that we have sent."""
    query = select(_ATTEMPTS.c.state).where(
        _ATTEMPTS.c.contract_id == cycle.contract_id,
        _ATTEMPTS.c.cycle_index == cycle.cycle_index,
        _ATTEMPTS.c.state.in_(("written", "requested", "unknown", "challenged")),
    )
    return CHARGING if session.scalar(query.limit(1)) else ""


def _ask(ctx: Context, asked: Skipping) -> Answer:
    is_lost = False
    try:
        problem = with_client(ctx, asked.shop_id, lambda client: _send(client, asked))
    except UserErrors as error:
        problem = f"Shopify refused: {error.errors[0].message}"
    except (Unreachable, ServerFault) as error:
        log.warning("edit without an answer", extra={"shop_id": asked.shop_id, "error": str(error)})
        problem, is_lost = NOT_SEEN, True
    except ShopifyError as error:
        log.warning("edit has to wait", extra={"shop_id": asked.shop_id, "error": str(error)})
        return Answer(False, NO_ANSWER)
    if problem and not is_lost:
        return Answer(False, problem)
    return _confirm(ctx, asked, problem or NOT_SEEN)


def _send(client: AdminClient, asked: Skipping) -> str:
    """Ask Shopify, unless a charge of the cycle is under way there, ours or anybody's; return why not, if so."""
    seen = attempts.check_cycle(client, asked.contract_gid, asked.index)
    if any(attempt.state in (attempts.PENDING, attempts.CHALLENGED) for attempt in seen.attempts):
        return CHARGING
    if seen.status == "BILLED":
        return PAID
    (gateway.skip if asked.wanted else gateway.unskip)(client, asked.contract_gid, asked.index)
    return ""


def _confirm(ctx: Context, asked: Skipping, otherwise: str) -> Answer:
    """Read the contract again: only what is read there is told as done."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        row = mirror.find(session, asked.shop_id, asked.contract_gid)
        known = cycle_rows.open_indexes(session, asked.shop_id, row.id) if row else []
    known = sorted({*known, asked.index})
    try:
        snapshot = with_client(ctx, asked.shop_id, lambda c: mirror.fetch(c, asked.contract_gid, now, known))
    except ShopifyError as error:
        log.warning("edit not confirmed yet", extra={"shop_id": asked.shop_id, "error": str(error)})
        return Answer(False, NOT_SEEN)
    with ctx.db.session() as session:
        if snapshot:
            mirror.apply(session, session.get_one(Shop, asked.shop_id), snapshot, now)
        contract, cycle = _locked(session, asked)
        if contract is None or cycle is None or cycle.skipped is not asked.wanted:
            return Answer(False, otherwise)
        holds.let_go(cycle, now)
        if asked.wanted:
            cycle.parked_reason = None  # nobody has to decide about a charge that is not made
        _tell(session, contract, cycle, "order.skipped" if asked.wanted else "order.unskipped", asked, now)
    return Answer(True, "Skipped" if asked.wanted else "Brought back")


def _locked(session: Session, asked: Skipping) -> tuple[Contract | None, BillingCycle | None]:
    lock(session, "contract", asked.shop_id, asked.contract_gid)
    contract = mirror.find(session, asked.shop_id, asked.contract_gid)
    if contract is None:
        return None, None
    query = select(BillingCycle).where(
        BillingCycle.shop_id == asked.shop_id,
        BillingCycle.contract_id == contract.id,
        BillingCycle.cycle_index == asked.index,
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    return contract, session.scalars(locked).one_or_none()


def _let_go(session: Session, asked: Skipping) -> None:
    contract = mirror.find(session, asked.shop_id, asked.contract_gid)
    if contract is not None:
        mine = (BillingCycle.contract_id == contract.id, BillingCycle.cycle_index == asked.index)
        free = (*mine, BillingCycle.claimed_at.is_(None))
        session.execute(update(BillingCycle).where(*free).values(lease_until=None))


def _tell(
    session: Session, contract: Contract, cycle: BillingCycle, kind: str, asked: Skipping, now: datetime
) -> None:
    record(
        session,
        asked.shop_id,
        key=f"{kind}:{number_of(contract.shopify_gid)}:{asked.index}:{now.isoformat()}",
        kind=kind,
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=asked.index,
        actor=asked.actor,
        before={"skipped": not asked.wanted},
        after={"skipped": asked.wanted},
        data={"expected_at": cycle.expected_at.isoformat()},
    )
