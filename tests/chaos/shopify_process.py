"""The sandbox as a process of its own, on a shop of as many contracts as asked for. Nobody kills it: it is Shopify.

`python -m tests.chaos.shopify_process PORT APP_URL CONTRACTS INTERVAL SPREAD SEED`
"""

from __future__ import annotations

import signal
import sys
import threading
from random import Random

from sandbox.seeds import tiny
from sandbox.server import Server
from sandbox.shopify import stock
from sandbox.wire import schema
from sandbox.world import World
from sandbox.world.app_config import AppConfig
from tests.chaos.plan import HOURS, first_due, later
from tests.support.app import KEY, ROOT, SECRET

BUCKET = {"restore_rate": 5_000, "bucket": 100_000}
"""Throttling has tests of its own; here it would only make a run longer."""
SETTLE_MS = 50
PLENTY = 100
"""Units on the shelf for each contract."""


def main(port: int, app_url: str, contracts: int, interval: str, spread: int, seed: int) -> int:
    schema.load(schema.versions()[-1])
    config = AppConfig.read(ROOT / "shopify.app.toml", api_key=KEY, api_secret=SECRET, url=app_url)
    world = World(None, config)
    with world.locked():
        world.faults.seed = seed
        world.faults.reset()
        world.faults.set({"throttle": BUCKET, "settle": {"delay_ms": SETTLE_MS}})
        _grow(world, contracts, interval, spread, Random(seed))
    server = Server(world, port=port)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    server.start()
    stop.wait()
    server.stop()
    return 0


def _grow(world: World, contracts: int, interval: str, spread: int, dice: Random) -> None:
    made = tiny.grow(world, contracts=0)
    # each order takes one: a charge refused for want of stock would be right, and not what is asked here
    stock.set_available(world, made.shop, made.variant["inventory_item_id"], contracts * PLENTY)
    for _ in range(contracts):
        due = first_due(dice.randrange(spread), dice.choice(HOURS))
        bought = later(due, interval, -1)
        tiny.add_contract(world, made.shop, made.variant["id"], interval=interval, created_at=bought)


if __name__ == "__main__":
    port, app_url, contracts, interval, spread, seed = sys.argv[1:]
    sys.exit(main(int(port), app_url, int(contracts), interval, int(spread), int(seed)))
