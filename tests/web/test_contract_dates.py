"""Changing one date on a subscription's page: asked in words, done once by its request id, taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door, undo
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.contents import Contents, Restoring
from shopify_app.edits.models import CycleEdit
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping
from tests.web import rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)


@pytest.fixture
def asked(admin: Admin, monkeypatch) -> list[tuple]:
    """A subscription with two dates. The door is left ajar: what it is asked is written down."""
    with admin.context.db.session() as session:
        found = rows.contract(session, admin.shop_id, 7)
        rows.cycle(session, found, 4, NOW + 20 * DAY)
        rows.cycle(session, found, 5, NOW + 50 * DAY)
    seen: list[tuple] = []

    def ajar(ctx, change, target, request_id) -> Answer:
        seen.append((change, target.index, target.actor, request_id))
        return Answer(True, change.done_words)

    monkeypatch.setattr(door, "carry_out", ajar)
    return seen


def _request_id(html: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_move_is_shown_before_it_is_made(admin: Admin, asked: list[tuple]) -> None:
    assert "/contracts/7/move?cycle=4" in admin.get("/contracts/7").text
    assert 'name="to"' in admin.get("/contracts/7/move?cycle=4").text
    html = admin.post("/contracts/7/move", cycle="4", to="2026-12-28").text
    assert "Move Mon, Dec 21, 2026?" in html and "moves to Mon, Dec 28, 2026" in html
    assert "The dates after it stay as they are: Wed, Jan 20, 2027." in html and asked == []
    done = admin.post("/contracts/7/move", cycle="4", to="2026-12-28", request_id=_request_id(html))
    assert done.status_code == 200 and 'data-toast="Moved"' in done.text
    assert asked == [(Moving(NOW + 27 * DAY), 4, "merchant:42", _request_id(html))]


def test_mistakes_are_told_at_the_field(admin: Admin, asked: list[tuple]) -> None:
    for to, said in (
        ("soon", "Enter a day as YYYY-MM-DD."),
        ("", "Enter a day as YYYY-MM-DD."),
        ("2026-11-30", "The new date is in the past."),
        ("2027-01-20", "The next date is charged by then."),
        ("2026-12-21", "This date is like that already."),
        ("9999-12-31", "The next date is charged by then."),
    ):
        answer = admin.post("/contracts/7/move", cycle="4", to=to)
        assert (answer.status_code, said in answer.text) == (422, True), to
    assert asked == []


def test_what_was_done_is_taken_back_through_the_same_door(admin: Admin, asked: list[tuple], monkeypatch) -> None:
    monkeypatch.setattr(undo, "find", lambda ctx, target, of: Skipping(False) if of == "r1" else None)
    html = admin.post("/contracts/7/skip", cycle="4", request_id="r1").text
    assert 'hx-post="/contracts/7/undo_date"' in html and 'name="of" value="r1"' in html
    again = admin.post("/contracts/7/undo_date", of="r1", cycle="4", request_id=_request_id(html))
    assert again.status_code == 200 and 'data-toast="Brought back"' in again.text
    assert [one[0] for one in asked] == [Skipping(True), Skipping(False)]
    for form in ({"of": "r1", "cycle": "4"}, {"of": "r2", "cycle": "4", "request_id": "r3"}, {"of": "r1"}):
        assert "can no longer be taken back" in admin.post("/contracts/7/undo_date", **form).text
    assert admin.post("/contracts/9/undo_date", of="r1", cycle="4", request_id="r").status_code == 404


def test_an_order_now_says_what_is_charged(admin: Admin, asked: list[tuple]) -> None:
    page = admin.get("/contracts/7").text
    assert "order_now?cycle=4" in page and "order_now?cycle=5" not in page  # its period has not begun
    html = admin.get("/contracts/7/order_now?cycle=4").text
    assert "charged about $23.00 at once" in html and asked == []
    early = admin.get("/contracts/7/order_now?cycle=5")
    assert "lies before this billing period begins" in early.text


def test_a_refusal_is_told_and_a_form_without_an_id_only_asks(admin: Admin, asked: list[tuple], monkeypatch) -> None:
    assert "Skip Mon, Dec 21, 2026?" in admin.post("/contracts/7/skip", cycle="4").text and asked == []
    assert "like that already" in admin.post("/contracts/7/unskip", cycle="4").text
    monkeypatch.setattr(door, "carry_out", lambda *_: refused(Refusal.CHARGING))
    answer = admin.post("/contracts/7/skip", cycle="4", request_id="r1")
    assert answer.status_code == 409 and "being charged at this moment" in answer.text
    with admin.context.db.session() as session:
        assert session.scalars(select(CycleEdit)).all() == []


def _shelve(admin: Admin) -> str:
    """A mug that some other subscription has."""
    mug = "gid://shopify/ProductVariant/900"
    with admin.context.db.session() as session:
        known = {"shop_id": admin.shop_id, "title": "Mug"}
        product = Product(**known, shopify_gid="gid://shopify/Product/90", status="ACTIVE", shopify_updated_at=NOW)
        session.add_all([product, Variant(**known, shopify_gid=mug, product_gid=product.shopify_gid, price=12)])
    return mug


def test_what_one_order_holds_is_shown_with_its_new_total_and_never_changed_unseen(
    admin: Admin, asked: list[tuple]
) -> None:
    mug = _shelve(admin)
    html = admin.get("/contracts/7/contents?cycle=4").text
    assert "House Blend, Whole bean" in html and "Mug: $12.00" in html and "<s-banner" not in html
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    form = {"cycle": "4", "quantity_0": "2", "variant": mug, "quantity": "1", "seen": found[1]}
    preview = admin.post("/contracts/7/contents", **form).text
    assert "Now: 1 × House Blend. Together about $23.00" in preview
    assert "Then: 2 × House Blend, 1 × Mug. Together about $53.00" in preview and asked == []
    assert admin.post("/contracts/7/contents", **form, request_id=_request_id(preview)).status_code == 200
    ((change, index, _, _),) = asked
    assert isinstance(change, Contents) and index == 4 and change.after()["total"] == "53.00"
    for wrong, said in (
        ({"quantity_0": "-1"}, "Enter a whole number from 0 to 999."),
        ({"variant": "gid://shopify/ProductVariant/1"}, "Choose one of the options."),
        ({"quantity": "0"}, "Enter a whole number from 1 to 999."),
        ({"seen": "another"}, "The order or a price was changed meanwhile."),
        ({"quantity_0": "0", "variant": ""}, "An order needs at least one item."),
        ({"quantity_0": "1", "variant": ""}, "This date is like that already."),
    ):
        answer = admin.post("/contracts/7/contents", **form | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert len(asked) == 1


def test_the_changes_of_an_order_can_be_undone_later(admin: Admin, asked: list[tuple]) -> None:
    names = (
        "variant_title",
        "sku",
        "variant_gid",
        "product_gid",
        "selling_plan_gid",
        "selling_plan_name",
        "image_url",
    )
    prices = {"current_price": "18.00", "discounted_price": "54.00"}
    line = (
        dict.fromkeys(names) | prices | {"gid": "l", "title": "House Blend", "quantity": 3, "requires_shipping": True}
    )
    kept = {"lines": [line], "delivery_price": "5.00", "delivery_method": None, "note": None}
    assert "/contracts/7/restore" not in admin.get("/contracts/7").text
    with admin.context.db.session() as session:
        cycle = session.scalars(select(BillingCycle).where(BillingCycle.cycle_index == 4)).one()
        cycle.contents, cycle.edited = kept, True
    assert "/contracts/7/restore?cycle=4" in admin.get("/contracts/7").text
    html = admin.get("/contracts/7/restore?cycle=4").text
    assert "Now: 3 × House Blend. Together about $59.00" in html and "Then: 1 × House Blend" in html
    admin.post("/contracts/7/restore", cycle="4", request_id=_request_id(html))
    assert isinstance(asked[0][0], Restoring)


def test_the_address_of_one_order_is_shown_before_it_is_changed(admin: Admin, asked: list[tuple]) -> None:
    home = {"last_name": "Marsh", "address1": "1 Elm St", "city": "Bend", "province_code": "OR", "zip": "97701",
            "country_code": "US"}  # fmt: skip
    assert "order_address" not in admin.get("/contracts/7").text  # nobody knows where it goes
    with admin.context.db.session() as session:
        contract = session.scalars(select(BillingCycle)).first().contract_id
        row = session.get_one(Contract, contract)
        row.delivery_method = {"type": "shipping", "title": "Standard", "address": home, "location": None}
    assert "/contracts/7/order_address?cycle=4" in admin.get("/contracts/7").text
    assert 'value="1 Elm St"' in admin.get("/contracts/7/order_address?cycle=4").text
    wrong = admin.post("/contracts/7/order_address", cycle="4", **home | {"city": ""})
    assert wrong.status_code == 422 and "Shopify needs this." in wrong.text
    html = admin.post("/contracts/7/order_address", cycle="4", **home | {"address1": "5 <Pine> St"}).text
    assert "5 &lt;Pine&gt; St" in html and "keep their address" in html and asked == []
    form = home | {"address1": "5 Pine St", "request_id": _request_id(html)}
    assert admin.post("/contracts/7/order_address", cycle="4", **form).status_code == 200
    assert asked[0][0].address["address1"] == "5 Pine St"
