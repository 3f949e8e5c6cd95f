"""`perennial reconcile`: read every contract again, field by field, then all else the nightly comparison looks at."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from shopify_app.context import Context
from shopify_app.contracts import reconcile
from shopify_app.contracts.models import Contract
from shopify_app.contracts.reconcile import Difference
from shopify_app.insights import night
from shopify_app.insights.models import Comparison, DriftReport
from shopify_app.kit.clock import machine_now, sleep
from shopify_app.kit.gid import number_of
from shopify_app.orders import reconcile as orders
from shopify_app.shops.models import Shop

LONGEST = 600.0
"""Seconds of machine time to wait for one thing at Shopify before giving up."""


def run(ctx: Context) -> Iterator[str]:
    """Compare every shop, however long it takes; yield a line per difference found. Raises ShopifyError."""
    for shop in reconcile.shops_of(ctx):
        known, drifted = _known(ctx, shop), 0
        for gid in sorted(known):
            difference = reconcile.reread(ctx, shop, gid)
            drifted += night.note(ctx, shop, [difference])
            if words := _words(difference):
                yield f"{shop.domain} {gid}: {words}"
        reconcile.run_shop(ctx, shop)  # finds what we did not know of
        for gid in sorted(_known(ctx, shop) - known):
            drifted += night.note(ctx, shop, [Difference(gid, {}, {"status": "read"})])
            yield f"{shop.domain} {gid}: was missing"
        for row in _the_rest(ctx, shop):
            drifted += 1
            number = f"{number_of(row.contract_gid)} cycle {row.cycle_index}"
            yield f"{shop.domain} {number}: {row.kind} {'repaired' if row.is_repaired else 'LOOK AT IT'}"
        yield f"{shop.domain}: {len(known)} contracts read, {drifted} repaired"
    orders.run(ctx)


def _known(ctx: Context, shop: Shop) -> set[str]:
    with ctx.db.session() as session:
        return set(session.scalars(select(Contract.shopify_gid).where(Contract.shop_id == shop.id)))


def _words(difference: Difference) -> str:
    if difference.after is None:
        return "Shopify no longer shows it to us"
    return f"repaired {', '.join(difference.names)}" if difference.names else ""


def _the_rest(ctx: Context, shop: Shop) -> list[DriftReport]:
    """Run a whole comparison now; returns its findings."""
    with ctx.db.session() as session:
        newest = session.scalar(select(DriftReport.id).order_by(DriftReport.id.desc()).limit(1)) or 0
        night.start(session, shop, ctx.clock.now())
    while (left := _seconds_left(ctx, shop)) is not None and left < LONGEST:
        sleep(left)
        night.drain(ctx)
    with ctx.db.session() as session:
        mine = (DriftReport.shop_id == shop.id, DriftReport.id > newest)
        return list(session.scalars(select(DriftReport).where(*mine).order_by(DriftReport.id)))


def _seconds_left(ctx: Context, shop: Shop) -> float | None:
    """Machine seconds until the comparison may go on; None when it is over."""
    with ctx.db.session() as session:
        row = session.get_one(Comparison, shop.id)
    if row.finished_at:
        return None
    return max(0.0, (row.next_slice_at - machine_now()).total_seconds())
