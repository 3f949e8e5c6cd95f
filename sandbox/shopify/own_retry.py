"""Shopify's own retry after a card update: it bills a new cycle and leaves the failed one as it was.

Reported in community.shopify.dev 34057 (API 2026-01): on a contract paused after failed charges the shopper updated
the card; two minutes later a charge succeeded that no app had asked for. It stood on a cycle that began that day, the
contract was ACTIVE again, and the next one was due a full interval later, while the failed cycle stayed UNBILLED +
HAS_ATTEMPT. Shopify's staff answered that preventing the second charge is the app's job. Off unless the knob
``card_update_bills_a_new_cycle`` is on.

Unverified: whether it always happens, and how the cycle numbers go on. Here the current cycle is cut short at the
card update, is billed, and counts as the next index; the rhythm starts again from there.
"""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sandbox.shopify import attempts, contracts, cycles
from sandbox.world import World
from sandbox.world.store import Row


def after_card_update(world: World, shop: str, token: str) -> None:
    """Retry every contract that this payment method failed. Does nothing unless the knob is on."""
    if not world.faults["card_update_bills_a_new_cycle"]:
        return
    for contract in world.of("contracts", shop):
        failed = _failed_cycle(world, shop, contract)
        if failed and contract["payment_method_id"] == token and contract["status"] not in contracts.TERMINATED:
            _retry(world, shop, contract, failed)


def _failed_cycle(world: World, shop: str, contract: Row) -> Row | None:
    """The contract's last cycle that was tried, if its charge failed."""
    tried = attempts.of_contract(world, shop, contract["id"])
    if not tried or any(row["state"] in ("pending", "action_required") for row in tried):
        return None
    found = cycles.cycle(world, shop, contract, max(row["cycle_index"] for row in tried))
    return found if found and not found["billed"] and not found["skipped"] else None


def _retry(world: World, shop: str, contract: Row, failed: Row) -> None:
    index = _open_cycle(world, shop, contract)
    if index <= failed["index"]:
        return  # the failed cycle is not over yet: it is the current one, and nobody reported what happens then
    if contract["status"] != "ACTIVE":
        contracts.change(world, shop, contract, status="ACTIVE")
    key = f"shopify-retry-{contract['id']}-{index}"
    retry = attempts.settle(world, shop, attempts.begin(world, shop, contract, index, key, foreign=True))
    if retry["state"] == "success":
        # the judge's note: what was owed for the failed cycle is paid with the new one
        cycles.override(world, shop, contract, failed["index"], replaced_by=index)


def _open_cycle(world: World, shop: str, contract: Row) -> int:
    """End the current cycle now and start the rhythm anew; returns its index."""
    now = world.now()
    every = cycles.walk(world, shop, contract)
    begun = list(takewhile(lambda c: datetime.fromisoformat(c["start_at"]) <= now, every))
    over, current = begun[:-1], begun[-1]
    if datetime.fromisoformat(current["end_at"]) < now:  # the last cycle of all is over: maxCycles is reached
        return 0
    contract["past"] = [[c["start_at"], c["end_at"], c["natural_at"]] for c in over]
    contract["past"].append([current["start_at"], now.isoformat(), now.isoformat()])
    contract["first_expected_at"] = None
    cycles.override(world, shop, contract, current["index"], moved_to=None, skipped=False)
    return int(current["index"])
