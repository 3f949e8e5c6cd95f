"""How long *Payments* and *At risk* read at many contracts: `python -m bench.payments_reads [contracts] [rounds]`.

Contracts with a card each are made by SQL in a database of its own: of a hundred, three cards run out before the next
charge, two charges have failed and wait, and twenty had a failed charge within the last year that is over. Each read
is what the page asks, called as its view calls it, in a session of its own. Printed: median and 95th percentile.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bench.idle_tick import _fresh_database as fresh_database
from bench.portal_reads import ROWS
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.shops.models import Shop
from shopify_app.web.admin.listing import Cursor
from shopify_app.web.admin.payments import cases, figures, risks

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-payments"
GOAL = 100.0
SHOP, CONTRACTS, _, CYCLES, _, _, _, METHODS, _ = ROWS
CASES = (
    "update payment_methods set expires_on = current_date + 1 where mod(id, 100) < 3",
    """insert into billing_attempts (shop_id, contract_id, cycle_index, attempt_number, idempotency_key, state,
        error_class, error_code, origin_at, written_at, completed_at, followed_as)
    select 1, id, 0, 1, 'failed-' || id, 'failed', 'soft', 'CARD_DECLINED', now(), now(), now(), 'failed'
    from contracts where mod(id, 100) between 10 and 31""",
    """insert into dunning_cases (shop_id, contract_id, cycle_index, state, decline, code, attempt_id, failures, used,
        seen, next_step, next_step_at, amount, currency, opened_at, closed_at, why_closed)
    select 1, contract_id, 0,
        case when is_open then 'open' when mod(id, 3) = 0 then 'exhausted' else 'recovered' end,
        (array['soft', 'payment_method', 'transient', 'merchant'])[1 + mod(id, 4)], 'CARD_DECLINED', id, 1, '{}',
        '{}',
        case when is_open then 'retry' end, case when is_open then now() + interval '1 day' end, 33, 'USD', began,
        case when is_open then null else began + interval '3 days' end,
        case when is_open then null when mod(id, 3) = 0 then 'pause' else 'paid' end
    from billing_attempts, lateral (select mod(contract_id, 100) < 12 is_open) o,
        lateral (select now() - case when is_open then interval '2 days' else mod(id, 360) * interval '1 day' end
            - interval '3 days' began) b""",
    """update contracts set at_risk_since = c.opened_at from dunning_cases c
    where c.contract_id = contracts.id and c.state = 'open'""",
)
Read = Callable[[Session, Shop, datetime], Any]
READS: dict[str, Read] = {
    "counts of open cases": lambda session, shop, now: cases.counts(session, shop.id),
    "first of each group": lambda session, shop, now: cases.few(session, shop.id),
    "a page of one group": lambda session, shop, now: cases.page(session, shop.id, cases.SHOPPER, None),
    "at risk, counted": risks.count,
    "at risk, first page": lambda session, shop, now: risks.page(session, shop, now, None),
    "at risk, far page": lambda session, shop, now: risks.page(session, shop, now, Cursor(risks.NEVER, 0)),
    "what became of them": lambda session, shop, now: figures.ended(session, shop, now, 90),
    "by week": lambda session, shop, now: figures.weeks(session, shop, now, 90),
}


def main(contracts: int, rounds: int) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = fresh_database(ensure_postgres(STATE))
        _fill(database, contracts)
        return _measure(database, contracts, rounds)
    finally:
        stop_postgres(STATE)


def _measure(database: str, contracts: int, rounds: int) -> int:
    engine, now = create_engine(database), datetime.now(UTC)
    spent: dict[str, list[float]] = {name: [] for name in READS}
    for number in range(rounds + 3):
        for name, read in READS.items():
            with Session(engine) as session:
                shop = session.scalars(select(Shop)).one()
                began = time.perf_counter()
                read(session, shop, now)
                if number >= 3:  # the first ones compile statements
                    spent[name].append((time.perf_counter() - began) * 1000)
    engine.dispose()
    print(f"{contracts} contracts, {rounds} of each, load average {os.getloadavg()[0]:.1f} at the end")
    for name, found in spent.items():
        print(f"  {name:22} median {statistics.median(found):7.2f} ms   p95 {_high(found):7.2f} ms")
    worst = max(map(_high, spent.values()))
    verdict = "within" if worst < GOAL else "ABOVE"
    print(f"  the slowest read's p95 is {worst:.1f} ms: {verdict} the goal of {GOAL:.0f} ms")
    return 0 if worst < GOAL else 1


def _high(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


def _fill(database: str, contracts: int) -> None:
    with psycopg.connect(database.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # the rows are made to fit
        for statement in (SHOP, CONTRACTS, CYCLES, METHODS, *CASES):
            connection.execute(statement, {"contracts": contracts} if "%(contracts)s" in statement else None)
        connection.execute("vacuum analyze")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*given, *(100_000, 50)[len(given) :]))
