"""What is to be done next with a paid order, as it was just read at Shopify. Pure.

Whatever happened before is seen in the order itself: our hold is known by its handle, a change that was made is true.
So whoever died, and wherever, the next one goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from shopify_app.gateways.shopify.order_edits import HOLDABLE, OrderToShip
from shopify_app.orders.alignment.wishes import Why, Wish


@dataclass(frozen=True)
class Hold:
    """Lay our hold on a fulfillment order."""

    shipment: str


@dataclass(frozen=True)
class Edit:
    """Ask for what is wished."""


@dataclass(frozen=True)
class Release:
    """Take our holds off a fulfillment order."""

    shipment: str
    holds: tuple[str, ...]


@dataclass(frozen=True)
class End:
    """Nothing is left to do: it is as wished (`why` is None), there is nothing to wish for, or a person has to."""

    why: Why | None = None
    is_task: bool = False


Step = Hold | Edit | Release | End


def ours(seen: OrderToShip | None, handle: str) -> tuple[Release, ...]:
    """Return our holds of this handle, as what would release them."""
    found = []
    for shipment in seen.shipments if seen else ():
        mine = tuple(hold.gid for hold in shipment.holds if hold.is_ours and hold.handle == handle)
        if mine:
            found.append(Release(shipment.gid, mine))
    return tuple(found)


def following(
    wish: Wish | None, seen: OrderToShip | None, handle: str, contract_gid: str, trouble: Why | None = None
) -> Step:
    """Return the next step. `wish` is None when its person was erased; `seen` when Shopify has no such order.

    `trouble`: what kept an earlier step from being done; then all that is left is to let go and call a person.
    """
    held = ours(seen, handle)
    end = _end(wish, seen, contract_gid, trouble)
    if end is not None:
        return held[0] if held else end
    assert wish is not None and seen is not None
    if wish.hold_reason is not None:
        held_at = {release.shipment for release in held}
        for shipment in seen.shipments:
            if shipment.status in HOLDABLE and shipment.gid not in held_at:
                return Hold(shipment.gid)
    return Edit()


def _end(wish: Wish | None, seen: OrderToShip | None, contract_gid: str, trouble: Why | None) -> End | None:
    if seen is None or seen.cancelled_at is not None or wish is None:
        return End(Why.GONE)
    if wish.is_true(seen):
        return End()
    why = wish.why_not(seen, contract_gid) or trouble
    return End(why, is_task=True) if why else None
