"""What one order alone holds: changed for its date, charged as shown, taken back; never changed unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shopify_app.contracts import contents as order
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import contents, door, undo
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.change import Change, Target
from shopify_app.edits.changes import parse
from shopify_app.edits.contents import Contents, Restoring
from shopify_app.edits.contract.address import normal
from shopify_app.edits.move import Moving
from shopify_app.edits.order_address import OrderAddress
from shopify_app.gateways.shopify.drafts import DraftLine
from shopify_app.kit.gid import gid
from tests.billing.till import Till

ME = "merchant:42"
DAY = timedelta(days=1)


def _next(till: Till) -> BillingCycle:
    return sorted((c for c in till.cycles() if c.due_at), key=lambda c: c.expected_at)[1]


def _target(till: Till) -> Target:
    return Target(till.shop_id, till.contract().shopify_gid, _next(till).cycle_index, ME)


def _ask(till: Till, change: Change, request_id: str = "r1") -> Answer:
    return door.carry_out(till.ctx, change, _target(till), request_id)


def _seen(till: Till) -> dict:
    with till.ctx.db.session() as session:
        contract = session.get_one(Contract, till.contract().id)
        return contents.picture(order.of(contract, session.merge(_next(till), load=False)), "USD")


def _wish(till: Till, quantity: int = 2, *, add: int = 0) -> Contents:
    """The one item in this quantity, and `add` mugs at 12.00."""
    seen = _seen(till)
    variant = till.sandbox.world.of("variants", till.domain).all()[-1]
    mug = {"variant_gid": gid("ProductVariant", variant["id"]), "title": "Mug", "variant_title": None,
           "quantity": add, "price": "12.00"}  # fmt: skip
    return Contents(seen, {seen["items"][0]["gid"]: quantity}, [mug] if add else [])


def test_an_order_is_changed_for_its_date_charged_as_shown_and_the_next_is_as_before(till: Till) -> None:
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    following, before = min((c for c in till.cycles() if c.due_at), key=lambda c: c.expected_at), till.contract()
    target = Target(till.shop_id, before.shopify_gid, following.cycle_index, ME)
    with till.ctx.db.session() as session:
        seen = contents.picture(order.of(session.get_one(Contract, before.id), following), "USD")
    variant = gid("ProductVariant", till.sandbox.world.of("variants", till.domain).all()[-1]["id"])
    mug = {"variant_gid": variant, "title": "Mug", "variant_title": None, "quantity": 3, "price": "12.00"}
    wish = Contents(seen, {seen["items"][0]["gid"]: 2}, [mug])
    assert door.carry_out(till.ctx, wish, target, "r1") == Answer(True, "This order changed")
    assert door.carry_out(till.ctx, wish, target, "r1").is_done and till.calls("CycleDraftCommit") == 1
    (told,) = till.facts("order.contents_changed")
    assert (told.actor, told.cycle_index) == (ME, following.cycle_index)
    assert [item["quantity"] for item in told.after["items"]] == [2, 3]
    assert till.contract().next_charge_total == Decimal(wish.after()["total"])
    till.at(following.due_at or following.expected_at)
    till.mirror()
    till.charge()
    till.sandbox.settle()
    till.hear(till.attempts()[-1].idempotency_key)
    assert Decimal(till.ledger()[-1]["amount"]) == Decimal(wish.after()["total"])
    assert till.contract().next_charge_total == Decimal(seen["total"])


def test_what_was_changed_is_taken_back(till: Till) -> None:
    seen = _seen(till)
    assert _ask(till, _wish(till, 4)).is_done and _next(till).contents is not None
    back = undo.find(till.ctx, _target(till), "r1")
    assert isinstance(back, Restoring)
    assert _ask(till, back, "r2").is_done
    assert _next(till).contents is None and _seen(till) == seen
    changed = till.facts("order.contents_changed")
    assert changed[1].after == {name: changed[0].before[name] for name in ("items", "total")}
    assert _ask(till, back, "r3") == refused(Refusal.ALREADY)


def test_a_moved_order_keeps_its_date_and_its_changes_are_undone_with_it(till: Till) -> None:
    cycle = _next(till)
    assert _ask(till, Moving(cycle.expected_at + 7 * DAY)).is_done
    assert _ask(till, _wish(till, 4), "r2").is_done
    assert _next(till).expected_at == cycle.expected_at + 7 * DAY
    assert undo.find(till.ctx, _target(till), "r2") is None  # it would take the move back, too
    assert _ask(till, contents.restoring(_lines(till)), "r3").is_done
    assert (_next(till).expected_at, _next(till).contents) == (cycle.expected_at, None)


def _lines(till: Till) -> Contract:
    with till.ctx.db.session() as session:
        contract = session.get_one(Contract, till.contract().id)
        assert contract.lines
        return contract


def test_an_order_is_never_changed_unseen(till: Till) -> None:
    wish = _wish(till, 4)
    assert _ask(till, _wish(till, 0), "r0") == refused(Refusal.LAST_ITEM)
    assert _ask(till, _wish(till, wish.seen["items"][0]["quantity"]), "r0") == refused(Refusal.ALREADY)
    assert _ask(till, _wish(till, 3)).is_done
    assert _ask(till, wish, "r2") == refused(Refusal.STALE)
    with till.sandbox.world.locked():  # somebody changes it there, and nobody told us
        rows = till.sandbox.world.of("contracts", till.domain)
        row = rows.all()[0]
        row["cycles"][str(_next(till).cycle_index)]["contents"]["lines"][0]["quantity"] = 9
        rows.put(row)
    assert _ask(till, _wish(till, 5), "r3") == refused(Refusal.STALE)
    assert till.facts("order.edit_rejected")[-1].data["refusal"] == Refusal.STALE


def test_a_lost_answer_adds_nothing_twice(till: Till) -> None:
    till.fault(graphql={"CycleDraftCommit": {"reset": "after", "times": 1}})
    assert _ask(till, _wish(till, 1, add=2)).is_done
    assert _ask(till, _wish(till, 1, add=2)) == refused(Refusal.OTHER_REQUEST)
    assert [line["quantity"] for line in (_next(till).contents or {})["lines"]] == [1, 2]


def test_one_order_goes_elsewhere_and_the_next_as_before(till: Till) -> None:
    home = (till.contract().delivery_method or {})["address"]
    gift = normal({"first_name": "Robin", "last_name": "Lake", "address1": "5 Pine St", "city": "Boise",
                   "province_code": "ID", "zip": "83702", "country_code": "US"})  # fmt: skip
    wish = OrderAddress(_seen(till), gift)
    assert _ask(till, OrderAddress(wish.seen, normal(home)), "r0") == refused(Refusal.ALREADY)
    assert _ask(till, OrderAddress(wish.seen, gift | {"city": None}), "r0") == refused(Refusal.NO_ADDRESS)
    assert _ask(till, wish) == Answer(True, "The address of this order changed")
    there = (_next(till).contents or {})["delivery_method"]["address"]
    assert (there["city"], there["last_name"]) == ("Boise", "Lake")
    assert (till.contract().delivery_method or {})["address"] == home and _seen(till)["total"] == wish.seen["total"]
    assert not any("Pine" in str((fact.before, fact.after, fact.data)) for fact in till.facts())
    assert len(till.facts("order.contents_changed")) == 1 and parse(wish.name, wish.wish()) == wish
    back = undo.find(till.ctx, _target(till), "r1")
    assert back and _ask(till, back, "r2").is_done and _next(till).contents is None


def test_items_are_known_by_what_they_are_and_a_row_keeps_the_wish() -> None:
    item = {"gid": "line/1", "variant_gid": "v/1", "title": "Beans", "variant_title": None, "sku": None,
            "quantity": 2, "total": "36.00"}  # fmt: skip
    wish = Contents({"items": [item], "shipping": "5.00", "total": "41.00"}, {"line/1": 3}, [])
    assert wish.after()["total"] == "59.00"
    odd = item | {"quantity": 3, "total": "1000"}
    yen = Contents({"items": [odd], "shipping": "50", "total": "1050.00", "currency": "JPY"}, {"line/1": 2}, [])
    assert yen.after()["total"] == "717.00"  # 666.67, were there cents
    (step,) = wish.steps([DraftLine("draft/7", "v/1", 2)]) or []
    assert step.variables == {"line": "draft/7", "input": {"quantity": 3}}
    assert wish.steps([DraftLine("line/1", "v/1", 1)]) is None
    assert wish.steps([DraftLine("line/1", "v/1", 2), DraftLine("line/2", "v/2", 1)]) is None
    assert wish.steps([]) is None
    gone = replace(wish, quantities={"line/1": 0})
    assert [step.operation for step in gone.steps([DraftLine("line/1", "v/1", 2)]) or []] == ["DraftLineRemove"]
    assert parse(wish.name, wish.wish()) == wish
    with pytest.raises(TypeError):
        parse("contents", {"of": "another version"})
