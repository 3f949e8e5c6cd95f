"""By what a subscription is shipped: asked of Shopify, changed at the price that was shown only, and taken back."""

from __future__ import annotations

import pytest

from sandbox.shopify import shops, stock
from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import Rules
from shopify_app.web.portal import guard
from tests.portal.shopper import Shopper


def _asked(shopper: Shopper) -> int:
    return sum(1 for each in shopper.story.world.log.entries if each.get("operation") == "DraftDeliveryOptions")


def test_an_option_of_shopifys_is_chosen_at_its_price_and_taken_back(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/contracts/{shopper.contract}/shipping"
    found = shopper.get(path)
    assert found["possible"] and found["reason"] is None
    before = shopper.get(f"/contracts/{shopper.contract}")
    other = next(each for each in found["options"] if not each["now"])
    wish = {"option": other["value"]}
    look = shopper.deed("delivery", preview=True, **wish).json()
    assert look["possible"], (look, found)
    assert look["after"]["delivery"] == other["words"]
    assert (
        look["after"]["shipping_price"] == other["price"] and shopper.facts("subscription.delivery_requested") == []
    )
    dearer = shopper.deed("delivery", "tap-ship0001", price="0.01", **wish)
    assert (dearer.status_code, dearer.json()["code"], dearer.json()["field"]) == (409, "price_changed", "price")
    assert shopper.deed("delivery", "tap-ship0002", option="drone").json()["code"] == "not_offered"
    done = shopper.deed("delivery", "tap-ship0003", price=other["price"]["amount"], **wish)
    asked = _asked(shopper)
    again = shopper.deed("delivery", "tap-ship0003", price=other["price"]["amount"], **wish)
    assert done.status_code == 200 and done.json() == again.json() and _asked(shopper) == asked
    contract = done.json()["contract"]
    assert (contract["delivery_method"]["title"], contract["shipping_price"]) == (other["words"], other["price"])
    wrong = shopper.deed("delivery", "tap-ship0003", option="drone")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "other_request")
    assert [each["value"] for each in shopper.get(path)["options"] if each["now"]] == [other["value"]]
    words = shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"][0]["words"]
    assert words.startswith(f"Shipping was changed: {other['words']}, $")
    back = shopper.undo("tap-ship0003").json()["contract"]
    assert back["delivery_method"] == before["delivery_method"]
    assert back["shipping_price"] == before["shipping_price"]

    with shopper.story.world.locked():
        shopper.story.world.faults.set({"graphql": {"DraftOpen": {"status": 403, "times": 1}}})
    away = shopper.ask("GET", path)
    assert (away.status_code, away.json()["code"]) == (503, "no_answer")
    monkeypatch.setattr(guard, "QUESTIONS", 0)
    assert shopper.ask("GET", path).status_code == shopper.deed("delivery", preview=True, **wish).status_code == 429
    shopper.deed("cancel", "tap-cancel01", reason="other")
    over = shopper.get(path)  # nothing is asked where nothing can be changed
    assert (over["possible"], over["reason"]["code"], over["options"]) == (False, "ended", [])


def test_the_shop_brings_it_or_it_is_picked_up_and_back(shopper: Shopper) -> None:
    world, domain = shopper.story.world, shopper.story.shop_domain
    with world.locked():
        elm = stock.create_location(world, domain, "Elm Street")["id"]
        shops.update(world, domain, local_delivery={"city": "Portland", "price": "3.00"}, pickup={"price": "0.00"})
    found = {each["value"]: each for each in shopper.get(f"/contracts/{shopper.contract}/shipping")["options"]}
    van, place = "local_delivery::van", f"pickup:{elm}:pickup"
    assert found[van]["words"].endswith("(local delivery)") and found[place]["words"].endswith("pickup at Elm Street")
    before = shopper.get(f"/contracts/{shopper.contract}")

    for phone in ({}, {"phone": "5550100"}):
        refused = shopper.deed("delivery", "tap-van00000", option=van, **phone)
        assert refused.json()["code"] == "needs_phone" and refused.status_code in (409, 422)
    wish = {"option": van, "phone": "+1 207 555-0100"}
    look = shopper.deed("delivery", preview=True, **wish).json()
    assert (look["after"]["delivery_kind"], look["after"]["shipping_price"]["amount"]) == ("local_delivery", "3.00")
    done, again = (shopper.deed("delivery", "tap-van00001", **wish) for _ in range(2))
    assert done.status_code == again.status_code == 200
    assert done.json()["contract"]["delivery_method"]["kind"] == "local_delivery"
    other = shopper.deed("delivery", "tap-van00001", option=van, phone="+12075550199")
    assert (other.status_code, other.json()["code"]) == (422, "other_request")

    picked = shopper.deed("delivery", "tap-elm00001", option=place).json()["contract"]
    assert (picked["delivery_method"]["location"], picked["shipping_price"]["amount"]) == ("Elm Street", "0.00")
    left = {each["value"] for each in shopper.get(f"/contracts/{shopper.contract}/shipping")["options"]}
    assert place in left and van not in left, "where it would go is not known"
    again_by_van = shopper.undo("tap-elm00001").json()["contract"]["delivery_method"]
    assert again_by_van == done.json()["contract"]["delivery_method"]
    home = shopper.undo("tap-van00001").json()["contract"]
    assert (home["delivery_method"], home["shipping_price"]) == (before["delivery_method"], before["shipping_price"])


def test_what_is_picked_up_is_sent_to_an_address_that_the_shopper_gives(shopper: Shopper) -> None:
    world, domain = shopper.story.world, shopper.story.shop_domain
    with world.locked():
        elm = stock.create_location(world, domain, "Elm Street")["id"]
        shops.update(world, domain, local_delivery={"city": "Portland", "price": "3.00"}, pickup={"price": "0.00"})
    path, home = f"/contracts/{shopper.contract}/shipping", {"last_name": "Marsh", "address1": "1 Oak Street"}
    home |= {"city": "Portland", "country_code": "US", "province_code": "ME", "zip": "04101"}
    early = shopper.ask("POST", path, body=home).json()
    assert (early["possible"], early["reason"]["code"]) == (False, "has_address")
    early = shopper.deed("delivery", "tap-early001", option="express", address=home)
    assert (early.status_code, early.json()["code"]) == (409, "has_address")
    before = shopper.deed("delivery", "tap-elm00001", option=f"pickup:{elm}:pickup").json()["contract"]

    wrong = shopper.ask("POST", path, body=home | {"zip": ""})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "zip")
    wrong = shopper.deed("delivery", "tap-wrong001", option="express", address=home | {"country_code": "XX"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "country_code")
    found = {each["value"]: each for each in shopper.ask("POST", path, body=home).json()["options"]}
    assert {value: each["price"]["amount"] for value, each in found.items()} == {
        "standard": "4.50", "express": "12.00", "local_delivery::van": "3.00"
    }  # fmt: skip
    abroad = shopper.ask("POST", path, body=home | {"country_code": "DE", "province_code": "", "city": "Kiel"}).json()
    assert [each["price"]["amount"] for each in abroad["options"]] == ["19.00"]
    nowhere = shopper.deed("delivery", "tap-none0001", option="express")
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "not_offered")

    wish = {"option": "express", "price": "12.00", "address": home}
    look = shopper.deed("delivery", preview=True, **wish).json()
    assert look["possible"] and look["after"]["address"]["address1"] == "1 Oak Street"
    assert (look["after"]["delivery_kind"], look["after"]["place"]) == ("shipping", None)
    done, again = (shopper.deed("delivery", "tap-home0001", **wish) for _ in range(2))
    assert done.status_code == again.status_code == 200 and done.json() == again.json()
    method = done.json()["contract"]["delivery_method"]
    assert (method["kind"], method["address"]["address1"]) == ("shipping", "1 Oak Street")
    other = shopper.deed("delivery", "tap-home0001", **wish | {"address": home | {"address1": "2 Oak Street"}})
    assert (other.status_code, other.json()["code"]) == (422, "other_request")
    back = shopper.undo("tap-home0001").json()["contract"]
    assert (back["delivery_method"], back["shipping_price"]) == (before["delivery_method"], before["shipping_price"])

    van = shopper.deed("delivery", "tap-van00002", option="local_delivery::van", address=home)
    assert (van.status_code, van.json()["code"]) == (409, "needs_phone")
    van = shopper.deed(
        "delivery", "tap-van00003", option="local_delivery::van", address=home | {"phone": "+1 207 555-0100"}
    )
    assert van.json()["contract"]["delivery_method"]["kind"] == "local_delivery"
    shopper.undo("tap-van00003")
    with shopper.story.ctx.db.session() as session:
        rules = Rules(closed=frozenset({"address"}))
        store.change(session, shopper.story.shop.id, "", rules, "merchant:1", shopper.story.now)
    closed = shopper.ask("POST", path, body=home, **{"Accept-Language": "de"}).json()
    assert (closed["possible"], closed["reason"]["code"]) == (False, "closed")
    assert shopper.deed("delivery", "tap-home0002", **wish).json()["code"] == "closed"
