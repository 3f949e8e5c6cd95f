"""What Home's numbers and a subscription's history cost: `python -m bench.home_reads [contracts] [rounds]`.

The rows are those of `full_shop`, with a charge in a thousand parked, half of these for what is out of stock, and a
change to what ships in fifty, half of them acknowledged. Each read is what the page asks, called as its view does, in
a session of its own; the *floor* is one select by primary key. Printed: the median of each as the caller waits, and
how often PostgreSQL read a whole table of contracts, cycles, attempts or facts for it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from flask import Flask, g
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench import full_shop
from bench.idle_tick import _fresh_database as fresh_database
from shopify_app.contracts.models import Contract
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.fulfillment import listing
from shopify_app.insights import daybook
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop
from shopify_app.stock.ends import WAITED
from shopify_app.tasks import book
from shopify_app.web.admin import home_days, queries
from shopify_app.web.admin.fulfillment import asked
from shopify_app.web.admin.history import kinds, line
from shopify_app.web.admin.needs import waiting
from shopify_app.web.admin.payments import cases

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-home"
NOW = full_shop.NOW
LARGE = ("contracts", "billing_cycles", "billing_attempts", "journal_facts")
MORE = (
    f"""update billing_cycles set parked_reason = case when mod(contract_id, 2000) = 20 then '{WAITED}'
        else 'It is too late: a person decides.' end, held_reason = null, held_until = null, held_at = null
    where mod(contract_id, 1000) = 20 and cycle_index = 2""",
    """insert into fulfillment_changes (shop_id, contract_gid, customer_gid, actor, subject, ships_on, first_at,
        last_at, groups, parts, position, acknowledged_at)
    select 1, shopify_gid, customer_gid, 'shopper', 'cycle:2', next_charge_at::date, now(), now(), '["dates"]', '[]',
        id, case when mod(id, 100) = 0 then now() end
    from contracts where mod(id, 50) = 0 and next_charge_at is not null""",
    "analyze billing_cycles, fulfillment_changes",
)
Read = Callable[[Session, Shop], Any]
READS: dict[str, Read] = {
    "floor": lambda session, shop: session.scalars(select(Contract).where(Contract.id == 7)).one(),
    "expected today": lambda session, shop: home_days.count_today(session, shop, NOW),
    "charged today": lambda session, shop: queries.completed(
        session, shop.id, "settled", *home_days.local_days(shop, NOW)
    ),
    "held or needs you": lambda session, shop: queries.set_aside(session, shop.id),
    "unexplained": lambda session, shop: daybook.unexplained(session, NOW, shop.id),
    "the next seven days": lambda session, shop: home_days.week(session, shop, NOW),
    "waiting for the bank": lambda session, shop: queries.in_flight(session, shop.id),
    "due now": lambda session, shop: queries.due_now(session, shop, NOW),
    "charges that wait": lambda session, shop: waiting.count(session, waiting.parked(shop.id)),
    "first of them": lambda session, shop: waiting.few_parked(session, shop.id, 3),
    "orders out of stock": lambda session, shop: waiting.count(session, waiting.short(shop.id)),
    "failed charges": lambda session, shop: (cases.counts(session, shop.id), cases.few(session, shop.id)),
    "changes to what ships": lambda session, shop: listing.count(
        session, shop.id, asked.wanted({"ships": asked.SOON}, NOW.date())
    ),
    "tasks": lambda session, shop: book.waiting(session, shop.id),
    "history, first page": lambda session, shop: line.read(
        session, session.get_one(Contract, 50), kinds.ALL, None, 50
    ),
}


def main(contracts: int, rounds: int) -> None:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        url = fresh_database(ensure_postgres(STATE))
        with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
            shop = "'s.myshopify.com', 'h', now(), 'America/New_York', 'USD'"
            connection.execute(
                f"insert into shops (domain, host, installed_at, iana_timezone, currency) select {shop}"
            )
        full_shop.fill(url, contracts)
        with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
            for statement in MORE:
                connection.execute(full_shop._at(statement))
        _measure(Database(url), contracts, rounds)
    finally:
        stop_postgres(STATE)


def _measure(database: Database, contracts: int, rounds: int) -> None:
    print(f"{contracts} contracts, {rounds} of each, load {os.getloadavg()[0]:.1f}")
    with Flask("shopify_app").test_request_context():
        for name, read in READS.items():
            spent: list[float] = []
            before = _scans(database)
            for _ in range(rounds + 2):
                with database.session() as session:
                    g.shop = session.get_one(Shop, 1)
                    began = time.perf_counter()
                    read(session, g.shop)
                    spent.append((time.perf_counter() - began) * 1000)
            whole = _scans(database) - before
            print(f"  {name:24} median {statistics.median(spent[2:]):8.2f} ms  whole tables {whole}")


def _scans(database: Database) -> int:
    """How often a large table was read as a whole so far."""
    time.sleep(1.1)  # PostgreSQL tells its counters about once a second
    with database.session() as session:
        found = text("select coalesce(sum(seq_scan), 0) from pg_stat_user_tables where relname = any(:names)")
        return int(session.scalar(found, {"names": list(LARGE)}) or 0)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(100_000, 20)[len(given) :])
