"""What a shopper does with one date's order: got now, changed and sent elsewhere for its date, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from shopify_app.edits.rules import store
from shopify_app.edits.rules.terms import Rules
from shopify_app.web.portal.date_deed import HAS_ITEM, NOT_NEXT
from shopify_app.web.portal.tongue import words_for
from shopify_app.web.voice import voice
from tests.portal import stocked
from tests.portal.shopper import Shopper
from tests.support.app import Story

HOME = {"last_name": "Marsh", "address1": "Torstr. 1", "city": "Berlin", "zip": "10119", "country_code": "de"}


@pytest.fixture
def choosy(story: Story) -> Shopper:
    return stocked.moved_in(story)[0]


def _paid(shopper: Shopper) -> list[int]:
    ledger = shopper.story.world.of("ledger", shopper.story.shop_domain).all()
    return [each["cycle_index"] for each in ledger if each["contract_id"] == shopper.contract and each["cycle_index"]]


def _undo(shopper: Shopper, index: int, key: str) -> Any:
    return shopper.ask("POST", f"/contracts/{shopper.contract}/cycles/{index}/undo", body={"key": key})


def _held(answer: Any) -> list[tuple[str, int]]:
    assert answer.status_code == 200, answer.text
    return [(line["title"], line["quantity"]) for line in answer.json()["cycle"]["lines"] or []]


def test_an_order_now_is_shown_charged_once_and_answered_alike(shopper: Shopper) -> None:
    first, second, *_ = shopper.cycles()
    look = shopper.date_deed("order_now", preview=True).json()
    assert look["possible"] and (look["before"]["date"], look["after"]["date"]) == (first["date"], "2026-12-01")
    assert look["after"]["total"] == first["total"] and shopper.facts("order.order_now_requested") == []
    later = shopper.date_deed("order_now", "tap-now00000", index=second["index"])
    assert (later.status_code, later.json()["code"]) == (409, NOT_NEXT)
    other = shopper.date_deed("order_now", "tap-now00001", total="0.99")
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "price_changed", "total")
    shown = {"index": first["index"], "total": first["total"]["amount"]}
    done, again = (shopper.date_deed("order_now", "tap-now00002", **shown) for _ in range(2))
    assert done.status_code == 200 and done.json() == again.json()
    assert done.json()["cycle"]["date"] == "2026-12-01" and done.json()["payment"]["state"] == "charging"
    assert done.json()["undo"] is None
    shopper.story.settle()
    assert _paid(shopper) == [first["index"]]
    late = shopper.date_deed("order_now", "tap-now00002", **shown).json()
    assert late["cycle"] is None and late["payment"]["state"] == "ok"
    assert shopper.cycles()[0]["date"] == second["date"] and _paid(shopper) == [first["index"]]
    told = shopper.get(f"/contracts/{shopper.contract}/timeline")["entries"]
    assert [each["kind"] for each in told[:2]] == ["order.processed", "order.moved"]
    assert told[1]["by_you"] and told[1]["words"].startswith("The order planned for Friday, January 1, 2027 was")
    theirs = shopper.story.world.of("contracts", shopper.story.shop_domain).get(shopper.foreign)
    _declined(Shopper(shopper.story, shopper.foreign, theirs["customer_id"], shopper.contract))


def _declined(other: Shopper) -> None:
    """Where the charge fails, the date stays today, and the same tap again tries no other."""
    first = other.cycles()[0]
    with other.story.world.locked():
        other.story.world.faults.set({"outcomes": {"*": "CARD_DECLINED"}})
    assert other.date_deed("order_now", "tap-now00001").status_code == 200
    other.story.settle()
    late = other.date_deed("order_now", "tap-now00001", index=first["index"]).json()
    assert (late["cycle"]["date"], late["payment"]["state"]) == ("2026-12-01", "failed")
    again = other.date_deed("order_now", "tap-now00002", index=first["index"])
    assert again.status_code == 409 and again.json()["code"] in ("tried", "too_late") and _paid(other) == []


def test_one_order_is_changed_for_its_date_and_back(choosy: Shopper) -> None:
    first, second, *_ = choosy.cycles()
    index = first["index"]
    options = choosy.date_options()
    (line,) = options["quantity"]["inputs"][0]["values"]
    assert line["words"] == "House Blend (250 g)" and options["remove"]["reason"]["code"] == "last_item"
    item = {"line": line["value"]}
    look = choosy.date_deed("quantity", preview=True, quantity=3, **item).json()
    assert look["possible"] and look["after"]["lines"][0]["total"]["amount"] == "42.00"
    assert look["before"]["total"] == first["total"] and choosy.facts("order.contents_requested") == []
    with choosy.story.world.locked():
        choosy.story.world.faults.set({"graphql": {"CycleCheck": {"status": 403, "times": 1}}})
    away = choosy.date_deed("quantity", "tap-three001", quantity=3, **item)
    assert (away.status_code, away.json()["code"]) == (503, "no_answer") and int(away.headers["Retry-After"]) > 0
    done, again = (choosy.date_deed("quantity", "tap-three001", quantity=3, **item) for _ in range(2))
    assert _held(done) == [("House Blend", 3)] and done.json() == again.json()
    assert done.json()["cycle"]["total"] == look["after"]["total"] and done.json()["undo"] == {"key": "tap-three001"}
    assert choosy.cycles()[1] == second and len(choosy.facts("order.contents_changed")) == 1
    for wrong in (
        choosy.date_deed("quantity", "tap-three001", quantity=4, **item),
        choosy.date_deed("remove", "tap-three001", **item),
        choosy.date_deed("quantity", "tap-three001", index=second["index"], quantity=3, **item),
    ):
        assert (wrong.status_code, wrong.json()["code"]) == (422, "other_request")
    assert choosy.options()["quantity"]["reason"]["code"] == "future_edits"
    assert _undo(choosy, second["index"], "tap-three001").status_code == 404
    back, twice = (_undo(choosy, index, "tap-three001") for _ in range(2))
    assert back.status_code == 200 and back.json() == twice.json() and back.json()["action"] == "restore"
    assert choosy.cycles()[0] == first and len(choosy.facts("order.contents_changed")) == 2
    assert _held(choosy.date_deed("quantity", "tap-three001", quantity=3, **item)) == []  # done once, and taken back

    (more,) = choosy.date_options()["add"]["inputs"][0]["values"]
    assert (more["words"], more["price"]["amount"]) == ("Dark Roast (500 g)", "9.00")
    mug = {"variant": more["value"], "quantity": 2}
    dearer = choosy.date_deed("add", "tap-dearer01", price="8.00", **mug)
    assert (dearer.status_code, dearer.json()["code"], dearer.json()["field"]) == (409, "price_changed", "price")
    assert choosy.date_deed("add", "tap-nowhere1", variant="404", quantity=1).json()["code"] == "not_sold"
    both = choosy.date_deed("add", "tap-add00001", price="9.00", **mug)
    assert _held(both) == [("House Blend", 1), ("Dark Roast", 2)]
    assert choosy.date_deed("add", "tap-add00002", **mug).json()["code"] == HAS_ITEM
    assert choosy.date_options()["add"]["reason"]["code"] == "no_choice"
    assert _held(choosy.date_deed("remove", "tap-less0001", **item)) == [("Dark Roast", 2)]
    stale = _undo(choosy, index, "tap-add00001")
    assert (stale.status_code, stale.json()["code"]) == (409, "moved_on")
    assert _undo(choosy, index, "tap-less0001").json()["code"] == "no_undo"  # it was edited before
    gone = choosy.date_deed("quantity", "tap-gone0001", quantity=2, **item)
    assert (gone.status_code, gone.json()["code"]) == (409, "stale")
    look = choosy.date_deed("restore", preview=True).json()
    assert look["after"]["total"] == first["total"] and look["after"]["date"] == first["date"]
    assert choosy.date_deed("restore", "tap-restore1").json()["cycle"] == first

    for field, value in (("country_code", "XX"), ("city", "  "), ("zip", "1\n2")):
        wrong = choosy.date_deed("address", "tap-address0", **HOME | {field: value})
        assert (wrong.status_code, wrong.json()["field"]) == (422, field)
    look = choosy.date_deed("address", preview=True, **HOME).json()
    assert (look["before"]["address"]["city"], look["after"]["address"]["city"]) == ("Portland", "Berlin")
    sent, again = (choosy.date_deed("address", "tap-address1", **HOME) for _ in range(2))
    assert sent.json() == again.json()
    assert choosy.row(index).contents["delivery_method"]["address"]["city"] == "Berlin"
    assert choosy.date_deed("address", preview=True, **HOME).json()["reason"]["code"] == "already"
    assert _undo(choosy, index, "tap-address1").json()["cycle"] == first
    told = choosy.get(f"/contracts/{choosy.contract}/timeline")["entries"]
    assert "Berlin" not in str(told)
    assert all(each["by_you"] for each in told if each["kind"].startswith("order."))
    _rules_hold(choosy, index, item)


def _rules_hold(shopper: Shopper, index: int, item: dict[str, str]) -> None:
    before = len(shopper.facts("order.contents_requested"))
    rules = Rules(closed=frozenset({"contents", "address"}), cutoff_hours=24 * 60)
    with shopper.story.ctx.db.session() as session:
        store.change(session, shopper.story.shop.id, "", rules, "merchant:1", shopper.story.now)
    offered = {each["action"]: each["reason"]["code"] for each in shopper.cycles()[0]["actions"] if each["reason"]}
    assert {offered[name] for name in ("quantity", "add", "address")} == {"closed"}
    assert offered["order_now"] == shopper.date_options()["order_now"]["reason"]["code"] == "cutoff"
    for action, body in (("quantity", item | {"quantity": 2}), ("address", HOME), ("order_now", {})):
        look = shopper.date_deed(action, preview=True, **body).json()
        said = shopper.date_deed(action, "tap-ruled001", **body)
        assert (said.status_code, said.json()["detail"]) == (409, look["reason"]["words"]) and not look["possible"]
    assert shopper.row(index).contents is None and len(shopper.facts("order.contents_requested")) == before


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_only_dates_refuse_has_words(language: str) -> None:
    assert all(words_for(code, voice("portal", language)) for code in (NOT_NEXT, HAS_ITEM))
