"""What a turn of the ticker costs when nothing is due: `.venv/bin/python bench/idle_tick.py [contracts]`.

A million contracts (three cycles each, four settled charges for every second one, half a million events told; notices
planned as far as the leads reach, and the orders of the coming week told) are made by SQL in a database of its own:
the state between two turns of a running shop. Printed: milliseconds of each drain's question, of each empty drain,
and of a whole turn, and the plan of whatever reads a large table from end to end.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from sqlalchemy import Connection, event, make_url, text

from shopify_app import schedule, ticker, wiring
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.kit.clock import FixedClock, machine_now
from shopify_app.kit.migrate import upgrade
from tests.support.app import environ_for

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-idle"
DATABASE = "perennial_idle"
NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
TURNS = 20
GOAL = 50.0
LARGE = (
    "billing_cycles",
    "billing_attempts",
    "contracts",
    "journal_facts",
    "deliveries",
    "inbox_messages",
    "notices",
    "announced_orders",
)
"""Tables that grow with the contracts: reading one of them from end to end is what must not happen."""

SHOPS = """
    insert into shops (domain, host, installed_at) select 'shop-' || n || '.myshopify.com', 'h', :now
    from generate_series(1, 50) n"""
CONTRACTS = """
    insert into contracts (shop_id, shopify_gid, status, revision_id, currency, billing_policy, delivery_policy,
        shopify_created_at, shopify_updated_at, billable_since, next_charge_at, read_at, written_at, demand_of,
        seen_method)
    select 1 + n % 50, 'gid://shopify/SubscriptionContract/' || n,
        case when n % 10 = 0 then 'PAUSED' else 'ACTIVE' end,
        1, 'USD', '{"interval": "MONTH", "intervalCount": 1}', '{"interval": "MONTH", "intervalCount": 1}',
        :now - interval '2 years', :now, :now - interval '2 years', :now + n % 30 * interval '1 day', :now,
        :now, :now, 'none'
    from generate_series(1, :contracts) n"""
CYCLES = """
    insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, attempted_at, read_at, written_at, notices_for, compared_at)
    select shop_id, id, i, expected - interval '1 month', expected, expected,
        case when i = 1 then 'BILLED' else 'UNBILLED' end,
        false, false, case when i > 1 and status = 'ACTIVE' then expected end,
        case when i = 1 then expected end, :now, :now,
        case when i > 1 and status = 'ACTIVE' and expected <= :now + interval '10 days' then expected end,
        case when i > 1 and status = 'ACTIVE' and expected <= :now + interval '7 days' then :now end
    from contracts, generate_series(1, 3) i,
        lateral (select :now + id % 30 * interval '1 day' + interval '1 hour'
            + (i - 2) * interval '1 month' expected)"""
ATTEMPTS = """
    insert into billing_attempts (shop_id, contract_id, cycle_index, attempt_number, idempotency_key, state,
        origin_at, written_at, completed_at)
    select shop_id, id, -i, 1, 'old-' || id || '-' || i, 'settled', :now, :now, :now
    from contracts, generate_series(1, 4) i where id % 2 = 1"""
FACTS = """
    insert into journal_facts (shop_id, key, kind, contract_gid, occurred_at)
    select shop_id, 'started:' || id, 'subscription.started', shopify_gid, :now from contracts where id <= 500000"""
DELIVERIES = """
    insert into deliveries (shop_id, fact_id, channel, contract_gid, state, body, next_try_at)
    select shop_id, id, 'klaviyo', contract_gid, 'accepted', '{}', :now from journal_facts"""
ACCOUNTS = """
    insert into klaviyo_accounts (shop_id, sealed_key, key_hint, account_id, account_name, state, connected_at,
        facts_read_to)
    select id, 's', 'h', 'a' || id, 'Shop', 'connected', :now, (select max(id) from journal_facts) from shops"""
NOTICES = """
    insert into notices (shop_id, contract_id, cycle_index, kind, lead_days, plan_at, planned_at, planned_for, state,
        recorded_at)
    select shop_id, contract_id, cycle_index, 'upcoming', lead, due_at - lead * interval '1 day', :now, due_at,
        case when due_at - lead * interval '1 day' <= :now then 'recorded' else 'planned' end,
        case when due_at - lead * interval '1 day' <= :now then :now end
    from billing_cycles, (values (7), (3)) leads (lead) where notices_for is not null"""
TOLD = """
    insert into announced_orders (shop_id, contract_id, cycle_index, told_at, told_lead, told_due_at, told_amount)
    select shop_id, contract_id, cycle_index, :now, 7, due_at, 25 from billing_cycles where compared_at is not null"""
INBOX = """
    insert into inbox_messages (shop_id, webhook_id, topic, subject, payload, received_at, next_try_at, handled_at,
        outcome)
    select 1 + n % 50, 'w' || n, 'orders/create', 'order:' || n, '{}', :now, :now, :now, 'done'
    from generate_series(1, :contracts / 5) n"""


def main(contracts: int) -> None:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = _fresh_database(ensure_postgres(STATE, fast=True))
        environ = environ_for("http://127.0.0.1:9", "http://127.0.0.1:8000", database, "redis://127.0.0.1:9")
        ctx = wiring.build(read(environ), clock=FixedClock(NOW), inline=True)
        _fill(ctx, contracts)
        _measure(ctx, contracts)
        ctx.db.close()
    finally:
        stop_postgres(STATE)


def _fill(ctx: Context, contracts: int) -> None:
    values = {"now": NOW, "contracts": contracts}
    with ctx.db.engine.begin() as connection:
        # the rows are made to fit: looking up each foreign key would take most of the time
        connection.execute(text("set local session_replication_role = replica"))
        for statement in (SHOPS, CONTRACTS, CYCLES, NOTICES, TOLD, ATTEMPTS, FACTS, DELIVERIES, ACCOUNTS, INBOX):
            connection.execute(text(statement), values)
        # every duty ran a moment ago: its own turn is not an idle one
        for duty in schedule.DUTIES:
            connection.execute(
                text("insert into duties (name, next_due_at) values (:n, :never)"),
                {"n": duty.name, "never": datetime(2099, 1, 1, tzinfo=UTC)},
            )
    with ctx.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _measure(ctx: Context, contracts: int) -> None:
    print(f"{contracts} contracts, nothing due")
    moment = machine_now()
    for drain in schedule.DRAINS:
        with ctx.db.session() as session:
            spent = _median(lambda drain=drain, session=session: drain.waiting(session, NOW, moment))
        print(f"  waiting {drain.name:12} {spent:9.2f} ms")
    for drain in schedule.DRAINS:
        print(f"  drain   {drain.name:12} {_median(lambda drain=drain: drain.run(ctx), 3):9.2f} ms")
    turn = _median(lambda: ticker.beat(ctx))
    print(f"  a turn of the ticker {turn:9.2f} ms   {'within' if turn < GOAL else 'ABOVE'} the goal of {GOAL:.0f} ms")
    _explain(ctx)


def _explain(ctx: Context) -> None:
    """Print the plan of every statement of a turn that reads a table from end to end."""
    said: list[tuple[str, object]] = []

    def note(connection: Connection, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(ctx.db.engine, "before_cursor_execute", note)
    ticker.waiting(ctx)
    event.remove(ctx.db.engine, "before_cursor_execute", note)
    with ctx.db.engine.connect() as connection:
        for statement, parameters in said:
            rows = connection.exec_driver_sql(f"explain (analyze, buffers off) {statement}", parameters)
            plan = [row[0] for row in rows]
            if any(f"Seq Scan on {name}" in line and "never executed" not in line for line in plan for name in LARGE):
                print("\n".join(["", " ".join(statement.split())[:400], *plan]))


def _median(action: Callable[[], object], turns: int = TURNS) -> float:
    spent = []
    for _ in range(turns):
        begun = time.perf_counter()
        action()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def _fresh_database(server: str) -> str:
    url = make_url(server)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as admin:
        admin.execute(f"drop database if exists {DATABASE} with (force)")
        admin.execute(f"create database {DATABASE}")
    database = url.set(database=DATABASE).render_as_string(False)
    upgrade(database)
    return database


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
