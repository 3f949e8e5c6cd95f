"""Which cycles should have been billed by an instant: the expectation the ledger is held against."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.shopify import cycles
from sandbox.world import World
from sandbox.world.store import Row

A_DAY = timedelta(days=1)


def due(world: World, now: datetime) -> list[dict[str, Any]]:
    """Cycles of active contracts of installed shops, expected by ``now`` and since the app is responsible.

    The app answers for what falls due while it is installed and the contract is active. Cycles before that belong to
    whoever came before, and what falls due during a pause is nobody's until someone decides to charge it.
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
    tried: dict[int, set[str]] | None = None
    since = world.install_of(shop)["installed_at"]
    for row in cycles.walk(world, shop, contract):
        if datetime.fromisoformat(row["start_at"]) > now:
            break
        if datetime.fromisoformat(row["expected_at"]) <= now and not row["skipped"]:
            settled_otherwise = row["billed"] or bool(row["replaced_by"])
            if row["index"] not in paid and (settled_otherwise or _excused(contract, row["expected_at"], since)):
                continue
            if tried is None:  # only a cycle that counts is worth looking through the attempts
                tried = _tried(world, shop, contract["id"])
            found.append(
                {
                    "shop": shop,
                    "contract_id": contract["id"],
                    "cycle_index": row["index"],
                    "expected_at": row["expected_at"],
                    "billed": row["index"] in paid,
                    "outcome": "paid" if row["index"] in paid else _outcome(tried.get(row["index"]), row, now),
                }
            )
    return found


def _outcome(tried: set[str] | None, row: Row, now: datetime) -> str:
    """What became of a cycle that nobody paid: "declined", "waiting" or "missed".

    An app may charge at an hour of its own choosing, so a cycle counts as missed a day after its expected date.
    """
    if tried:
        return "declined" if tried == {"failed"} else "waiting"
    return "missed" if now - datetime.fromisoformat(row["expected_at"]) > A_DAY else "waiting"


def _tried(world: World, shop: str, contract_id: int) -> dict[int, set[str]]:
    """The states of each cycle's attempts."""
    found: dict[int, set[str]] = {}
    for row in world.of("attempts", shop):
        if row["contract_id"] == contract_id:
            found.setdefault(row["cycle_index"], set()).add(row["state"])
    return found


def _excused(contract: Row, expected_at: str, since: str) -> bool:
    """Before the installation, or while the contract stood still."""
    expected = datetime.fromisoformat(expected_at)
    stops = [(datetime.fromisoformat(a), datetime.fromisoformat(b) if b else None) for a, b in contract["stops"]]
    return expected < datetime.fromisoformat(since) or any(
        a <= expected and (not b or expected < b) for a, b in stops
    )


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
