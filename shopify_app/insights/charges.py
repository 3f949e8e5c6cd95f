"""Charges at Shopify that our ledger does not have, and charges of ours that Shopify does not count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from shopify_app.billing import ledger, settle
from shopify_app.billing.models import DUPLICATE, SETTLED, BillingAttempt
from shopify_app.context import Context
from shopify_app.contracts.cycles import UNBILLED
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.attempts import AttemptSnapshot, CycleSnapshot
from shopify_app.insights import drift
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

WINDOW = timedelta(days=35)
SETTLING = timedelta(hours=1)
"""Business time in which a paid attempt and its cycle's status may disagree at Shopify."""


def suspects(session: Session, shop: Shop, now: datetime, after_id: int, limit: int) -> Sequence[BillingCycle]:
    """Return cycles on which mirror and ledger disagree about being paid, in the order of their ids.

    Older ones than the installation were charged by somebody else, and are none of ours.
    """
    settled = _attempt(BillingAttempt.state.in_((SETTLED, DUPLICATE)))
    old = _attempt(BillingAttempt.state == SETTLED, BillingAttempt.completed_at < now - SETTLING)
    strange = or_(
        and_(BillingCycle.status == "BILLED", ~settled),
        and_(BillingCycle.status == UNBILLED, BillingCycle.attempted_at.is_not(None), old),
    )
    start = max(shop.installed_at, now - WINDOW)
    query = select(BillingCycle).where(
        BillingCycle.shop_id == shop.id, BillingCycle.expected_at.between(start, now), BillingCycle.id > after_id
    )
    return session.scalars(query.where(strange).order_by(BillingCycle.id).limit(limit)).all()


def check(ctx: Context, shop: Shop, cycle: BillingCycle) -> int:
    """Read one cycle's attempts, write down what the ledger lacks; returns how many findings. Raises ShopifyError."""
    with ctx.db.session() as session:
        gid = session.get_one(Contract, cycle.contract_id).shopify_gid
    seen = with_client(ctx, shop.id, lambda client: shopify.cycle_attempts(client, gid, cycle.cycle_index))
    paid = [attempt for attempt in seen.attempts if attempt.state == shopify.SUCCESS]
    now = ctx.clock.now()
    with ctx.db.session() as session:
        found = sum(_take(session, shop, cycle.id, attempt, now) for attempt in paid)
        if seen.status == UNBILLED and _is_settled(session, cycle):
            found += _not_billed(session, shop, cycle, gid, seen, now)
    return found


def _take(session: Session, shop: Shop, cycle_id: int, seen: AttemptSnapshot, now: datetime) -> bool:
    """Write a paid attempt into the ledger; answers whether it was news."""
    cycle = session.get_one(BillingCycle, cycle_id)
    contract = session.get_one(Contract, cycle.contract_id)
    mine = (BillingAttempt.shop_id == shop.id, BillingAttempt.idempotency_key == seen.key)
    ours = session.scalars(select(BillingAttempt).where(*mine)).one_or_none()
    before = {"state": ours.state} if ours else None
    if ours:
        if ours.state in (SETTLED, DUPLICATE):
            return False
        settle.take(session, settle.locked_attempt(session, ours.id), seen, now)
    else:
        ledger.lock_contract(session, shop.id, contract.shopify_gid)
        row = ledger.write_foreign(session, ledger.due_of_row(session, cycle, contract), contract, seen, now)
        if row is None:
            return False
        settle.record_foreign(session, row, seen, now)
    after = {"key": seen.key, "order": seen.order_name, "state": "paid"}
    drift.report(
        session, shop.id, drift.FOREIGN, contract.shopify_gid, now,
        cycle_index=cycle.cycle_index, before=before, after=after,
    )  # fmt: skip
    return True


def _not_billed(
    session: Session, shop: Shop, cycle: BillingCycle, gid: str, seen: CycleSnapshot, now: datetime
) -> int:
    """Ours is paid, and yet the cycle counts as unbilled: another tool would charge it again. Told, not repaired."""
    drift.report(
        session, shop.id, drift.NOT_BILLED, gid, now,
        cycle_index=cycle.cycle_index, before={"state": "paid"}, after={"status": seen.status}, is_repaired=False,
    )  # fmt: skip
    return 1


def _is_settled(session: Session, cycle: BillingCycle) -> bool:
    return (
        session.scalar(
            select(BillingCycle.id).where(BillingCycle.id == cycle.id, _attempt(BillingAttempt.state == SETTLED))
        )
        is not None
    )


def _attempt(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        BillingAttempt.shop_id == BillingCycle.shop_id,
        BillingAttempt.contract_id == BillingCycle.contract_id,
        BillingAttempt.cycle_index == BillingCycle.cycle_index,
        *conditions,
    )
