"""How fast stock is weighed: `python -m bench.stock_runway [contracts] [items]`.

Contracts (monthly, two in five of them with one popular item, the others spread) are made by SQL in a database of
its own; what their orders need is written down by the app itself. Measured: the whole runway of all items; one level
change of the popular item while it suffices; a level that falls to zero, from the change to the decision rows of
everyone affected, for many common items and for the popular one; until the first hundred of those are told, and all.
The *floor* of the last is one statement that inserts as many bare rows into the same two tables.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select, text

from bench.idle_tick import _fresh_database as fresh_database
from shopify_app import wiring
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.gateways.shopify.inventory import LevelSnapshot
from shopify_app.kit.clock import FixedClock
from shopify_app.shops.models import Shop
from shopify_app.stock import demand, levels, look, settings, supply
from shopify_app.stock.models import StockDecision
from tests.support.app import environ_for

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-stock"
NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
MONTHLY = """'{"interval": "MONTH", "intervalCount": 1}'"""
FILL = (
    "insert into shops (domain, host, installed_at) values ('rosebud-coffee.myshopify.com', 'h', :now)",
    f"""insert into contracts (shop_id, shopify_gid, status, revision_id, currency, customer_gid, billing_policy,
        delivery_policy, delivery_price, shopify_created_at, shopify_updated_at, billable_since, next_charge_at,
        read_at, seen_method)
    select 1, 'gid://shopify/SubscriptionContract/' || n, 'ACTIVE', 1, 'USD', 'gid://shopify/Customer/' || n,
        {MONTHLY}, {MONTHLY}, 5, :now - interval '1 year', :now, :now - interval '1 year',
        :now + mod(n, 30) * interval '1 day' + interval '1 hour', :now, 'none'
    from generate_series(1, :contracts) n""",
    """insert into contract_lines (shop_id, contract_id, shopify_gid, position, title, variant_gid, product_gid,
        quantity, current_price, discounted_price, requires_shipping)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'Item',
        'gid://shopify/ProductVariant/' || item, 'gid://shopify/Product/' || item, 1, 14, 14, true
    from contracts, generate_series(1, 2) i,
        lateral (select case when i = 1 and id % 5 < 2 then 1 else 2 + (id * 7 + i * 31) % (:items - 1) end item)
    where i = 1 or id % 5 < 2""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, read_at, notices_for)
    select 1, id, i, planned - interval '1 month', planned, planned, 'UNBILLED', false, false, planned, :now, planned
    from contracts, generate_series(1, 3) i,
        lateral (select next_charge_at + (i - 1) * interval '1 month' planned)""",
    """insert into products (shop_id, shopify_gid, title, status, shopify_updated_at)
    select 1, 'gid://shopify/Product/' || n, 'Item ' || n, 'ACTIVE', :now from generate_series(1, :items) n""",
    """insert into variants (shop_id, shopify_gid, product_gid, title, price, inventory_item_gid, inventory_policy,
        tracked)
    select 1, 'gid://shopify/ProductVariant/' || n, 'gid://shopify/Product/' || n, 'Default Title', 14,
        'gid://shopify/InventoryItem/' || n, 'DENY', true from generate_series(1, :items) n""",
    """insert into inventory_levels (shop_id, item_gid, location_gid, available, shopify_updated_at)
    select 1, 'gid://shopify/InventoryItem/' || n, 'gid://shopify/Location/1', 1000000, :now - interval '1 day'
    from generate_series(1, :items) n""",
)


def main(contracts: int, items: int) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = fresh_database(ensure_postgres(STATE, fast=True))
        environ = environ_for("http://127.0.0.1:9", "http://127.0.0.1:8000", database, "redis://127.0.0.1:9")
        ctx = wiring.build(read(environ), clock=FixedClock(NOW), inline=True)
        _fill(ctx, contracts, items)
        failed = _measure(ctx, items)
        ctx.db.close()
        return failed
    finally:
        stop_postgres(STATE)


def _fill(ctx: Context, contracts: int, items: int) -> None:
    with ctx.db.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in FILL:
            values = {"now": NOW, "contracts": contracts, "items": items}
            connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
    _vacuum(ctx)
    begun = time.perf_counter()
    while demand.drain(ctx):
        pass
    spent = time.perf_counter() - begun
    print(f"{contracts} contracts, {items} items; needs written down for {contracts / spent:.0f} contracts a second")
    _vacuum(ctx)
    while look.drain(ctx):
        pass


def _vacuum(ctx: Context) -> None:
    with ctx.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _measure(ctx: Context, items: int) -> int:
    failed = _goal("whole runway, all items", _median(lambda: _runway(ctx)), 1000)
    count = iter(range(10_000))
    failed |= _goal("one level change, popular item", _median(lambda: _change(ctx, 1, 900_000 + next(count))), 100)
    common = []
    for item in range(2, min(items, 200)):
        common.append(_timed(lambda item=item: _change(ctx, item, 0)))  # type: ignore[misc]
    common.sort()
    failed |= _goal("zero to all decisions, common items, p99", common[int(len(common) * 0.99)], 2000)
    rows, held, first, whole = _popular(ctx)
    failed |= _goal(f"zero to all {rows} decision rows, popular item", held, 2000)
    failed |= _goal("zero to the first 100 told, popular item", first, 2000)
    floor = _floor(ctx, rows)
    print(f"  all of them told: {whole:.0f} ms, {whole / floor:.1f} times a bare insert ({floor:.0f} ms)")
    print("within all goals" if not failed else "ABOVE a goal")
    _explain(ctx)
    return int(failed)


def _goal(name: str, spent: float, goal: float) -> bool:
    print(f"  {name:48} {spent:9.1f} ms   {'within' if spent < goal else 'ABOVE'} {goal:.0f} ms")
    return spent >= goal


def _runway(ctx: Context) -> None:
    with ctx.db.session() as session:
        shop = session.get_one(Shop, 1)
        found = supply.runways(session, shop.id, NOW + settings.HORIZON, shop.zone)
        assert found


def _change(ctx: Context, item: int, units: int) -> None:
    """What a webhook sets in motion once Shopify was read: the level, then the look."""
    gid = f"gid://shopify/InventoryItem/{item}"
    with ctx.db.session() as session:
        levels.apply(session, 1, LevelSnapshot(gid, "gid://shopify/Location/1", units, NOW + timedelta(seconds=1)))
    look.look(ctx, 1, gid)


def _popular(ctx: Context) -> tuple[int, float, float, float]:
    """How many are concerned; milliseconds until all have a row, until the first hundred are told, and until all."""
    before, begun = _decisions(ctx), time.perf_counter()
    held: list[float] = []
    told: list[float] = []
    _after(look, "_look", lambda: held.append((time.perf_counter() - begun) * 1000))
    _after(look, "_tell", lambda: told.append((time.perf_counter() - begun) * 1000))
    _change(ctx, 1, 0)
    return _decisions(ctx) - before, held[-1], told[0], told[-1]


def _after(module: object, name: str, note: Callable[[], None]) -> None:
    inner = getattr(module, name)

    def outer(*given: object) -> object:
        found = inner(*given)
        note()
        return found

    setattr(module, name, outer)


def _decisions(ctx: Context) -> int:
    with ctx.db.session() as session:
        return int(session.scalar(select(func.count()).select_from(StockDecision)) or 0)


def _floor(ctx: Context, rows: int) -> float:
    def insert() -> None:
        with ctx.db.engine.begin() as connection:
            connection.execute(
                text(
                    """insert into stock_decisions (shop_id, cause_id, contract_id, cycle_index, variant_gid, units,
                        charge_at, terms, options, "default", state, decided_at)
                    select 1, (select min(id) from stock_causes), n, 99, 'v', 1, :now, '{}', '[]', 'delay', 'told',
                        :now from generate_series(1, :rows) n"""
                ),
                {"now": NOW, "rows": rows},
            )
            connection.execute(
                text(
                    """insert into journal_facts (shop_id, key, kind, contract_gid, occurred_at, data)
                    select 1, 'floor:' || n, 'stock.out', 'g' || n, :now, '{}' from generate_series(1, :rows) n"""
                ),
                {"now": NOW, "rows": rows},
            )

    return _timed(insert)


def _explain(ctx: Context) -> None:
    """Print the plan of the question that each level change asks."""
    query = """explain (analyze, buffers off) select charge_at, contract_id, cycle_index, delivery, units
        from stock_demand where shop_id = 1 and variant_gid = 'gid://shopify/ProductVariant/1' and spent_at is null
        and charge_at <= :until"""
    with ctx.db.engine.connect() as connection:
        print(*(row[0] for row in connection.execute(text(query), {"until": NOW + timedelta(days=14)})), sep="\n")


def _median(action: Callable[[], object], turns: int = 7) -> float:
    return statistics.median(_timed(action) for _ in range(turns))


def _timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    raise SystemExit(main(*(given + [100_000, 500][len(given) :])))
