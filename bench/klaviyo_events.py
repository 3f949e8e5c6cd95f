"""How many events a minute one worker hands to Klaviyo: `.venv/bin/python -m bench.klaviyo_events [events]`.

One shop, as many contracts as events, all to be announced at one moment; the local Klaviyo is a process of its own
that answers after eighty milliseconds, as the real one does. Printed: how long the notices need to be recorded, as a
share of their five minutes; the events to be rendered, and to be accepted in bulk; what single calls reach in half a
minute; each of these as a share of what an account may be sent.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select, text, update

from bench.idle_tick import _fresh_database as fresh_database
from sandbox.klaviyo import seed
from shopify_app import wiring
from shopify_app.channels.klaviyo import bucket, claim, connect, deliver, outbox
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.journal.models import ACCEPTED, PENDING, Delivery
from shopify_app.kit.clock import FixedClock, machine_now
from shopify_app.notices import drain as notices
from tests.support.app import environ_for, free_port

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-klaviyo"
NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
ANSWER_S = 0.08
"""What Klaviyo's answers took where others recorded them."""
SINGLE_S = 30.0
PROMISED_S = 300.0
"""A notice is to be recorded within five minutes of its plan."""
PER_MINUTE = {
    name: one.burst + 60 * one.per_second for name, one in (("single", bucket.SINGLE), ("bulk", bucket.BULK))
}
ROWS = (
    """insert into shops (domain, name, host, iana_timezone, installed_at)
    values ('s.myshopify.com', 'Shop', 'h', 'UTC', :now)""",
    """insert into shoppers (shop_id, shopify_gid, email, first_name, last_name, locale)
    select 1, 'gid://shopify/Customer/' || n, 'shopper-' || n || '@rosebud-mail.com', 'Maria', 'Lopez', 'en'
    from generate_series(1, :events) n""",
    """insert into contracts (shop_id, shopify_gid, status, revision_id, currency, customer_gid, billing_policy,
        delivery_policy, shopify_created_at, shopify_updated_at, billable_since, next_charge_at, next_charge_total,
        read_at)
    select 1, 'gid://shopify/SubscriptionContract/' || n, 'ACTIVE', 1, 'USD', 'gid://shopify/Customer/' || n,
        '{"interval": "MONTH", "intervalCount": 1}', '{"interval": "MONTH", "intervalCount": 1}',
        :now - interval '1 year', :now, :now - interval '1 year', :due, 46, :now
    from generate_series(1, :events) n""",
    """insert into contract_lines (shop_id, contract_id, shopify_gid, position, product_gid, title, variant_title,
        sku, quantity, current_price, discounted_price, requires_shipping)
    select 1, id, 'gid://shopify/SubscriptionLine/' || id || '-' || i, i, 'gid://shopify/Product/' || i,
        'House Blend ' || i, 'Whole bean', 'HB-' || i, 1, 18, 18, true
    from contracts, generate_series(1, 3) i""",
    """insert into billing_cycles (shop_id, contract_id, cycle_index, start_at, end_at, expected_at, status, skipped,
        edited, due_at, read_at, notices_for)
    select 1, id, 2, :due - interval '1 month', :due, :due, 'UNBILLED', false, false, :due, :now, :due
    from contracts""",
    """insert into notices (shop_id, contract_id, cycle_index, kind, lead_days, plan_at, planned_at, planned_for)
    select 1, id, 2, 'upcoming', 3, :now, :now - interval '7 days', :due from contracts""",
)  # fmt: skip


def main(events: int) -> int:
    port = free_port()
    peer = multiprocessing.get_context("spawn").Process(target=_klaviyo, args=(port,), daemon=True)
    peer.start()
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        database = fresh_database(ensure_postgres(STATE, fast=True))
        environ = environ_for(f"http://127.0.0.1:{port}", "http://127.0.0.1:8000", database, "redis://127.0.0.1:9")
        environ |= {"CLOCK_URL": ""}
        ctx = wiring.build(read(environ), clock=FixedClock(NOW), inline=True)
        _fill(ctx, events)
        _connect(ctx)
        complete = _bulk(ctx, events)
        _single(ctx)
        ctx.db.close()
        return 0 if complete else 1
    finally:
        peer.terminate()
        stop_postgres(STATE)


def _bulk(ctx: Context, events: int) -> bool:
    cpu, begun = _cpu(), time.perf_counter()
    while notices.drain(ctx):
        pass
    recorded = time.perf_counter() - begun
    rendered_from = time.perf_counter()
    while _render(ctx):
        pass
    rendered = time.perf_counter() - rendered_from
    sent_at = time.perf_counter()
    while _waiting(ctx):
        deliver.drain(ctx)
    took, total = time.perf_counter() - sent_at, time.perf_counter() - begun
    accepted = _count(ctx, ACCEPTED)
    rate, limit = accepted / total * 60, PER_MINUTE["bulk"] * claim.BULK_MOST
    print(f"{events:,} notices due at one moment, one worker, {_cpu() - cpu:.1f} s of processor time")
    print(f"  recorded in {recorded:6.1f} s   ({recorded / PROMISED_S:.2f} of the time they have)")
    print(f"  rendered in {rendered:6.1f} s more ({events / rendered:,.0f} a second)")
    print(f"  accepted in {took:6.1f} s more, in bulk")
    print(f"  together {rate:,.0f} a minute: {rate / limit:.2f} of what an account may be sent")
    if accepted != events:
        print(f"  only {accepted:,} were accepted")
    return accepted == events


def _single(ctx: Context) -> None:
    """The same events once more, one by one, for half a minute."""
    with ctx.db.session() as session:
        session.execute(update(Delivery).values(state=PENDING, accepted_at=None, next_try_at=machine_now()))
        session.execute(text("delete from klaviyo_buckets"))
    claim.BULK_FROM = sys.maxsize
    cpu, begun = _cpu(), time.perf_counter()
    deliver.SLICE = SINGLE_S
    deliver.drain(ctx)
    took, accepted = time.perf_counter() - begun, _count(ctx, ACCEPTED)
    rate = (accepted - bucket.SINGLE.burst) / took * 60
    limit = 60 * bucket.SINGLE.per_second
    print(
        f"one by one, {deliver.SENDERS} at once: {accepted:,} in {took:.0f} s, {_cpu() - cpu:.1f} s of processor time"
    )
    print(f"  {rate:,.0f} a minute after the first burst: {rate / limit:.2f} of what an account may be sent")


def _render(ctx: Context) -> int:
    with ctx.db.session() as session:
        return outbox.fill(session, deliver.around(ctx), machine_now())


def _fill(ctx: Context, events: int) -> None:
    values = {"now": NOW, "events": events, "due": NOW + timedelta(days=3)}
    with ctx.db.engine.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement), values)
    with ctx.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _connect(ctx: Context) -> None:
    for _ in range(100):
        try:
            connect.connect(ctx, 1, seed.ROSEBUD_KEY)
            return
        except Exception:  # the other process is still starting
            time.sleep(0.2)
    raise SystemExit("the local Klaviyo did not start")


def _waiting(ctx: Context) -> int:
    with ctx.db.session() as session:
        return deliver.waiting(session, NOW, machine_now())


def _count(ctx: Context, state: str) -> int:
    with ctx.db.session() as session:
        return int(session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == state)) or 0)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _klaviyo(port: int) -> None:
    from flask import Flask
    from werkzeug.serving import WSGIRequestHandler, make_server

    from sandbox.klaviyo.blueprint import make_blueprint
    from sandbox.klaviyo.state import Klaviyo
    from sandbox.world import World

    world = World()
    world.clock.set(NOW)
    app = Flask("klaviyo")
    app.register_blueprint(make_blueprint(world))
    Klaviyo(world).set(auto=False, faults=[{"operation": "*", "hang_s": ANSWER_S}])

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
