"""How long *Upcoming* takes to add up a week, at many contracts: `python -m bench.upcoming [contracts]`.

Contracts (two items, three dates within the twelve weeks each, one in twenty prepaid) are made by SQL in a database
of its own. The *floor* stands beside it: adding up the same week's dates and their lines by the same indexes, with
nothing of what is held, at risk or paid. Printed: the median of the first, the sixth and the last week, and what it
is to the floor.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from sqlalchemy import select, text

from bench.idle_tick import _fresh_database as fresh_database
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.fulfillment import upcoming
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-upcoming"
GOAL = 1000.0
ROUNDS = 5
MONTHLY = """'{"interval": "MONTH", "intervalCount": 1}'::jsonb"""
QUARTERLY = """'{"interval": "MONTH", "intervalCount": 3}'::jsonb"""
ROWS = (
    "insert into shops (domain, host, installed_at) values ('rosebud-coffee.myshopify.com', 'h', now())",
    f"""insert into contracts (shop_id, shopify_gid, status, revision_id, currency, payment_method_gid,
        billing_policy, delivery_policy, delivery_price, shopify_created_at, shopify_updated_at, next_charge_at,
        read_at)
    select 1, 'gid://shopify/SubscriptionContract/' || n, 'ACTIVE', 1, 'USD',
        'gid://shopify/CustomerPaymentMethod/' || n,
        case when mod(n, 20) = 0 then {QUARTERLY} else {MONTHLY} end, {MONTHLY}, 5, now(), now(),
        now() + mod(n, 30) * interval '1 day' + interval '1 hour', now()
    from generate_series(1, %(contracts)s) n""",
    """insert into contract_lines (shop_id, contract_id, shopify_gid, position, title, variant_title, sku, quantity,
        current_price, discounted_price, requires_shipping)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'Item ' || mod(id + i, 500), '250 g',
        'SKU-' || mod(id + i, 500), 1, 14, 14, true
    from contracts, generate_series(1, 2) i""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, read_at)
    select 1, id, i, planned - interval '1 month', planned, planned, 'UNBILLED', false, false, planned, now()
    from contracts, generate_series(1, 3) i,
        lateral (select next_charge_at + (i - 1) * interval '1 month' planned)""",
    """insert into payment_methods (shop_id, shopify_gid, kind, brand, last_digits, expires_on)
    select 1, payment_method_gid, 'card', 'visa', '4242', '2040-01-01' from contracts""",
)
FLOOR = """
select l.sku, sum(l.quantity) from billing_cycles b join contract_lines l on l.contract_id = b.contract_id
where b.shop_id = 1 and b.expected_at >= :first and b.expected_at < :until group by 1
"""


def main(contracts: int) -> int:
    """Fill, measure, print; 1 when the goal is missed."""
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        url = fresh_database(ensure_postgres(STATE))
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in ROWS:
                connection.execute(statement, {"contracts": contracts} if "%(" in statement else None)
            connection.execute("vacuum analyze")
        return _measure(Database(url), contracts)
    finally:
        stop_postgres(STATE)


def _measure(database: Database, contracts: int) -> int:
    worst = 0.0
    today = machine_now().date()
    for week in (0, 5, 11):
        first = today + timedelta(days=7 * week)
        ours, floor, units = [], [], 0
        for _ in range(ROUNDS):
            with database.session() as session:
                shop = session.scalars(select(Shop)).one()
                began = time.monotonic()
                units = sum(row.units for row in upcoming.rows(session, shop, first, 7, today))
                ours.append(time.monotonic() - began)
                began = time.monotonic()
                session.execute(text(FLOOR), {"first": first, "until": first + timedelta(days=7)}).all()
                floor.append(time.monotonic() - began)
        mine, bare = (statistics.median(each) * 1000 for each in (ours, floor))
        worst = max(worst, mine)
        said = f"{mine:.0f} ms, {mine / bare:.1f} times the floor's {bare:.0f}; {units:,} units"
        print(f"{contracts:,} contracts, week {week + 1}: {said}")
    print(f"goal {GOAL:.0f} ms: {'met' if worst <= GOAL else 'MISSED'}")
    database.close()
    return int(worst > GOAL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
