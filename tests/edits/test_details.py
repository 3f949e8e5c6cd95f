"""Address, note, delivery, payment method and discounts of a whole subscription; Shopify's word is the last one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.shopify import contracts, discount_codes, payment_methods
from shopify_app.edits import erase, prune
from shopify_app.edits.contract import address, delivery, door, payment_method
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.contract.discounts import Discount, ManualDiscount, RemoveDiscount
from shopify_app.edits.contract.note import Note
from shopify_app.edits.contract.payment_method import ChoosePaymentMethod
from shopify_app.edits.contract.picture import Picture
from shopify_app.edits.contract.statuses import Cancel
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from tests.billing.till import Till
from tests.edits.desk import ME, ask, edits, kinds, put_there, target, there

HOME = {"first_name": "Alex", "last_name": "Marsh 1", "address1": "12 Elm Street", "city": "Portland",
        "province_code": "ME", "zip": "04101", "country_code": "US"}  # fmt: skip
BERLIN = address.normal(
    {"first_name": "Alex", "last_name": "Marsh", "address1": "Torstr. 1", "city": "Berlin", "zip": "10119",
     "country_code": "de", "phone": "030 123456"}
)  # fmt: skip


def take_back(till: Till, request_id: str, by: str) -> Answer:
    """Undo an edit through the same door."""
    action = door.undo(till.ctx, target(till), request_id)
    assert action is not None
    return ask(till, action, by)


def shown(till: Till, action: Action) -> Picture:
    seen = door.preview(till.ctx, action, target(till))
    assert seen and seen.why_not is None
    return seen.after


def make_code(till: Till, code: str, **values: Any) -> None:
    with till.sandbox.world.locked():
        discount_codes.create(till.sandbox.world, till.domain, code, **values)


def test_another_address_for_all_orders_and_back(till: Till) -> None:
    till.mirror()
    put_there(
        till, delivery={"title": "Standard", "address": {**there(till)["delivery"]["address"], "address2": "4b"}}
    )
    till.mirror()
    assert shown(till, Address(BERLIN)).address["city"] == "Berlin"
    assert ask(till, Address(BERLIN)) == Answer(True, "Address changed")
    assert there(till)["delivery"]["address"] == {**BERLIN, "country": "Germany", "province": "Maine"}
    assert till.contract().delivery_method["address"]["address2"] is None  # nothing of the old one stays
    assert ask(till, Address(BERLIN), "r2") == refused(No.ALREADY)
    (told,) = till.facts("subscription.address_changed")
    assert told.actor == ME and not any("Torstr" in str((f.before, f.after, f.data)) for f in till.facts())
    assert take_back(till, "r1", "r3").is_done
    assert there(till)["delivery"]["address"]["address2"] == "4b"
    with till.ctx.db.session() as session:
        who = till.contract().customer_gid
        assert erase.held(session, till.shop_id, who)["edits"][0]["wish"]["address"]["city"] == "Berlin"
        assert erase.erase(session, till.shop_id, who) == 2
    assert edits(till) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, {}),
        ({"zip": "", "last_name": " "}, {"zip": address.MISSING, "last_name": address.MISSING}),
        ({"province_code": "", "country_code": "us"}, {"province_code": address.MISSING}),
        ({"province_code": "", "zip": "", "country_code": "IE"}, {}),
        ({"country_code": "XX"}, {"country_code": address.NO_COUNTRY}),
        ({"city": "a\nb", "company": "x" * 256}, {"city": address.NOT_PLAIN, "company": address.TOO_LONG}),
    ],
)
def test_what_an_address_needs_is_named_at_its_field(changes: dict[str, str], wrong: dict[str, str]) -> None:
    assert address.wrong(address.normal(HOME | changes)) == wrong


@pytest.mark.parametrize(
    ("name", "wished", "there", "is_same"),
    [
        ("zip", "sw1a1aa", "SW1A 1AA", True),
        ("phone", "(207) 555-0100", "+12075550100", True),
        ("phone", "030 123456", "+4930123456", True),
        ("phone", None, "+4930123456", False),
        ("phone", "2075550100", None, False),
        ("address2", "Flat 4", None, False),
        ("company", None, "", True),
    ],
)
def test_what_shopify_writes_its_own_way_is_the_same(name: str, wished: str, there: str, is_same: bool) -> None:
    assert address._is_same(name, wished, there) is is_same


def test_an_address_that_cannot_be_seen_or_is_none_is_not_changed(till: Till) -> None:
    till.mirror()
    assert ask(till, Address(BERLIN | {"city": None})) == refused(No.INCOMPLETE_ADDRESS)
    put_there(till, delivery={"title": "Standard", "address": None}, revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    assert ask(till, Address(BERLIN), "r2") == refused(No.HIDDEN_ADDRESS)
    put_there(till, delivery=None, revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    assert ask(till, Address(BERLIN), "r3") == refused(No.NO_ADDRESS)
    assert ask(till, Delivery("1.00"), "r4") == refused(No.NO_ADDRESS)
    assert till.calls("DraftOpen") == 0


def test_what_shopify_misses_in_an_address_is_told_in_its_words(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.mirror()
    monkeypatch.setattr(address, "wrong", lambda wished: {})
    assert ask(till, Address(BERLIN | {"city": ""})) == refused(No.REFUSED, "Shopify refused: city can't be blank.")
    assert till.calls("DraftCommit") == 0 and kinds(till)[-1] == "subscription.edit_rejected"


def test_a_note_is_written_and_taken_off_and_never_told(till: Till) -> None:
    till.mirror()
    assert ask(till, Note("Ring at Marsh")).is_done and there(till)["note"] == "Ring at Marsh"
    assert ask(till, Note("Ring at  Marsh "), "r2") == refused(No.ALREADY)
    assert take_back(till, "r1", "r3").is_done and not there(till)["note"]
    assert till.contract().note in (None, "")
    assert not any("Marsh" in str((f.before, f.after, f.data)) for f in till.facts())


def test_another_way_to_ship_at_shopifys_price_and_back(till: Till) -> None:
    till.mirror()
    found = delivery.offered(till.ctx, till.shop_id, till.contract().shopify_gid)
    assert found and [(one.code, one.price) for one in found.options] == [
        ("standard", Decimal("4.50")),
        ("express", Decimal("12.00")),
    ]
    assert till.calls("DraftDeliveryOptions") == 2  # Shopify worked it out first
    assert delivery.choose(found, "drone") is No.NOT_OFFERED
    express = delivery.choose(found, "express")
    assert isinstance(express, Delivery)
    after = shown(till, express)
    assert (after.delivery, after.shipping, after.total) == ("Express", Decimal("12.00"), Decimal("26.00"))
    assert ask(till, express) == Answer(True, "Delivery changed")
    assert (there(till)["delivery"]["code"], there(till)["delivery_price"]) == ("express", "12.00")
    assert till.contract().delivery_price == 12 and till.contract().next_charge_total == 26
    assert till.contract().delivery_method["address"]["city"] == "Portland"
    assert take_back(till, "r1", "r2").is_done
    assert (there(till)["delivery"]["title"], there(till)["delivery"]["code"]) == ("Standard", "Standard")
    assert till.contract().delivery_price == Decimal("4.50")

    assert ask(till, Delivery("0.00"), "r3").is_done  # the merchant's own price
    assert till.contract().delivery_price == 0 and till.contract().delivery_method["title"] == "Standard"
    assert take_back(till, "r3", "r4").is_done and till.contract().delivery_price == Decimal("4.50")


def test_no_way_to_ship_there_is_told_and_so_is_slowness(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.mirror()
    monkeypatch.setattr(delivery.delivery_options, "PAUSE", 0)
    monkeypatch.setattr(delivery.delivery_options, "TRIES", 1)
    assert delivery.offered(till.ctx, till.shop_id, till.contract().shopify_gid) is None
    monkeypatch.setattr(delivery.delivery_options, "TRIES", 2)
    put_there(till, delivery={"title": "Standard", "address": {"country_code": "KP"}})
    found = delivery.offered(till.ctx, till.shop_id, till.contract().shopify_gid)
    assert found and found.options == () and found.problem


def test_another_payment_method_of_the_same_shopper_and_no_other(till: Till) -> None:
    world, mine = till.sandbox.world, there(till)["customer_id"]
    with world.locked():
        new, other = (payment_methods.create(world, till.domain, who)["id"] for who in (mine, mine + 1))
    till.mirror()
    old = till.contract().payment_method_gid
    payment_method.read_again(till.ctx, till.shop_id, till.contract().customer_gid)
    with till.ctx.db.session() as session:
        known = payment_method.known(session, till.contract())
        assert {one.shopify_gid for one in known} == {old, f"gid://shopify/CustomerPaymentMethod/{new}"}
        action = payment_method.choose(session, till.contract(), f"gid://shopify/CustomerPaymentMethod/{new}")
        strange = payment_method.choose(session, till.contract(), f"gid://shopify/CustomerPaymentMethod/{other}")
    assert strange is No.NOT_THEIRS and isinstance(action, ChoosePaymentMethod)
    assert ask(till, ChoosePaymentMethod(f"gid://shopify/CustomerPaymentMethod/{other}")) == refused(No.NOT_THEIRS)
    assert ask(till, action, "r2") == Answer(True, "Payment method changed")
    assert there(till)["payment_method_id"] == new and till.contract().payment_method_gid == action.gid
    assert [told.actor for told in till.facts("subscription.payment_method_changed")] == [ME]
    with world.locked():
        payment_methods.revoke(world, till.domain, old.rsplit("/", 1)[1])
    assert take_back(till, "r2", "r3") == refused(No.METHOD_REVOKED)  # Shopify knows better than our row
    assert there(till)["payment_method_id"] == new


def test_a_code_lowers_what_is_charged_and_can_be_taken_back(till: Till) -> None:
    make_code(till, "WELCOME10", title="Welcome back", percentage=10)
    till.mirror()
    assert [one.title for one in shown(till, Discount("welcome10")).discounts] == ["welcome10"]
    assert ask(till, Discount("welcome10")) == Answer(True, "Discount code applied")
    (found,) = till.contract().discounts
    assert (found["title"], found["type"], found["percentage"]) == ("Welcome back", "CODE_DISCOUNT", 10)
    assert till.contract().next_charge_total == Decimal("17.10")
    assert ask(till, Discount("Welcome Back"), "r2") == refused(No.HAS_CODE)
    assert ask(till, Discount("welcome10")) == Answer(True, "Discount code applied")  # the same request
    till.live_until_quiet()
    assert [paid["amount"] for paid in till.ledger()] == ["17.10"]
    till.mirror()
    assert take_back(till, "r1", "r3") == Answer(True, "Discount removed")
    assert till.contract().discounts == [] and till.contract().next_charge_total == Decimal("18.50")
    assert take_back(till, "r3", "r4") == refused(No.CODE_REJECTED, "There is no such discount code.")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"is_active": False}, "This discount code is not active."),
        ({"on_subscriptions": False}, "This discount code is not for subscriptions."),
        ({"uses_left": 0}, "This discount code has been used as often as allowed."),
    ],
)
def test_a_rejected_code_changes_nothing_and_says_why(till: Till, values: dict[str, Any], words: str) -> None:
    make_code(till, "SPRING", percentage=10, **values)
    till.mirror()
    assert ask(till, Discount("SPRING")) == refused(No.CODE_REJECTED, words)
    assert till.calls("DraftCommit") == 0 and there(till)["discounts"] == []
    assert kinds(till)[-1] == "subscription.edit_rejected"


def test_a_discount_of_the_merchants_own_is_shown_as_shopify_then_has_it(till: Till) -> None:
    till.mirror()
    first = ManualDiscount("Sorry", percentage=25, limit=2)
    wished = shown(till, first)
    assert wished.total == Decimal("15.00")
    assert ask(till, first).is_done and till.contract().next_charge_total == wished.total
    second = ManualDiscount("Five off", amount="5.00")
    wished = shown(till, second)
    assert ask(till, second, "r2").is_done and till.contract().next_charge_total == wished.total == Decimal("10.00")
    assert [told.actor for told in till.facts("subscription.discount_added")] == [ME, ME]
    gid = till.contract().discounts[0]["id"]
    wished = shown(till, RemoveDiscount(gid))
    assert ask(till, RemoveDiscount(gid), "r3").is_done
    assert till.contract().next_charge_total == wished.total == Decimal("13.50")
    assert ask(till, RemoveDiscount(gid), "r4") == refused(No.DISCOUNT_GONE)
    assert take_back(till, "r3", "r5").is_done
    (_, back) = till.contract().discounts
    assert (back["title"], back["percentage"], back["recurring_cycle_limit"]) == ("Sorry", 25, 2)


def test_a_lost_commit_is_looked_up_and_a_throttled_draft_may_be_sent_again(till: Till) -> None:
    till.mirror()
    till.fault(graphql={"DraftCommit": {"reset": "after", "times": 1}})
    assert ask(till, Note("one")).is_done and till.calls("DraftCommit") == 1
    till.fault(graphql={"DraftUpdate": {"status": 429, "times": 1}})
    assert ask(till, Note("two"), "r2") == refused(No.NO_ANSWER)
    assert ask(till, Note("two"), "r2").is_done


@pytest.mark.parametrize(("meddlings", "answer"), [(1, Answer(True, "Note changed")), (9, refused(No.STALE))])
def test_a_draft_that_somebody_else_made_stale_is_drawn_anew(
    till: Till, monkeypatch: pytest.MonkeyPatch, meddlings: int, answer: Answer
) -> None:
    till.mirror()
    mutate, left = AdminClient.mutate, [True] * meddlings

    def meddled(client: AdminClient, name: str, *rest: Any) -> dict[str, Any]:
        if name == "DraftCommit" and left:
            left.pop()
            with till.sandbox.world.locked():
                contracts.change(till.sandbox.world, till.domain, there(till), delivery_price="6.00")
        return mutate(client, name, *rest)

    monkeypatch.setattr(AdminClient, "mutate", meddled)
    assert ask(till, Note("Ring")) == answer
    assert till.calls("DraftOpen") == (2 if answer.is_done else drafts.TRIES)
    assert there(till)["note"] == ("Ring" if answer.is_done else None) and there(till)["delivery_price"] == "6.00"
    (told,) = till.facts("subscription.delivery_changed")
    assert told.actor == "shopify"  # what the other one did is not ours


def test_edits_are_forgotten_after_400_days_but_for_a_cancellation(till: Till) -> None:
    till.mirror()
    assert ask(till, Note("one")).is_done and ask(till, Cancel("other", "Moving"), "r2").is_done
    till.at(till.now + timedelta(days=399))
    assert prune.run(till.ctx) == 0
    till.at(till.now + timedelta(days=2))
    assert prune.run(till.ctx) == 1
    assert [edit.action for edit in edits(till)] == ["cancel"]
