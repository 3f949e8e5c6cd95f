"""What a shopper does with items, rhythm, address, note, code and card, at the shop's prices and by its rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shopify_app.catalog.models import Product, Variant
from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import Rules
from shopify_app.plans.models import SellingPlanGroup
from tests.portal import stocked
from tests.portal.shopper import Shopper
from tests.support.app import Story


@pytest.fixture
def choosy(story: Story) -> Shopper:
    return stocked.moved_in(story)[0]


def _values(shopper: Shopper, action: str, field: str, **headers: str) -> list[dict[str, Any]]:
    (found,) = [each for each in shopper.options(**headers)[action]["inputs"] if each["field"] == field]
    return found["values"]


def _lines(answer: Any) -> list[tuple[str, int]]:
    assert answer.status_code == 200, answer.text
    return [(line["title"], line["quantity"]) for line in answer.json()["contract"]["lines"]]


def test_items_are_changed_swapped_added_and_taken_out_at_the_prices_shown(choosy: Shopper) -> None:
    (line,) = _values(choosy, "quantity", "line")
    assert line["words"] == "House Blend (250 g)" and line["price"]["amount"] == "14.00"
    item = {"line": line["value"]}
    look = choosy.deed("quantity", preview=True, quantity=3, **item).json()
    assert look["after"]["lines"][0]["total"]["amount"] == "42.00" and look["possible"]
    assert _lines(choosy.deed("quantity", "tap-quantity", quantity=3, **item)) == [("House Blend", 3)]
    assert _lines(choosy.undo("tap-quantity")) == [("House Blend", 1)]

    assert choosy.options()["remove"]["reason"]["code"] == "last_line"
    (swap,) = _values(choosy, "swap", "variant")
    assert (swap["words"], swap["price"]["amount"], swap["of"]) == ("Dark Roast (500 g)", "9.00", line["value"])
    wish = item | {"variant": swap["value"]}
    dearer = choosy.deed("swap", "tap-dearer01", price="8.00", **wish)
    assert (dearer.status_code, dearer.json()["code"]) == (409, "price_changed")
    done, again = (choosy.deed("swap", "tap-swap0001", price="9.00", **wish) for _ in range(2))
    assert _lines(done) == _lines(again) == [("Dark Roast", 1)]
    assert _lines(choosy.undo("tap-swap0001")) == [("House Blend", 1)]

    (more,) = _values(choosy, "add", "variant")
    both = choosy.deed("add", "tap-add00001", variant=more["value"], quantity=2)
    assert _lines(both) == [("House Blend", 1), ("Dark Roast", 2)]
    assert choosy.options()["add"]["reason"]["code"] == "no_choice"  # all that is sold is in it
    assert _lines(choosy.deed("remove", "tap-remove01", **item)) == [("Dark Roast", 2)]
    gone = choosy.deed("quantity", "tap-gone0001", quantity=3, **item)
    assert (gone.status_code, gone.json()["code"]) == (409, "line_gone")
    nowhere = {"variant": "404", "quantity": 1}
    look = choosy.deed("add", preview=True, **nowhere).json()
    assert look["reason"]["code"] == "not_sold" and look["before"] == look["after"]
    assert choosy.deed("add", "tap-nowhere1", **nowhere).json()["code"] == "not_sold"


def test_a_key_is_answered_alike_though_prices_and_the_shelf_have_changed_since(choosy: Shopper) -> None:
    story, (line,) = choosy.story, _values(choosy, "quantity", "line")
    (swap,) = _values(choosy, "swap", "variant")
    wish = {"line": line["value"], "variant": swap["value"], "price": "9.00"}
    more = {"variant": swap["value"], "quantity": 2, "price": "9.00"}
    with story.world.locked():  # nothing is done: what was shown and asked for is kept
        story.world.faults.set({"graphql": {"*": {"status": 403, "times": 1}}})
    away = choosy.deed("add", "tap-add00001", **more)
    assert (away.status_code, away.json()["code"]) == (503, "no_answer")
    first = choosy.deed("swap", "tap-swap0001", **wish)
    assert _lines(first) == [("Dark Roast", 1)]
    with story.ctx.db.session() as session:
        session.execute(update(Variant).values(price=Variant.price + 5))
    dearer = choosy.deed("swap", "tap-swap0001", **wish)
    assert dearer.json() == first.json()
    with story.ctx.db.session() as session:
        session.execute(update(Product).values(status="ARCHIVED"))
    assert choosy.deed("swap", "tap-swap0001", **wish).json() == first.json()
    other = choosy.deed("swap", "tap-swap0001", **wish | {"variant": "404"})
    assert (other.status_code, other.json()["code"]) == (422, "other_request")
    assert _lines(choosy.undo("tap-swap0001")) == [("House Blend", 1)]
    there = choosy.deed("add", "tap-add00001", **more).json()["contract"]["lines"][1]
    assert (there["quantity"], there["price"]["amount"]) == (2, "9.00"), "at the price that was shown"


def test_the_rhythm_is_one_that_the_shop_offers(choosy: Shopper) -> None:
    assert choosy.options()["frequency"]["reason"]["code"] == "no_choice"
    stocked.offer(choosy.story, 1, 2)
    now, other = _values(choosy, "frequency", "plan", **{"Accept-Language": "de"})
    assert (now["words"], now["now"]) == ("Jeden Monat", True) and other["words"] == "Alle 2 Monate"
    wrong = choosy.deed("frequency", "tap-rhythm00", plan="404")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "not_offered")
    done = choosy.deed("frequency", "tap-rhythm01", plan=other["value"]).json()
    assert done["contract"]["billing"] == done["contract"]["delivery"] == {"interval": "MONTH", "count": 2}
    assert choosy.undo("tap-rhythm01").json()["contract"]["billing"]["count"] == 1


def test_address_note_code_and_card_are_changed_and_changed_back(choosy: Shopper) -> None:
    home = {"last_name": "Marsh", "address1": "Torstr. 1", "city": "Berlin", "zip": "10119", "country_code": "de"}
    home["phone"] = "+493012345678"
    for field, value in (("country_code", "XX"), ("city", ""), ("city", "  "), ("zip", "1\n2")):
        wrong = choosy.deed("address", "tap-address0", **home | {field: value})
        assert (wrong.status_code, wrong.json()["field"]) == (422, field)
    assert choosy.deed("address", preview=True, **home).json()["after"]["address"]["city"] == "Berlin"
    moved = choosy.deed("address", "tap-address1", **home).json()["contract"]
    assert moved["delivery_method"]["address"]["city"] == "Berlin"
    # a form that starts with what is told sends it back: a phone that was not told would be lost with the next change
    assert moved["delivery_method"]["address"]["phone"] == home["phone"]
    assert choosy.undo("tap-address1").json()["contract"]["delivery_method"]["address"]["city"] == "Portland"

    look = choosy.deed("note", preview=True, text="Ring twice").json()
    assert (look["before"]["note"], look["after"]["note"]) == (None, "Ring twice")
    assert choosy.deed("note", "tap-note0001", text="Ring twice").status_code == 200
    assert not [
        fact for fact in choosy.facts("subscription.note_requested") if "Ring" in str((fact.before, fact.after))
    ]

    assert choosy.options()["remove_discount"]["reason"]["code"] == "no_choice"
    coded = choosy.deed("discount", "tap-code0001", code="save10").json()["contract"]
    (discount,) = coded["discounts"]
    assert coded["lines"][0]["total"]["amount"] == "12.60" and _values(choosy, "remove_discount", "discount")
    assert choosy.deed("discount", "tap-code0002", code="NOPE").json()["code"] == "code_rejected"
    off, twice = (choosy.deed("remove_discount", "tap-code0003", discount=discount["discount"]) for _ in range(2))
    assert twice.json() == off.json()
    off = off.json()["contract"]
    assert off["discounts"] == [] and off["lines"][0]["total"]["amount"] == "14.00"

    assert choosy.options()["payment_method"]["reason"]["code"] == "no_choice"
    stocked.knows_cards(choosy)
    now, other = sorted(_values(choosy, "payment_method", "method"), key=lambda each: not each["now"])
    assert now["now"] and not other["now"] and "ending in" in other["words"]
    paid = choosy.deed("payment_method", "tap-card0001", method=other["value"])
    assert paid.status_code == 200
    assert [
        each["now"] for each in _values(choosy, "payment_method", "method") if each["value"] == other["value"]
    ] == [True]
    assert choosy.deed("payment_method", "tap-card0002", method="nobodys").json()["code"] == "not_theirs"


def test_the_shops_rules_are_told_before_the_tap_and_hold_at_it(choosy: Shopper) -> None:
    first = choosy.cycles()[0]
    rules = Rules(closed=frozenset({"pause"}), before_cancel=3, cutoff_hours=48, skips_a_year=0, swaps="product")
    with choosy.story.ctx.db.session() as session:
        store.change(session, choosy.story.shop.id, "", rules, "merchant:1", choosy.story.now)
    found = choosy.options()
    assert found["pause"]["reason"]["code"] == "closed" and found["swap"]["reason"]["code"] == "no_choice"
    late = found["cancel"]["reason"]
    assert late == {"code": "minimum_cancel", "words": "You can cancel after 3 paid orders; 2 to go."}
    refused = choosy.deed("cancel", "tap-cancel01", reason="other")
    assert (refused.status_code, refused.json()["detail"]) == (409, late["words"])
    assert choosy.deed("cancel", preview=True, reason="other").json()["reason"] == late
    ruled = choosy.cycles()[0]
    assert ruled["charge_at"] == first["charge_at"] and ruled["changeable_until"] < first["changeable_until"]
    assert ruled["actions"][0]["reason"]["code"] == "skips_a_year" and ruled["actions"][2]["possible"]
    skip = choosy.act("skip", index=first["index"])
    assert (skip.status_code, skip.json()["code"]) == (409, "skips_a_year")
    assert choosy.act("skip", index=first["index"], preview=True).json()["reason"]["code"] == "skips_a_year"


def test_what_goes_with_the_plan_is_offered_and_a_swap_is_taken_back_where_it_was_allowed(choosy: Shopper) -> None:
    story = choosy.story

    def rule(**chosen: Any) -> None:
        with story.ctx.db.session() as session:
            assert store.change(session, story.shop.id, "", Rules(**chosen), "merchant:1", story.now)

    (swap,) = _values(choosy, "swap", "variant")
    wish = {"line": swap["of"], "variant": swap["value"]}
    stocked.offer(story, 1)
    rule(swaps="plan")
    assert _values(choosy, "swap", "variant") == []
    with story.ctx.db.session() as session:
        dark = session.scalars(select(Variant.product_gid).where(Variant.title == "500 g")).one()
        session.execute(update(SellingPlanGroup).values(products=[{"gid": dark, "title": "Dark", "price": "9.00"}]))
    assert _values(choosy, "swap", "variant") == [swap], "the list and the door know the same products"
    assert _lines(choosy.deed("swap", "tap-swap0001", **wish)) == [("Dark Roast", 1)]
    assert _lines(choosy.undo("tap-swap0001")) == [("House Blend", 1)], "though it is none of the plan's"
    assert choosy.deed("swap", "tap-swap0002", **wish).status_code == 200
    with story.world.locked():
        story.world.clock.advance(timedelta(days=2))
    story.ctx.clock.fresh()
    late = choosy.undo("tap-swap0002")
    assert (late.status_code, late.json()["code"]) == (409, "swap_plan")
