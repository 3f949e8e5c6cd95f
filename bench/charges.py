"""How many charges a second one core makes, and how near a shop's points let them come to what is possible.

`python -m bench.charges [contracts] [throttled]`. The local Shopify is a process of its own, and only this one's
processor time counts, PostgreSQL's and Shopify's do not. Three parts: the *floor* looks at a cycle, asks for its
charge and reads the outcome, keeping nothing; *Perennial* goes from claim to settled, each outcome told by a webhook
that is kept, read again and mirrored; *throttled* empties a Standard shop's bucket first. Shopify's ledger judges.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from sqlalchemy import func, select

from bench.idle_tick import _fresh_database as fresh_database
from shopify_app import wiring
from shopify_app.billing import due
from shopify_app.billing.models import SETTLED, BillingAttempt
from shopify_app.config import read
from shopify_app.context import Context
from shopify_app.contracts import mirror
from shopify_app.contracts.models import BillingCycle
from shopify_app.demo.embedded import ensure_postgres, stop_postgres
from shopify_app.gateways.shopify import attempts as shopify
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.tokens import Grant
from shopify_app.inbox import process
from shopify_app.inbox.intake import Intake
from shopify_app.inbox.receive import Arrival
from shopify_app.kit.clock import FixedClock, machine_now
from shopify_app.kit.gid import gid
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import admin_client, store, with_client
from tests.support.app import environ_for

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench-charges"
NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)
DOMAIN = "rosebud-coffee.myshopify.com"
STANDARD = {"bucket": 2_000, "restore_rate": 100}
PLENTY = {"bucket": 1_000_000, "restore_rate": 1_000_000}
LOOK = 15
"""Points that the one combined re-read before a charge may cost."""
BOUND = 1.1


@dataclass
class Spent:
    """Seconds: on the wall, and of this process's time on a processor."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


@dataclass
class Bench:
    """The app, installed on a shop of a Shopify in another process, with some of its contracts mirrored."""

    ctx: Context
    shop_id: int
    url: str
    pipe: Connection
    contracts: list[str]

    def control(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        answer = httpx.request(method, f"{self.url}/_control{path}", params=params, timeout=120, trust_env=False)
        return dict(answer.raise_for_status().json())

    def mirror(self, contracts: list[str]) -> None:
        for found in contracts:
            snapshot = with_client(self.ctx, self.shop_id, lambda c, found=found: mirror.fetch(c, found, NOW))
            with self.ctx.db.session() as session:
                mirror.apply(session, session.get_one(Shop, self.shop_id), snapshot, NOW)

    def empty_bucket(self) -> None:
        self.pipe.send("empty")
        self.pipe.recv()

    def counted(self, kind: Any, *where: Any) -> int:
        with self.ctx.db.session() as session:
            return int(session.scalar(select(func.count()).select_from(kind).where(*where)) or 0)

    def judge(self, expected: int, settled: int) -> None:
        """Stop unless Shopify captured each payment once and the books have every one of ours."""
        paid = Counter(each["contract_id"] for each in self.control("GET", "/ledger")["payments"])
        violations = self.control("GET", "/violations")["violations"]
        ours = self.counted(BillingAttempt, BillingAttempt.state == SETTLED)
        if len(paid) != expected or set(paid.values()) != {1} or violations or ours != settled:
            raise SystemExit(f"wrong: {len(paid)} of {expected} paid, {violations=}, {ours} of {settled} settled")
        print(f"{ours} attempts settled, and Shopify captured a payment for each contract once")


def main(contracts: int, throttled: int) -> int:
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        with _opened(2 * contracts, PLENTY) as bench:
            _unthrottled(bench, contracts)
        with _opened(throttled, STANDARD) as bench:
            within = _throttled(bench, throttled)
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end")
        return 0 if within else 1
    finally:
        stop_postgres(STATE)


def _unthrottled(bench: Bench, count: int) -> None:
    ours, bare = bench.contracts[:count], bench.contracts[count:]
    bench.mirror(ours)
    index = _due_index(bench, count)
    client, asked = admin_client(bench.ctx, bench.shop_id), []
    floor = _spent(lambda: asked.extend(_ask_bare(client, each, index) for each in bare))
    bench.control("POST", "/settle")
    floor += _spent(lambda: _read_bare(client, asked))
    charged = _spent(lambda: _charge_all(bench))
    bench.control("POST", "/settle")
    told = _deliveries(bench, {each.rsplit("/", 1)[1] for each in ours})
    learned = _spent(lambda: _hear(bench, told))
    bench.judge(2 * count, count)
    print(f"{count} charges due at once, one process, one at a time")
    _tell("floor: look, ask, read, nothing kept", floor, count)
    _tell("Perennial: from claim to settled", charged + learned, count)
    _tell("  looked at, decided, asked for", charged, count)
    _tell("  outcome told, read again, mirrored", learned, count)
    print(f"  processor time ÷ floor {(charged + learned).cpu / floor.cpu:.1f}")


def _tell(what: str, spent: Spent, count: int) -> None:
    print(
        f"{what:<40} {spent.cpu:6.2f} s of processor time, {spent.wall:6.2f} s in all: "
        f"{count / spent.cpu:4.0f} charges a second per core"
    )


def _throttled(bench: Bench, count: int) -> bool:
    bench.mirror(bench.contracts)
    _due_index(bench, count)
    bench.empty_bucket()
    begun = machine_now()
    took = _spent(lambda: _charge_all(bench))
    log = bench.control("GET", "/log", limit=5_000)["requests"]
    sent = [each for each in log if datetime.fromisoformat(each["at"]) >= begun and each["operation"]]
    mutations = [each for each in sent if each["operation"] == "AttemptCreate"]
    bench.control("POST", "/settle")
    _hear(bench, _deliveries(bench, {each.rsplit("/", 1)[1] for each in bench.contracts}))
    bench.judge(count, count)
    one, spent = max(each["cost"] for each in mutations), sum(each["cost"] for each in sent)
    floor, least = count * (one + LOOK) / STANDARD["restore_rate"], spent / STANDARD["restore_rate"]
    share = took.wall / floor
    print(
        f"{count} charges due at once, an empty bucket, {STANDARD['restore_rate']} points a second: {took.wall:.1f} s"
    )
    print(f"  {len(mutations)} mutations of {one} points and {len(sent) - len(mutations)} looks: {spent} points, "
          f"which take {least:.1f} s: {took.wall / least:.2f} of that")  # fmt: skip
    print(f"  share of the throttle bound {share:.2f}: {count} × ({one} + {LOOK}) points take {floor:.1f} s; "
          f"{'within' if share <= BOUND else 'ABOVE'} {BOUND}")  # fmt: skip
    return share <= BOUND


def _charge_all(bench: Bench) -> None:
    while _waiting(bench):
        due.drain(bench.ctx)


def _waiting(bench: Bench) -> int:
    with bench.ctx.db.session() as session:
        return due.waiting(session, NOW, machine_now())


def _due_index(bench: Bench, count: int) -> int:
    """The index of the cycle that is due, the same for all contracts; stops unless each has one."""
    with bench.ctx.db.session() as session:
        found = session.scalars(select(BillingCycle.cycle_index).where(BillingCycle.due_at <= NOW)).all()
    if len(found) != count or len(set(found)) != 1:
        raise SystemExit(f"{len(found)} cycles are due where {count} should be")
    return found[0]


def _ask_bare(client: AdminClient, contract: str, index: int) -> str:
    seen = shopify.check_cycle(client, contract, index)
    assert seen.end_at is not None
    return shopify.create(client, contract, index, f"bare-{contract}", seen.end_at - timedelta(seconds=1)).gid


def _read_bare(client: AdminClient, asked: list[str]) -> None:
    for each in asked:
        found = shopify.read(client, each)
        if found is None or found.state != shopify.SUCCESS:
            raise SystemExit(f"a bare charge ended as {found}")


def _deliveries(bench: Bench, numbers: set[str]) -> list[Arrival]:
    """The outcomes of these contracts' attempts, as Shopify would post them."""
    rows = bench.control("GET", "/deliveries", topic="subscription_billing_attempts/success", limit=100_000)
    bodies = [(row, httpx.Response(200, content=row["body"]).json()) for row in rows["deliveries"]]
    return [
        Arrival(row["webhook_id"], row["topic"], body, row["event_id"], row["api_version"],
                datetime.fromisoformat(row["triggered_at"]))
        for row, body in bodies
        if str(body["subscription_contract_id"]) in numbers
    ]  # fmt: skip


def _hear(bench: Bench, told: list[Arrival]) -> None:
    intake = Intake(bench.ctx.db)
    for each in told:
        intake.keep(DOMAIN, each, machine_now())
    while process.drain(bench.ctx):
        pass


def _spent(action: Callable[[], object]) -> Spent:
    cpu, begun = _cpu(), time.perf_counter()
    action()
    return Spent(time.perf_counter() - begun, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def _opened(contracts: int, throttle: dict[str, int]) -> Iterator[Bench]:
    here, there = multiprocessing.Pipe()
    peer = multiprocessing.get_context("spawn").Process(
        target=_shopify, args=(there, contracts, throttle), daemon=True
    )
    peer.start()
    there.close()
    try:
        url, token, numbers = here.recv()
        database = fresh_database(ensure_postgres(STATE, fast=True))
        environ = environ_for(url, "http://127.0.0.1:9", database, "redis://127.0.0.1:9") | {"CLOCK_URL": ""}
        ctx = wiring.build(read(environ), clock=FixedClock(NOW), inline=True)
        yield Bench(ctx, _install(ctx, token), url, here, [gid("SubscriptionContract", each) for each in numbers])
        ctx.http.close()
        ctx.db.close()
    finally:
        peer.terminate()
        peer.join(10)


def _install(ctx: Context, token: str) -> int:
    with ctx.db.session() as session:
        shop = Shop(
            domain=DOMAIN,
            name="Rosebud Coffee",
            iana_timezone="America/New_York",
            host=ctx.settings.host,
            installed_at=NOW - timedelta(days=1),
        )
        session.add(shop)
        session.flush()
        store(ctx, session, shop.id, Grant(token, 3600, None, None, ""), machine_now())
        return shop.id


def _shopify(pipe: Connection, contracts: int, throttle: dict[str, int]) -> None:
    """The other process: a shop whose contracts are all due, until it is ended."""
    from sandbox.seeds import tiny
    from sandbox.wire import tokens
    from tests.support.app import running_sandbox

    with running_sandbox("http://127.0.0.1:9") as server:
        world, bucket = server.world, server.app.extensions["throttle"]
        with world.locked():
            made = tiny.grow(world, shop=DOMAIN, contracts=contracts, at=NOW, created_at=NOW - timedelta(days=31))
            world.faults.set({"throttle": throttle})
            token = tokens.issue_offline(world, DOMAIN, expiring=True)["access_token"]
        pipe.send((server.url, token, [row["id"] for row in made.contracts]))
        while pipe.recv() == "empty":
            with world.locked():
                bucket.reset()
                bucket.admit(DOMAIN, throttle["bucket"])
            pipe.send("done")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*given, *(500, 240)[len(given) :]))
