"""What a shopper prefers when something is out of stock: a row of ours, changed through the door of all edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from shopify_app.contracts import erase, reconcile
from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED, Contract
from shopify_app.edits.contract import door, out_of_stock, picture, requests
from shopify_app.edits.contract.action import Standing
from shopify_app.edits.contract.actions import parse
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.out_of_stock import CHOICES, OutOfStock, choose
from shopify_app.edits.contract.statuses import Cancel
from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import Rules
from shopify_app.shops.models import Shop
from tests.billing.till import Till
from tests.edits.desk import ME, ask, edits, put_there, target, there

NOW = datetime(2026, 12, 1, tzinfo=UTC)
KIND = "subscription.out_of_stock_changed"
CHANGED = Answer(True, "Out-of-stock preference changed")


@pytest.mark.parametrize("status", [ACTIVE, PAUSED, FAILED, CANCELLED, EXPIRED])
def test_every_preference_becomes_every_other_and_comes_back(status: str) -> None:
    for had, wished in product(CHOICES, CHOICES):
        contract = Contract(
            status=status, out_of_stock=choose(had).choice, billing_policy={"interval": "DAY", "intervalCount": 1},
            lines=[], discounts=[], delivery_price=0,
        )  # fmt: skip
        action, before = choose(wished), picture.of(contract, (), None, NOW)
        why_not = No.ENDED if status in (CANCELLED, EXPIRED) else No.ALREADY if had == wished else None
        assert action.why_not(Standing(contract, (), None, NOW)) is why_not
        after = action.paint(before)
        assert (out_of_stock.word(after.out_of_stock), replace(after, out_of_stock=before.out_of_stock)) == (
            wished,
            before,
        )
        assert parse(action.name, action.wish()) == action
        back = action.undo(before.as_json())
        assert back == choose(had) and back.paint(after) == before
    with pytest.raises(ValueError, match="burn"):
        choose("burn")


def test_it_is_done_in_one_commit_without_shopify_and_taken_back(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.charge()  # a charge is under way: none of its business
    with monkeypatch.context() as patch:
        patch.setattr(requests, "record", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(till, choose("wait"))
    assert edits(till) == []  # who dies meanwhile leaves nothing
    assert till.attempts() and till.contract().out_of_stock is None
    sent = len(till.sent)
    seen = door.preview(till.ctx, choose("wait"), target(till))
    assert seen and seen.why_not is None and (seen.before.out_of_stock, seen.after.out_of_stock) == (None, "wait")
    assert ask(till, choose("wait")) == ask(till, choose("wait")) == CHANGED
    assert ask(till, choose("skip")) == refused(No.OTHER_REQUEST)
    assert ask(till, choose("wait"), "r2") == refused(No.ALREADY)
    (fact,) = till.facts(KIND)
    assert (fact.actor, fact.before, fact.after) == (ME, {"out_of_stock": None}, {"out_of_stock": "wait"})
    back = door.undo(till.ctx, target(till), "r1")
    assert back == OutOfStock(None) and ask(till, back, "r3") == CHANGED
    assert till.contract().out_of_stock is None and len(till.facts(KIND)) == 2
    assert len(till.sent) == sent and [edit.state for edit in edits(till)] == ["done", "done"]
    assert {edit.lease_until for edit in edits(till)} == {None}


def test_no_reading_of_shopify_loses_it_or_takes_it_for_a_change(till: Till) -> None:
    assert ask(till, choose("ship_rest")).is_done
    with till.ctx.db.session() as session:
        shop, gid = session.get_one(Shop, till.shop_id), till.contract().shopify_gid
    fetch = reconcile.mirror.fetch

    def meanwhile(*args: object) -> object:
        assert ask(till, choose("skip"), "r2").is_done  # while the night compares
        return fetch(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconcile.mirror, "fetch", meanwhile)
        seen = reconcile.reread(till.ctx, shop, gid)
    assert seen.names == [] and till.contract().out_of_stock == "skip"
    put_there(till, note="by another app", revision_id=there(till)["revision_id"] + 1)
    told = [fact.id for fact in till.facts(KIND)]
    till.mirror()
    assert (till.contract().note, till.contract().out_of_stock) == ("by another app", "skip")
    assert [fact.id for fact in till.facts(KIND)] == told and "skip" not in str(there(till))


def test_rules_hold_for_shoppers_and_it_ends_with_the_subscription_or_the_person(till: Till) -> None:
    def rule(**rules: object) -> None:
        with till.ctx.db.session() as session:
            store.change(session, till.shop_id, WHOLE_SHOP, Rules(**rules), ME, till.now)

    def by_shopper(request_id: str) -> Answer:
        return door.carry_out(till.ctx, choose("wait"), target(till, "shopper:7"), request_id)

    rule(closed=frozenset({"out_of_stock"}))
    assert by_shopper("s1").rule == "closed" and till.facts(KIND) == []
    rule(cutoff_hours=720)
    assert by_shopper("s2").rule == "cutoff_ahead"
    assert ask(till, choose("skip")).is_done
    assert till.facts(KIND)[0].data == {"overrides": ["cutoff_ahead"]}
    rule()
    assert by_shopper("s3").is_done and till.facts(KIND)[1].actor == "shopper:7"
    assert ask(till, Cancel("other"), "r2").is_done
    assert ask(till, choose("substitute"), "r3") == refused(No.ENDED)
    with till.ctx.db.session() as session:
        who = till.contract().customer_gid
        assert erase.held(session, till.shop_id, who)["contracts"][0]["out_of_stock"] == "wait"
        assert erase.erase(session, till.shop_id, who) == 1
    assert till.contract().out_of_stock is None
