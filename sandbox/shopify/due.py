"""Which cycles should have been billed by an instant: the expectation the ledger is held against."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.shopify import cycles
from sandbox.world import World
from sandbox.world.store import Row


def due(world: World, now: datetime) -> list[dict[str, Any]]:
    """Cycles of active contracts of installed shops, expected by ``now`` and since the app is responsible.

    The app answers for what falls due after it was installed; cycles before that belong to whoever came before
    (seeds mark them billed).
    """
    found = []
    for shop in [row["id"] for row in world.shops]:
        if not world.is_installed(shop):
            continue
        for contract in world.of("contracts", shop):
            if contract["status"] == "ACTIVE":
                found += _of_contract(world, shop, contract, now)
    return found


def next_expected(world: World, after: datetime) -> datetime | None:
    """The earliest expected date after an instant, over all active contracts of all shops."""
    soonest: datetime | None = None
    for shop in [row["id"] for row in world.shops]:
        for contract in world.of("contracts", shop):
            upcoming = _next(world, shop, contract, after) if contract["status"] == "ACTIVE" else None
            if upcoming and (soonest is None or upcoming < soonest):
                soonest = upcoming
    return soonest


def _of_contract(world: World, shop: str, contract: Row, now: datetime) -> list[dict[str, Any]]:
    found = []
    paid = _paid(world, shop, contract["id"])
    for row in cycles.walk(world, shop, contract):
        if datetime.fromisoformat(row["start_at"]) > now:
            break
        if datetime.fromisoformat(row["expected_at"]) <= now and not row["skipped"]:
            if row["billed"] and row["index"] not in paid:
                continue  # billed before our time: a seed's past
            found.append(
                {
                    "shop": shop,
                    "contract_id": contract["id"],
                    "cycle_index": row["index"],
                    "expected_at": row["expected_at"],
                    "billed": row["index"] in paid,
                }
            )
    return found


def _paid(world: World, shop: str, contract_id: int) -> set[int]:
    index = world.caches.setdefault(("paid", shop), {})
    rows = world.of("ledger", shop)
    if index.get("size") != len(rows):
        index.clear()
        index["size"] = len(rows)
        for row in rows:
            index.setdefault(row["contract_id"], set()).add(row["cycle_index"])
    return index.get(contract_id, set())  # type: ignore[no-any-return]


def _next(world: World, shop: str, contract: Row, after: datetime) -> datetime | None:
    for row in cycles.walk(world, shop, contract):
        expected = datetime.fromisoformat(row["expected_at"])
        if expected > after and not row["skipped"]:
            return expected
    return None
