"""Shipped, delivered by the shop itself, picked up: from each to the others and back, with what Shopify asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.shopify import shops, stock
from shopify_app.contracts import contents as order
from shopify_app.contracts import erase as contracts_erase
from shopify_app.edits import change, contents
from shopify_app.edits import door as dates
from shopify_app.edits.contract import address, delivery, door
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.order_address import OrderAddress
from shopify_app.gateways.shopify import delivery_options
from shopify_app.gateways.shopify.delivery_options import Offered
from tests.billing.till import Till
from tests.edits.desk import ME, ask, edits, put_there, target, there

PHONE = "+12075550100"
VAN, ELM = "local_delivery::van", "pickup:{}:pickup"


@pytest.fixture
def places(till: Till) -> list[int]:
    """The shop brings it to Portland by itself, and lets people pick it up at two places."""
    world = till.sandbox.world
    with world.locked():
        elm = stock.create_location(world, till.domain, "Elm Street")["id"]
        shops.update(
            world, till.domain, local_delivery={"city": "Portland", "price": "3.00"}, pickup={"price": "0.00"}
        )
        world.faults.set({"harder": {"delivery_options_are_pending": False}})
        found = [row["id"] for row in world.of("locations", till.domain).all()]
    till.mirror()
    assert found[-1] == elm
    return found


def options(till: Till) -> Offered:
    found = delivery.offered(till.ctx, till.shop_id, till.contract().shopify_gid)
    assert found is not None
    return found


def chosen(till: Till, key: str, phone: str | None = None) -> Delivery:
    action = delivery.choose(options(till), key, phone)
    assert isinstance(action, Delivery)
    return action


def take_back(till: Till, request_id: str, by: str) -> Answer:
    action = door.undo(till.ctx, target(till), request_id)
    assert action is not None
    return ask(till, action, by)


def told(till: Till) -> list[tuple[Any, Any]]:
    """From what to what the journal says it went: type and place."""
    pairs = [(fact.before, fact.after) for fact in till.facts("subscription.delivery_changed")]
    return [tuple((side["type"], side["location"]) for side in pair) for pair in pairs]  # type: ignore[misc]


def one_order_goes_to(till: Till, where: dict[str, Any]) -> dict[str, Any]:
    """What the next order but one holds, sent elsewhere alone; and nothing of a person in it once they are erased."""
    index = sorted((c for c in till.cycles() if c.due_at), key=lambda c: c.expected_at)[1].cycle_index
    wish = OrderAddress(contents.picture(order.of(till.whole_contract(), None), "USD"), where)
    one = change.Target(till.shop_id, till.contract().shopify_gid, index, ME)
    assert dates.carry_out(till.ctx, wish, one, "d1").is_done
    (kept,) = [cycle.contents for cycle in till.cycles() if cycle.cycle_index == index]
    erased = order.without_person(kept)
    assert kept and erased and PHONE not in str(erased) and "Marsh" not in str(erased)
    return kept


def test_to_local_delivery_with_a_phone_to_another_address_and_back(till: Till, places: list[int]) -> None:
    home = there(till)["delivery"]
    assert ask(till, chosen(till, VAN)) == refused(No.NEEDS_PHONE)  # the address has none
    assert ask(till, chosen(till, VAN, "2075550100"), "r2") == refused(No.NEEDS_PHONE)
    assert till.calls("DraftUpdate") == 0
    van = chosen(till, VAN, PHONE)
    seen = door.preview(till.ctx, van, target(till))
    assert seen and seen.why_not is None
    assert (seen.after.kind, seen.after.delivery, seen.after.shipping) == ("local_delivery", "Rosebud van", 3)
    assert seen.after.address == seen.before.address and seen.after.phone == PHONE
    assert ask(till, van, "r3") == Answer(True, "Delivery changed")
    assert ask(till, van, "r4") == refused(No.ALREADY)
    now = there(till)["delivery"]
    assert (now["kind"], now["code"], now["phone"]) == ("local_delivery", "van", PHONE)
    assert now["address"]["address1"] == "12 Elm Street" and there(till)["delivery_price"] == "3.00"
    assert delivery.known_phone(till.contract().delivery_method) == PHONE

    moved = address.normal(home["address"] | {"address1": "5 Oak Street"})
    assert ask(till, Address(moved), "r5") == Answer(True, "Address changed")
    assert there(till)["delivery"]["address"]["address1"] == "5 Oak Street"
    assert there(till)["delivery"]["phone"] == PHONE  # the rest of it stays
    assert take_back(till, "r5", "r6").is_done
    assert ask(till, Delivery("1.00"), "r7").is_done and there(till)["delivery"]["kind"] == "local_delivery"
    assert take_back(till, "r3", "r8").is_done
    back = there(till)["delivery"]
    assert (back["title"], back["code"], till.contract().delivery_price) == ("Standard", "Standard", Decimal("4.50"))
    assert address.is_same(address.normal(home["address"]), back["address"])
    assert till.contract().delivery_method.keys() == {"type", "title", "address", "location"}
    assert take_back(till, "r8", "r9").is_done and there(till)["delivery"]["phone"] == PHONE
    kept = one_order_goes_to(till, moved)["delivery_method"]
    assert (kept["type"], kept["phone"], kept["address"]["address1"]) == ("local_delivery", PHONE, "5 Oak Street")
    everything = [str((fact.before, fact.after, fact.data)) for fact in till.facts()]
    assert not any(PHONE in text or "Elm Street" in text for text in everything)


def test_picked_up_at_a_place_that_is_told_by_more_than_its_code(till: Till, places: list[int]) -> None:
    home, (roastery, elm) = there(till)["delivery"], places
    assert [(one.key, one.location, one.ready) for one in options(till).options if one.kind == "pickup"] == [
        (ELM.format(roastery), "Roastery", "Usually ready in 24 hours"),
        (ELM.format(elm), "Elm Street", "Usually ready in 24 hours"),
    ]
    assert delivery.choose(options(till), "pickup") is No.NOT_OFFERED
    pickup = chosen(till, ELM.format(elm))
    seen = door.preview(till.ctx, pickup, target(till))
    assert seen and seen.after.place == {"gid": f"gid://shopify/Location/{elm}", "name": "Elm Street"}
    assert seen.after.address is None and seen.after.shipping == 0
    assert ask(till, pickup).is_done and there(till)["delivery"]["location_id"] == elm
    assert till.contract().delivery_method["location"] == "Elm Street"

    assert {one.kind for one in options(till).options} == {"pickup"}  # Shopify knows no address any more
    assert ask(till, Delivery("12.00", "Express", "express"), "r2") == refused(No.PICKED_UP)
    assert ask(till, Address(address.normal(home["address"])), "r3") == refused(No.NO_ADDRESS)
    assert ask(till, chosen(till, ELM.format(roastery)), "r4").is_done
    assert there(till)["delivery"]["location_id"] == roastery
    assert take_back(till, "r4", "r5").is_done and there(till)["delivery"]["location_id"] == elm
    assert take_back(till, "r1", "r6").is_done
    assert there(till)["delivery"]["address"]["address1"] == "12 Elm Street"
    assert (there(till)["delivery"]["title"], till.contract().delivery_price) == ("Standard", Decimal("4.50"))
    shipped, at_elm, at_roastery = ("shipping", None), ("pickup", "Elm Street"), ("pickup", "Roastery")
    assert told(till) == [
        (shipped, at_elm), (at_elm, at_roastery), (at_roastery, at_elm), (at_elm, shipped)
    ]  # fmt: skip
    assert till.facts("subscription.address_changed") == []


def test_a_place_that_is_gone_and_an_address_nobody_may_see(till: Till, places: list[int]) -> None:
    pickup, van = chosen(till, ELM.format(places[1])), chosen(till, VAN, PHONE)
    with till.sandbox.world.locked():
        locations = till.sandbox.world.of("locations", till.domain)
        locations.put({**locations[places[1]], "active": False})
    assert delivery.choose(options(till), ELM.format(places[1])) is No.NOT_OFFERED
    assert ask(till, pickup) == refused(No.REFUSED, "Shopify refused: Location does not exist.")
    assert till.contract().delivery_method["type"] == "shipping" and till.calls("DraftCommit") == 0

    # somebody made it a pickup, and no webhook came: what was chosen for an address is refused there
    option = {"kind": "pickup", "title": "Pickup", "code": None, "description": None, "location_id": places[0]}
    put_there(till, delivery=option | {"address": None}, revision_id=there(till)["revision_id"] + 1)
    home = till.contract().delivery_method["address"]
    assert ask(till, Address(address.normal(home) | {"city": "Bangor"}), "r2") == refused(No.STALE)
    assert till.contract().delivery_method["type"] == "pickup"
    assert ask(till, van, "r3").is_done  # the address goes along, whatever was there
    with till.ctx.db.session() as session:
        who = till.contract().customer_gid
        assert contracts_erase.held(session, till.shop_id, who)["contracts"][0]["delivery"]["phone"] == PHONE
        contracts_erase.erase(session, till.shop_id, who)
    forgotten = till.contract().delivery_method
    assert (forgotten["phone"], forgotten["address"], forgotten["title"]) == (None, None, "Rosebud van")
    assert PHONE not in str([edit.before for edit in edits(till) if edit.request_id == "r2"])
    assert ask(till, Delivery("12.00", "Express", "express"), "r4") == refused(No.HIDDEN_ADDRESS)


def test_what_has_no_price_is_not_offered(till: Till, places: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    with till.sandbox.world.locked():
        shops.update(till.sandbox.world, till.domain, pickup={"price": None})
    assert [one.key for one in options(till).options] == ["standard", "express", VAN]
    monkeypatch.setattr(delivery_options, "_KINDS", {"SubscriptionShippingOption": "shipping"})  # a kind to come
    assert [one.key for one in options(till).options] == ["standard", "express"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("+1 (207) 555-0100", PHONE),
        (" +49 30/123 456", "+4930123456"),
        ("2075550100", None),
        ("+1x", None),
        ("", None),
    ],
)
def test_a_phone_is_read_as_shopify_wants_it(typed: str, read: str | None) -> None:
    assert delivery.read_phone(typed) == read
