"""How long the shopper's API takes to answer, at many contracts: `python -m bench.portal_reads [contracts] [rounds]`.

Contracts (two items, six cycles, three orders, eight facts each) are made by SQL in a database of its own and served
as `perennial web` does. The *floor* stands beside it under the same server: one select by primary key, answered as
JSON. One connection asks in turn, each time for another shopper, so that nothing is answered from a warm corner.
Printed: median and 95th percentile of each read as its client waits for it, and what that is to the floor.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import jwt
import psycopg

from bench import bare
from bench.idle_tick import _fresh_database as fresh_database
from bench.webhook_ingest import _running as running
from shopify_app.demo.embedded import ensure_postgres, ensure_valkey, stop_postgres, stop_valkey
from tests.support.app import KEY, SECRET, environ_for

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-portal"
DOMAIN = "rosebud-coffee.myshopify.com"
GOAL = 50.0
READS = {
    "contracts": "",
    "one contract": "/{n}",
    "options": "/{n}/options",
    "cycles": "/{n}/cycles",
    "deliveries": "/{n}/deliveries",
    "orders": "/{n}/orders",
    "timeline": "/{n}/timeline",
}
MONTHLY = """'{"interval": "MONTH", "intervalCount": 1}'"""
ROWS = (
    f"insert into shops (domain, host, installed_at) values ('{DOMAIN}', 'h', now())",
    f"""insert into contracts (shop_id, shopify_gid, status, revision_id, currency, customer_gid, payment_method_gid,
        billing_policy, delivery_policy, delivery_price, shopify_created_at, shopify_updated_at, billable_since,
        next_charge_at, next_charge_total, read_at)
    select 1, 'gid://shopify/SubscriptionContract/' || n, 'ACTIVE', 1, 'USD', 'gid://shopify/Customer/' || n,
        'gid://shopify/CustomerPaymentMethod/' || n, {MONTHLY}, {MONTHLY}, 5, now() - interval '1 year', now(),
        now() - interval '1 year', now() + mod(n, 30) * interval '1 day' + interval '1 hour', 33, now()
    from generate_series(1, %(contracts)s) n""",
    """insert into contract_lines (shop_id, contract_id, shopify_gid, position, title, variant_title, quantity,
        current_price, discounted_price, requires_shipping)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'House Blend', '250 g', 1, 14, 14, true
    from contracts, generate_series(1, 2) i""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, read_at)
    select 1, id, i, planned - interval '1 month', planned, planned, 'UNBILLED', false, false, planned, now()
    from contracts, generate_series(1, 6) i,
        lateral (select next_charge_at + (i - 1) * interval '1 month' planned)""",
    """insert into billing_attempts (shop_id, contract_id, cycle_index, attempt_number, idempotency_key, state,
        origin_at, written_at, completed_at)
    select 1, id, -i, 1, 'old-' || id || '-' || i, 'settled', now(), now(), now()
    from contracts, generate_series(1, 3) i""",
    """insert into orders (shop_id, shopify_gid, name, total, currency, financial_status, shopify_created_at,
        shopify_updated_at)
    select 1, 'gid://shopify/Order/' || c || '-' || i, '#' || c, 33, 'USD', 'PAID', now() - i * interval '1 month',
        now()
    from generate_series(1, %(contracts)s) c, generate_series(1, 3) i""",
    """insert into order_contracts (shop_id, order_id, contract_gid)
    select 1, id, 'gid://shopify/SubscriptionContract/' || substr(name, 2) from orders""",
    """insert into payment_methods (shop_id, shopify_gid, customer_gid, kind, brand, last_digits, expires_on)
    select 1, payment_method_gid, customer_gid, 'card', 'visa', '4242', '2030-01-01' from contracts""",
    """insert into journal_facts (shop_id, key, kind, contract_gid, customer_gid, cycle_index, occurred_at, data)
    select 1, 'order:' || id || '-' || i, 'order.processed', shopify_gid, customer_gid, -i,
        now() - i * interval '1 month', '{"amount": "33", "currency": "USD"}'
    from contracts, generate_series(1, 8) i""",
)


def main(contracts: int, rounds: int) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = fresh_database(ensure_postgres(STATE))
        _fill(database, contracts)
        plain = {"PLAIN_URL": _plain(database), "THREADS": "8", "FLOOR": "1"}
        app = environ_for("http://127.0.0.1:1", "http://127.0.0.1:1", database, ensure_valkey(STATE))
        app = {name: value for name, value in app.items() if name != "CLOCK_URL"}
        with ExitStack() as stack:
            _, floor = stack.enter_context(running("floor", [sys.executable, "-m", "bench.portal_reads"], plain))
            web = [sys.executable, "-m", "shopify_app.cli", "web"]
            _, port = stack.enter_context(running("Perennial", web, app))
            return _measure(floor, port, contracts, rounds)
    finally:
        stop_postgres(STATE)
        stop_valkey(STATE)


def load() -> Callable[..., Iterable[bytes]]:
    """Return the floor, for Granian: the row whose primary key the address ends in."""
    own, url = threading.local(), os.environ["PLAIN_URL"]

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(url, autocommit=True)
        key = environ["PATH_INFO"].rsplit("/", 1)[1]
        row = own.connection.execute(
            "select to_json(c)::text from contracts c where id = %s", [int(key) if key.isdigit() else 0]
        ).fetchone()
        body = (row[0] if row else "null").encode()
        start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "application/json")])
        return [body]

    return app


def _measure(floor: int, port: int, contracts: int, rounds: int) -> int:
    chosen = random.Random(7)
    spent: dict[str, list[float]] = {}
    with httpx.Client(timeout=30, trust_env=False) as client:
        for number in range(rounds + 20):
            asked = {"floor": (f"http://127.0.0.1:{floor}/{chosen.randint(1, contracts)}", {})}
            for name, path in READS.items():
                who = chosen.randint(1, contracts)
                url = f"http://127.0.0.1:{port}/portal/v1/contracts{path.format(n=who)}"
                asked[name] = (url, {"Authorization": f"Bearer {_token(who)}"})
            for name, (url, headers) in asked.items():
                began = time.perf_counter()
                answer = client.get(url, headers=headers)
                took = (time.perf_counter() - began) * 1000
                if answer.status_code != 200:
                    raise SystemExit(f"{name}: {answer.status_code} {answer.text[:200]}")
                if number >= 20:  # the first ones open connections and compile statements
                    spent.setdefault(name, []).append(took)
    return _print(spent, contracts, rounds)


def _print(spent: dict[str, list[float]], contracts: int, rounds: int) -> int:
    print(f"{contracts} contracts, {rounds} of each, load average {os.getloadavg()[0]:.1f} at the end")
    floor = _high(spent["floor"])
    for name, found in spent.items():
        high = _high(found)
        verdict = "" if name == "floor" else f"{high / floor:6.1f} times the floor's"
        print(f"  {name:14} median {statistics.median(found):7.2f} ms   p95 {high:7.2f} ms   {verdict}")
    worst = max(_high(found) for name, found in spent.items() if name != "floor")
    verdict = "within" if worst < GOAL else "ABOVE"
    print(f"  the slowest read's p95 is {worst:.1f} ms: {verdict} the goal of {GOAL:.0f} ms")
    return 0 if worst < GOAL else 1


def _high(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


def _token(who: int) -> str:
    now = int(time.time())
    said = {"dest": f"https://{DOMAIN}", "aud": KEY, "sub": f"gid://shopify/Customer/{who}", "exp": now + 60}
    return jwt.encode(said | {"nbf": now - 5, "iat": now - 5}, SECRET, algorithm="HS256")


def _fill(database: str, contracts: int) -> None:
    with psycopg.connect(_plain(database), autocommit=True) as connection:
        # the rows are made to fit: looking up each foreign key would take most of the time
        connection.execute("set session_replication_role = replica")
        for statement in ROWS:
            has_count = "%(contracts)s" in statement
            connection.execute(statement, {"contracts": contracts} if has_count else None)
        connection.execute("vacuum analyze")


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


if __name__ == "__main__":
    if os.environ.get("FLOOR"):
        bare.serve("bench.portal_reads:load")
    else:
        given = [int(each) for each in sys.argv[1:]]
        sys.exit(main(*given, *(100_000, 200)[len(given) :]))
