"""How long the first import of a shop takes: `.venv/bin/python bench/import_5000.py [contracts]`.

Two numbers in one run. *Floor*: the same pages read from the same sandbox and thrown away. *Import*: read and
written. The ratio is what the app adds to Shopify's answers. The bucket is made large, so that the machine is
measured and not the throttle; how long a Standard shop (100 points a second) takes is reckoned from the points.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from sandbox.seeds import tiny
from shopify_app.contracts import importer
from shopify_app.contracts.models import BillingCycle, Contract, ContractImport
from shopify_app.demo.embedded import ensure_postgres, ensure_valkey, stop_postgres, stop_valkey
from shopify_app.gateways.shopify import contracts as gateway
from shopify_app.kit.migrate import upgrade
from shopify_app.shops.tokens import with_client
from tests.support.app import Story, telling

STATE = Path(__file__).resolve().parents[1] / ".perennial" / "bench"
STANDARD = 100
"""Points a second of a Standard shop (Shopify docs, API limits)."""


def main(contracts: int) -> None:
    STATE.mkdir(parents=True, exist_ok=True)
    server = ensure_postgres(STATE, fast=True)
    database = _fresh_database(server)
    with telling(database, ensure_valkey(STATE, fast=True)) as story:
        with story.world.locked():
            story.world.faults.set({"throttle": {"bucket": 1_000_000, "restore_rate": 100_000}})
            tiny.grow(story.world, contracts=contracts, created_at=story.world.now() - timedelta(days=5))
        assert story.open().status_code == 200
        floor, points = _floor(story)
        begun = time.monotonic()
        while _progress(story).finished_at is None:
            importer.drain(story.ctx)
        took = time.monotonic() - begun
        _print(story, contracts, floor, took, points)


def _floor(story: Story) -> tuple[float, int]:
    """Read every page of contracts and throw it away; seconds and points."""
    begun, points, cursor = time.monotonic(), 0, None
    while True:
        page = with_client(story.ctx, story.shop.id, lambda client, at=cursor: gateway.fetch_page(client, after=at))
        points, cursor = points + page.cost.actual, page.cursor
        if cursor is None:
            return time.monotonic() - begun, points


def _progress(story: Story) -> ContractImport:
    with story.ctx.db.session() as session:
        return session.scalars(select(ContractImport)).one()


def _print(story: Story, contracts: int, floor: float, took: float, points: int) -> None:
    with story.ctx.db.session() as session:
        rows = [session.scalar(select(func.count()).select_from(kind)) for kind in (Contract, BillingCycle)]
    cycles = _progress(story).cycles_done
    assert rows[0] == contracts, rows
    print(f"{contracts} contracts, {rows[1]} cycles")
    print(f"floor (contracts read, not written)  {floor:7.1f} s")
    print(f"import (all read and written)        {took:7.1f} s   {contracts / took:.0f} contracts/s")
    print(f"ratio                                {took / floor:7.2f}")
    print(f"points: {points} for contracts, {cycles} for cycles; a Standard shop restores them in "
          f"{(points + cycles) / STANDARD / 60:.0f} min")  # fmt: skip


def _fresh_database(server: str) -> str:
    import psycopg
    from sqlalchemy import make_url

    url = make_url(server).set(database="perennial_bench")
    plain = make_url(server).set(database="postgres").render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute("drop database if exists perennial_bench with (force)")
        admin.execute("create database perennial_bench")
    upgrade(url.render_as_string(hide_password=False))
    return url.render_as_string(hide_password=False)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
    finally:
        stop_postgres(STATE)
        stop_valkey(STATE)
