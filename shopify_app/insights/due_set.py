"""The due set of the last week, as Shopify searches it, against ours: no cycle may be due at Shopify alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import reconcile
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.comparison import DueCycle
from shopify_app.insights import drift
from shopify_app.shops.models import Shop

WEEK = timedelta(weeks=1)
"""The longest range Shopify searches (schema 2026-10: INVALID_DATE_RANGE)."""


def compare(ctx: Context, shop: Shop, due: Iterable[DueCycle]) -> int:
    """Read again each contract of which only Shopify knows that it is due; returns how many such cycles there were.

    What is still strange afterwards is left as an alert. Raises ShopifyError.
    """
    found = 0
    for cycle in due:
        with ctx.db.session() as session:
            before = _trouble(session, shop.id, cycle)
        if before is None:
            continue
        reconcile.reread(ctx, shop, cycle.contract_gid)
        found += 1
        with ctx.db.session() as session:
            after = _trouble(session, shop.id, cycle)
            drift.report(
                session, shop.id, drift.ONLY_SHOPIFY, cycle.contract_gid, ctx.clock.now(),
                cycle_index=cycle.index, before={"ours": before}, after={"ours": after or "known by now"},
                is_repaired=after is None,
            )  # fmt: skip
    return found


def _trouble(session: Session, shop_id: int, due: DueCycle) -> str | None:
    """Return why our rows would never charge a cycle that Shopify has as due; None when they know of it."""
    if due.skipped or due.status == "BILLED":
        return None  # a search finds skipped ones too; and its results say what is true now, not when it ran
    query = (
        select(BillingCycle, Contract)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .where(
            Contract.shop_id == shop_id,
            Contract.shopify_gid == due.contract_gid,
            BillingCycle.cycle_index == due.index,
        )
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return "no such cycle"
    cycle, contract = row
    if cycle.due_at or cycle.attempted_at or cycle.held_reason or cycle.parked_reason:
        return None
    if contract.billable_since is None:
        return f"contract {contract.status.lower()}"
    if cycle.expected_at < contract.billable_since:
        return None  # paused away: nobody was owed that delivery
    return "billed" if cycle.status == "BILLED" else "skipped" if cycle.skipped else "not due"


def range_of(now: datetime) -> tuple[datetime, datetime]:
    """Return the last seven days; whole seconds, so that rounding does not make them longer."""
    end = now.replace(microsecond=0)
    return end - WEEK, end
