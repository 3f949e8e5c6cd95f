"""Events about edits: what each says, and that an edit taken back before its turn came is no news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shopify_app.channels.klaviyo.truth import no_longer_true
from shopify_app.journal.models import DROPPED, Delivery, Fact
from tests.channels.test_render import DUE, Desk, database, desk
from tests.web import rows
from tests.web.rows import NOW

__all__ = ["database", "desk"]

DAY = timedelta(days=1)
MONTH, TWO = {"interval": "MONTH", "intervalCount": 1}, {"interval": "MONTH", "intervalCount": 2}
HOUSE = {"title": "House Blend", "variant_title": "Whole bean", "quantity": 1, "variant_gid": None}
DARK = HOUSE | {"title": "Dark Roast", "variant_title": "250 g", "quantity": 2}
LATER = {"expected_at": (DUE + DAY).isoformat()}


def items(*found: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(found)}


def fact(desk: Desk, kind: str, key: str = "a", **columns: Any) -> Fact:
    values = {"customer_gid": desk.shopper.shopify_gid, "key": f"{kind}:{key}"} | columns
    return rows.fact(desk.session, desk.contract, kind, **values)


def why(desk: Desk, kind: str, **columns: Any) -> str | None:
    return no_longer_true(desk.session, fact(desk, kind, **columns), NOW)


def test_a_skipped_order_says_what_comes_next_and_how_to_bring_it_back(desk: Desk) -> None:
    rows.cycle(desk.session, desk.contract, 4, None, expected_at=DUE, skipped=True)
    said = desk.says("order.skipped", cycle=4, actor="link", data={})
    assert (said["ChargeDate"], said["NextChargeDate"]) == ("December 5, 2026", "December 3, 2026")
    assert (said["ChangedBy"], said["ChangedByText"]) == ("shopper", "You changed this order.")
    assert said["UnskipUrl"].endswith("UnskipUrl-4-05") and "SkipUrl" not in said


def test_an_order_brought_back_or_moved_says_when_and_what_can_still_be_done(desk: Desk) -> None:
    desk.shopper.locale = "de"
    rows.cycle(desk.session, desk.contract, 4, DUE)
    said = desk.says("order.unskipped", cycle=4, actor="shopify", data={})
    assert (said["ChargeDate"], said["OrderTotal"], said["ChangedBy"]) == ("5. Dezember 2026", "23,00\xa0$", "system")
    assert said["SkipUrl"] and said["EditableUntil"] and "ChangedByText" not in said
    before = {"expected_at": (DUE - DAY).isoformat()}
    moved = desk.says("order.moved", cycle=4, actor="merchant:42", key="m", data={}, before=before, after={})
    assert (moved["BeforeChargeDate"], moved["ChargeDate"]) == ("4. Dezember 2026", "5. Dezember 2026")
    assert moved["ChangedByText"] == "Rosebud Coffee hat diese Bestellung geändert."


def test_items_come_go_and_change(desk: Desk) -> None:
    mine = {"actor": "shopper:9"}
    swapped = desk.says("subscription.item_swapped", before=items(HOUSE), after=items(DARK), **mine)
    assert swapped["RemovedItemsText"] == "1 × House Blend (Whole bean)"
    assert swapped["AddedItemsText"] == "2 × Dark Roast (250 g)"
    assert swapped["ChangedByText"] == "You changed this subscription."
    added = desk.says("subscription.item_added", before=items(), after=items(DARK), **mine)
    assert added["AddedItems"][0]["Quantity"] == 2 and added["AddedItems"][0]["ImageURL"]
    assert "RemovedItems" not in added
    removed = desk.says("subscription.item_removed", before=items(DARK), after=items(), **mine)
    assert removed["RemovedItemsText"] == "2 × Dark Roast (250 g)"
    counted = desk.says("subscription.quantity_changed", before=items(HOUSE), after=items(HOUSE | {"quantity": 3}))
    assert counted["ChangedItemsText"] == "House Blend (Whole bean): 3 instead of 1"
    assert (counted["ChangedItems"][0]["BeforeQuantity"], counted["ChangedItems"][0]["Quantity"]) == (1, 3)


def test_rhythm_address_and_going_on(desk: Desk) -> None:
    whole, prepaid = {"billing": MONTH, "delivery": MONTH}, {"billing": TWO, "delivery": MONTH}
    said = desk.says("subscription.frequency_changed", before=whole, after={"billing": TWO, "delivery": TWO})
    assert (said["BeforeFrequencyText"], said["AfterFrequencyText"]) == ("Every month", "Every 2 months")
    assert "AfterDeliveryFrequencyText" not in said
    said = desk.says("subscription.frequency_changed", key="p", before=whole, after=prepaid)
    assert said["AfterDeliveryFrequencyText"] == "Every month"
    desk.contract.delivery_method = {"address": {"city": "Boston", "country": None, "address1": "1 Oak Street"}}
    said = desk.says("subscription.address_changed", before={}, after={})
    assert said["ShippingCity"] == "Boston" and "ShippingCountry" not in said and "Oak" not in str(said)
    said = desk.says("subscription.reactivated", before={"status": "FAILED"}, after={"status": "ACTIVE"})
    assert said["ReactivatedDate"] and said["Status"] == "Active" and said["NextChargeDate"]


def test_a_skip_is_told_while_it_lasts_and_its_undoing_only_if_it_was_told(desk: Desk) -> None:
    cycle = rows.cycle(desk.session, desk.contract, 4, DUE, skipped=True)
    skip = fact(desk, "order.skipped", cycle_index=4)
    assert no_longer_true(desk.session, skip, NOW) is None
    cycle.skipped = False
    assert no_longer_true(desk.session, skip, NOW) == "the cycle is no longer skipped"
    undone = fact(desk, "order.unskipped", cycle_index=4)
    assert no_longer_true(desk.session, undone, NOW) is None
    told = Delivery(shop_id=desk.shop.id, fact_id=skip.id, channel="klaviyo", next_try_at=NOW, state=DROPPED)
    desk.session.add(told)
    desk.session.flush()
    assert no_longer_true(desk.session, undone, NOW) == "that it was skipped was not told either"
    told.state = "accepted"
    desk.session.flush()
    assert no_longer_true(desk.session, undone, NOW) is None
    cycle.attempted_at = NOW
    assert no_longer_true(desk.session, undone, NOW) == "the charge had started"


def test_a_move_is_told_while_the_day_is_that_day(desk: Desk) -> None:
    cycle = rows.cycle(desk.session, desk.contract, 4, DUE + DAY)
    assert why(desk, "order.moved", cycle_index=4, before={}, after=LATER) is None
    cycle.due_at = DUE + 9 * DAY
    assert why(desk, "order.moved", key="b", cycle_index=4, before={}, after=LATER) == "the charge was moved"


@pytest.mark.parametrize(
    ("kind", "sides", "other"),
    [
        ("item_added", (items(), items(HOUSE)), (items(), items(DARK))),
        ("item_removed", (items(DARK), items()), (items(HOUSE), items())),
        ("item_swapped", (items(DARK), items(HOUSE)), (items(HOUSE), items(DARK))),
        ("quantity_changed", (items(DARK), items(HOUSE)), (items(HOUSE), items(HOUSE | {"quantity": 9}))),
        ("frequency_changed", ({}, {"billing": MONTH, "delivery": MONTH}), ({}, {"billing": TWO, "delivery": TWO})),
    ],
)
def test_an_edit_is_told_while_the_subscription_is_like_that(
    desk: Desk, kind: str, sides: tuple[Any, Any], other: tuple[Any, Any]
) -> None:
    kind = f"subscription.{kind}"
    assert why(desk, kind, before=sides[0], after=sides[1]) is None
    assert why(desk, kind, key="b", before=other[0], after=other[1]) == "it was changed once more since"
    desk.contract.status = "CANCELLED"
    assert why(desk, kind, key="c", before=sides[0], after=sides[1]) == "the contract is cancelled"


def test_of_several_addresses_the_last_is_told(desk: Desk) -> None:
    first, last = (fact(desk, "subscription.address_changed", key, before={}, after={}) for key in "ab")
    assert no_longer_true(desk.session, first, NOW) == "it was changed once more since"
    assert no_longer_true(desk.session, last, NOW) is None
    assert desk.session.scalar(select(Fact.id).where(Fact.id == last.id))
