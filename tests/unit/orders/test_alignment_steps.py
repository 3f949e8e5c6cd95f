"""Which step a paid order needs next, from what was read of it alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shopify_app.gateways.shopify.order_edits import Hold as Held
from shopify_app.gateways.shopify.order_edits import OrderLine, OrderToShip, Shipment
from shopify_app.orders.alignment.steps import Edit, End, Hold, Release, following
from shopify_app.orders.alignment.wishes import NewAddress, NewDay, NewQuantities, Why, Wish, parse

MINE, OTHER = "gid://shopify/SubscriptionContract/1", "gid://shopify/SubscriptionContract/2"
OLD, NEW = ({"last_name": "Marsh", "address1": f"{number} Pine Rd", "city": "Troy"} for number in (1, 2))
BEANS, MUG = (f"gid://shopify/ProductVariant/{number}" for number in (1, 2))
AT = datetime(2027, 2, 1, 9, tzinfo=UTC)
OURS, STALE, STRANGE = Held("h1", "perennial-7", True), Held("h2", "perennial-6", True), Held("h3", "", False)


def line(variant: str = BEANS, contract: str | None = MINE, quantity: int = 1) -> OrderLine:
    return OrderLine("l", variant, contract, "House Blend", None, None, quantity, True)


def order(*shipments: Shipment, **values: Any) -> OrderToShip:
    known = OrderToShip("o", "#1", None, OLD, Decimal(5), Decimal(5), "USD", (line(),), shipments, True)
    return replace(known, **values)


def shipment(status: str = "OPEN", *holds: Held, gid: str = "f1", at: datetime | None = None) -> Shipment:
    return Shipment(gid, status, at, holds)


def step(wish: Wish | None, seen: OrderToShip | None, trouble: Why | None = None) -> object:
    return following(wish, seen, "perennial-7", MINE, trouble)


ADDRESS, ITEMS, DAY = NewAddress(NEW), NewQuantities({BEANS: 2}), NewDay("f2", AT.isoformat())
TASK = {"is_task": True}


def test_it_is_held_everywhere_then_changed_then_released_everywhere() -> None:
    one, two = shipment(), shipment("ON_HOLD", STRANGE, STALE, gid="f2")
    later, gone = shipment("SCHEDULED", gid="f3"), shipment("CLOSED", gid="f4")
    assert step(ADDRESS, order(one, two, later, gone)) == Hold("f1")
    one = shipment("ON_HOLD", OURS)
    assert step(ADDRESS, order(one, two, later, gone)) == Hold("f2")
    two = replace(two, holds=(STRANGE, STALE, OURS))
    assert step(ADDRESS, order(one, two, later, gone)) == Edit()
    assert step(ADDRESS, order(one, two, address=NEW)) == Release("f1", ("h1",))
    assert step(ADDRESS, order(shipment(), two, address=NEW)) == Release("f2", ("h1",))
    assert step(ADDRESS, order(shipment(), shipment("ON_HOLD", STRANGE, STALE), address=NEW)) == End()


def test_only_what_is_still_to_come_follows_without_a_hold() -> None:
    assert step(ADDRESS, order(shipment("CLOSED"), shipment("SCHEDULED", gid="f2"))) == Edit()


@pytest.mark.parametrize(
    ("wish", "seen", "why"),
    [
        (ADDRESS, order(shipment("CLOSED")), Why.SHIPPED),
        (ADDRESS, order(shipment("IN_PROGRESS")), Why.PACKING),
        (ADDRESS, order(), Why.NOT_ROUTED),
        (ADDRESS, order(shipment(), is_whole=False), Why.TOO_LARGE),
        (ADDRESS, order(shipment(), lines=(line(), line(MUG, OTHER))), Why.SHARED),
        (ADDRESS, order(shipment(), address=None), Why.HIDDEN),
        (ADDRESS, order(shipment(), address=dict.fromkeys(OLD)), Why.HIDDEN),
        (ITEMS, order(shipment("CLOSED"), shipment(gid="f2")), Why.STARTED),
        (ITEMS, order(shipment(), lines=(line(), line(BEANS, OTHER, 3))), Why.SHARED),
        (DAY, order(shipment("OPEN", gid="f2")), Why.STARTED),
        (DAY, order(shipment("CLOSED", gid="f2")), Why.SHIPPED),
        (DAY, order(shipment("IN_PROGRESS", gid="f2")), Why.PACKING),
        (DAY, order(shipment("CANCELLED", gid="f2")), Why.GONE),
        (DAY, order(shipment()), Why.GONE),
    ],
)
def test_what_is_forbidden_is_a_persons(wish: Wish, seen: OrderToShip, why: Why) -> None:
    assert step(wish, seen) == End(why, **TASK)
    # what stands in the way is told, rather than that a step was refused because of it
    assert step(wish, seen, Why.NO_HOLD) == End(why, **TASK)


def test_a_change_that_is_not_needed_or_not_possible_any_more_only_lets_go() -> None:
    held = shipment("ON_HOLD", OURS)
    for wish, seen in (
        (None, order(held)),
        (ADDRESS, order(held, cancelled_at=AT)),
        (ADDRESS, order(held, address=NEW)),
    ):
        assert step(wish, seen) == Release("f1", ("h1",))
    assert step(None, order(shipment())) == step(ADDRESS, None) == End(Why.GONE)
    assert step(ADDRESS, order(held), Why.REFUSED) == Release("f1", ("h1",))
    assert step(ADDRESS, order(shipment()), Why.REFUSED) == End(Why.REFUSED, **TASK)


def test_quantities_are_counted_over_all_lines_of_a_variant_and_a_day_to_the_second() -> None:
    assert ITEMS.is_true(order(lines=(line(), line(contract=None))))
    assert NewQuantities({MUG: 0}).is_true(order()) and not NewQuantities({MUG: 1}).is_true(order())
    assert DAY.is_true(order(shipment("SCHEDULED", gid="f2", at=AT)))
    assert step(DAY, order(shipment("SCHEDULED", gid="f2"))) == Edit()


def test_a_row_keeps_a_wish_and_does_not_guess_at_one_of_another_version() -> None:
    assert parse("items", {"variants": {BEANS: 2}}) == ITEMS
    for kind, wish in (("address", {"street": ""}), ("gift", {})):
        with pytest.raises((KeyError, TypeError)):
            parse(kind, wish)
