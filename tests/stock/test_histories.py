"""Random weeks of a shelf that empties and fills, judged by what the sandbox's shop and payments saw.

`STOCK_SEEDS="1 2 3"` plays others, `STOCK_DAYS` longer ones, as `bin/chaos --lives` does. The judge knows neither
demand nor decisions: it reads the shelf, attempts, payments and what was told, and asks what a merchant would.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.seeds import tiny
from sandbox.shopify import stock
from sandbox.testing import SandboxServer
from shopify_app.edits import skip
from shopify_app.stock import choose
from tests.billing.till import DOMAIN
from tests.stock.shelf import Shelf, stocked

SEEDS = [int(each) for each in os.environ.get("STOCK_SEEDS", "1").split()]
DAYS = int(os.environ.get("STOCK_DAYS", "18"))
START = datetime(2026, 12, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_shelf_does(seed: int, sandbox_server: SandboxServer, postgres_url: str) -> None:
    chance = random.Random(seed)
    with stocked(sandbox_server, postgres_url, 9, []) as shelf:
        for _ in range(6):
            bought = datetime(2026, 11, chance.randint(3, 18), 14, tzinfo=UTC)
            with shelf.world.locked():
                tiny.add_contract(shelf.world, DOMAIN, created_at=bought, quantity=chance.randint(1, 3))
        shelf.put(chance.randint(0, 9))
        for _ in range(DAYS):
            shelf.until(shelf.till.now + timedelta(days=1))
            happens(shelf, chance)
            judge(shelf)
        shelf.put(60)
        shelf.until(START + timedelta(days=DAYS + 16), step=timedelta(days=2))
        judge(shelf)
        nobody_is_forgotten(shelf)


def happens(shelf: Shelf, chance: random.Random) -> None:
    """One of the things that happen in a shop between two days."""
    event = chance.random()
    if event < 0.35:
        shelf.put(chance.randint(0, 7))
    elif event < 0.6:
        for one in shelf.decisions():
            if one.options and one.ended_at is None and one.choice is None:
                choose.choose(shelf.ctx, shelf.till.shop_id, one.id, chance.choice(one.options), "shopper:7")
                break
    elif event < 0.7:
        due = [
            cycle for cycle in shelf.till.cycles() if cycle.due_at and not cycle.skipped and not cycle.attempted_at
        ]
        if due:
            cycle = chance.choice(due)
            gid = next(row.shopify_gid for row in shelf.contracts() if row.id == cycle.contract_id)
            skip.skip(shelf.ctx, shelf.till.shop_id, gid, cycle.cycle_index, "merchant:1")


def judge(shelf: Shelf) -> None:
    """What must hold every day."""
    attempts = shelf.world.of("attempts", DOMAIN).all()
    assert [one["code"] for one in attempts if one.get("code") == "INSUFFICIENT_INVENTORY"] == []
    item = shelf.variants[0]["inventory_item_id"]
    assert stock.available(shelf.world, DOMAIN, item) >= 0, "more was charged than there was"
    cycles = [(payment["contract_id"], payment["cycle_index"]) for payment in shelf.till.ledger()]
    assert len(cycles) == len(set(cycles)), "somebody paid twice"
    told = defaultdict(list)
    for fact in shelf.told():
        if fact.kind in ("stock.low", "stock.out", "stock.back"):
            told[fact.contract_gid, fact.cycle_index].append(fact.kind == "stock.back")
    for order, story in told.items():
        # bad news, good news, bad news: never twice the same
        assert all(good is bool(place % 2) for place, good in enumerate(story)), (order, story)


def nobody_is_forgotten(shelf: Shelf) -> None:
    """With enough for all and time gone by, every order that was due is paid or was skipped by somebody's wish."""
    now = shelf.till.now
    for cycle in shelf.till.cycles():
        if cycle.expected_at < now - timedelta(days=1) and cycle.cycle_index > 0:
            assert cycle.status == "BILLED" or cycle.skipped, (
                cycle.contract_id,
                cycle.cycle_index,
                cycle.held_reason,
            )
        assert cycle.held_reason is None, "an order waits though there is enough"
    assert all(one.ended_at for one in shelf.decisions())
