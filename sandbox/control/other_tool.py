"""Another tool with the app's rights charges beside it: by hand, or in bulk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.control import given
from sandbox.shopify import attempts, bulk_cycles, cycles
from sandbox.world import World
from sandbox.world.store import Row

LISTS = ("contractStatus", "billingCycleStatus")
ATTEMPT_STATES = ("ANY", "HAS_ATTEMPT", "NO_ATTEMPT")


def add(pages: Blueprint, world: World) -> None:
    """Register ``/_control/shops/<domain>/bulk_charge``."""

    @pages.post("/shops/<shop>/bulk_charge")
    def bulk_charge(shop: str) -> Response:
        """{"start", "end"}: charge every cycle expected between; "filters" as the schema names them."""
        asked = given.body()
        start, end = given.instant(asked.get("start")), given.instant(asked.get("end"))
        filters = _filters(asked.get("filters", {}))
        with world.locked():
            world.shops[shop]
            job = bulk_cycles.begin(world, shop, "Charge", start.isoformat(), end.isoformat(), filters)
            return jsonify(job)


def attempt(world: World, shop: str, contract: Row, asked: dict[str, Any]) -> Row:
    """Charge one cycle by hand; without ``cycle_index`` the current one, as a call without a selector does."""
    chosen = "cycle_index" in asked
    current = None if chosen else cycles.at(world, shop, contract, world.now())
    index = current["index"] if current else given.number(asked.get("cycle_index"), "cycle_index")
    on_cycle = chosen or not world.faults.harder("attempt_without_selector_names_no_cycle")
    key = str(asked.get("key", f"foreign-{index}"))
    return attempts.begin(world, shop, contract, index, key, foreign=True, on_cycle=on_cycle)


def _filters(asked: Any) -> dict[str, Any]:
    if not isinstance(asked, dict) or set(asked) - {*LISTS, "billingAttemptStatus"}:
        raise given.BadInput(f"filters is an object of {[*LISTS, 'billingAttemptStatus']}")
    for name in LISTS:
        if name in asked and not isinstance(asked[name], list):
            raise given.BadInput(f"{name} is a list")
    if asked.get("billingAttemptStatus", "ANY") not in ATTEMPT_STATES:
        raise given.BadInput(f"billingAttemptStatus is one of {', '.join(ATTEMPT_STATES)}")
    return asked
