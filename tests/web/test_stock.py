"""The Stock pages: what subscribers need against what is there, one item, what if, and what staff say about it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from shopify_app.contracts.models import BillingCycle
from shopify_app.journal.models import Fact
from shopify_app.stock import ends
from shopify_app.stock.models import ItemStanding, StockCause, StockDecision
from tests.web import stock_rows
from tests.web.conftest import Admin

BLEND, DECAF, BREW = "/stock/1", "/stock/2", "/stock/3"


@pytest.fixture
def shelf(admin: Admin) -> Admin:
    """Three bags of House Blend for five subscribers, plenty of Decaf for one, and a drink that nobody counts."""
    with admin.context.db.session() as session:
        stock_rows.item(session, admin.shop_id, 1, "House <Blend>", 3)
        stock_rows.item(session, admin.shop_id, 2, "Decaf", 100)
        stock_rows.item(session, admin.shop_id, 3, "Cold Brew", None)
        for number, ahead in enumerate((5, 2, 3, 4, 20), 1):
            stock_rows.subscriber(session, admin.shop_id, number, 1, [ahead])
        stock_rows.subscriber(session, admin.shop_id, 6, 2, [6], quantity=2)
        stock_rows.subscriber(session, admin.shop_id, 7, 3, [6])
    stock_rows.weigh(admin.context)
    return admin


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.split('id="page"')[-1]))


def _standing(admin: Admin, number: int) -> ItemStanding:
    with admin.context.db.session() as session:
        mine = ItemStanding.item_gid == f"gid://shopify/InventoryItem/{number}"
        return session.scalars(select(ItemStanding).where(mine)).one()


def _decisions(admin: Admin) -> list[StockDecision]:
    with admin.context.db.session() as session:
        return list(session.scalars(select(StockDecision).order_by(StockDecision.charge_at)))


def test_a_shop_without_items_is_told_when_they_come(admin: Admin) -> None:
    html = admin.get("/stock").text
    assert "No items yet" in html and "<s-table" not in html
    assert 'href="/stock"' in admin.open("/").text


def test_what_runs_out_stands_first_with_what_is_needed_and_done(shelf: Admin) -> None:
    html = shelf.get("/stock").text
    table = html.split("<s-table-body>")[1]
    assert re.findall(r'id="item-(\d)"', table) == ["1", "2", "3"]
    blend, decaf, brew = (_words(part) for part in table.split("<s-table-row ")[1:])
    assert "House &lt;Blend&gt; Whole bean · SKU-1 Low 3 4 " in blend
    assert "Sun, Dec 6, 2026 12 units short 5 subscribers 1 waits" in blend, "3 of 15 in 90 days, one in 14 days"
    assert "Covered 100 2 2 6 " in decaf and "short" not in decaf
    assert "Not limited – 1 " in brew
    assert 'role="status">3 items' in html


def test_it_is_searched_filtered_paged_and_kept_as_a_file(shelf: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    for query, found in {
        "q=decaf": "2", "q=sku-3": "3", "q=whole+blend": "1", "q=%25": "", "show=runs_out": "1",
        "show=affected": "1", "show=discontinued": "", "show=junk": "123", "q=x&show=runs_out&after=junk": "",
    }.items():  # fmt: skip
        html = shelf.get(f"/stock?{query}").text
        assert "".join(re.findall(r'id="item-(\d)"', html)) == found, query
    monkeypatch.setattr("shopify_app.stock.pages.PAGE", 2)
    monkeypatch.setattr("shopify_app.stock.pages.page.__defaults__", ("", "", None, 2))
    first = shelf.get("/stock").text
    (address,) = re.findall(r'href="([^"]*after=[^"]*)"', first)
    assert re.findall(r'id="item-(\d)"', shelf.get(address.replace("&amp;", "&")).text) == ["3"]
    answer = shelf.get("/stock.csv?q=blend")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="stock-2026-12-01.csv"'
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    named = dict(zip(head, row, strict=True))
    assert (named["Product"], named["There now"], named["Needed in 7 days"]) == ("House <Blend>", "3", "4")
    assert (named["Runs out on"], named["Units short"], named["Subscribers"]) == ("2026-12-06", "12", "5")


def test_an_item_shows_who_needs_it_first_charge_first_and_what_becomes_of_each(shelf: Admin) -> None:
    html = shelf.get(BLEND).text
    said = _words(html)
    assert "3 units there now" in said and "Runs out on Sun, Dec 6, 2026. 12 units are missing" in said
    assert "From Sun, Dec 6 on it is not enough." in said, "the picture in words"
    assert html.count('class="lacking"') > html.count('class="recovered"') > 2
    orders = html.split("Orders that need it")[1].split("</s-section>")[0]
    assert re.findall(r">Shopper(\d)<", orders)[:5] == ["2", "3", "4", "1", "5"]
    short = _words(orders.split("<s-table-row>")[4])
    assert "Asked; without an answer on Sat, Dec 5, 2026, 9:00 AM: wait until it is back." in short
    assert "by its rhythm" in _words(orders) and 'href="/contracts/1"' in orders
    assert "Location 1 3 Tue, Dec 1, 2026, 9:00 AM" in said
    assert "so no order is ever held for it" in shelf.get(BREW).text
    for number in ("9", "0x1", "9" * 30, "%00"):
        assert shelf.get(f"/stock/{number}").status_code == 404


def test_staff_choose_for_a_shopper_while_there_is_a_choice(shelf: Admin) -> None:
    (decision,) = _decisions(shelf)
    address = f"/stock/decisions/{decision.id}"
    assert f'href="{address}"' in shelf.get(BLEND).text
    html = shelf.get(address).text
    assert re.findall(r's-option value="(\w+)"( selected)?', html) == [("delay", " selected"), ("skip", "")]
    assert "done on Sat, Dec 5, 2026, 9:00 AM" in html
    refused = shelf.post(address, word="sell")
    assert refused.status_code == 422 and "Choose one of the options." in refused.text
    assert _decisions(shelf)[0].choice is None
    done = shelf.post(address, word="skip")
    assert "Skip the order: chosen by you or your staff, done on Sat, Dec 5" in _words(done.text)
    assert (_decisions(shelf)[0].choice, _decisions(shelf)[0].chosen_by) == ("skip", "merchant:42")
    shelf.context.clock.now = lambda: decision.act_at  # type: ignore[method-assign]
    late = shelf.post(address, word="delay")
    assert late.status_code == 409 and _decisions(shelf)[0].choice == "skip"
    assert shelf.get("/stock/decisions/999999").status_code == 404


def test_what_if_weighs_and_changes_nothing(shelf: Admin) -> None:
    before = _standing(shelf, 1).dirty_at
    said = _words(shelf.get(f"{BLEND}/what-if").text)
    assert "3 orders in the next 14 days: 3 wait." in said, "the fourth is decided already"
    assert "1 order is decided already and stays as it was." in said
    assert "11 later orders within 90 days would be decided" in said
    assert "2 orders in the next 14 days: 2 wait." in _words(shelf.get(f"{BLEND}/what-if?units=1").text)
    assert "Enter a whole number from 0 to 99999." in shelf.get(f"{BLEND}/what-if?units=-1").text
    assert "so no order is ever held for it" in shelf.get(f"{BREW}/what-if").text
    assert len(_decisions(shelf)) == 1 and _standing(shelf, 1).dirty_at == before
    with shelf.context.db.session() as session:
        held = session.scalars(select(BillingCycle).where(BillingCycle.held_reason.is_not(None))).all()
        assert len(held) == 1


def test_a_discontinued_item_shows_what_that_does_first_and_comes_back(shelf: Admin) -> None:
    asked = _words(shelf.get(f"{DECAF}/discontinue").text)
    assert "No order in the next 14 days would be short." in asked and _standing(shelf, 2).discontinued_at is None
    assert "4 orders" not in asked
    with shelf.context.db.session() as session:
        session.delete(session.scalars(select(StockDecision)).one())
    said = _words(shelf.get(f"{BLEND}/discontinue").text)
    assert "1 order in the next 14 days: 1 is skipped." in said, "nobody can wait for it"
    done = shelf.post(f"{BLEND}/discontinue")
    assert "Discontinued" in done.text and "It comes again" in done.text
    assert _standing(shelf, 1).dirty_at is not None, "it is looked at anew"
    stock_rows.weigh(shelf.context)
    (decided,) = _decisions(shelf)
    assert decided.default == "skip"
    assert (
        "House &lt;Blend&gt;, Whole bean was marked as discontinued by you or your staff."
        in shelf.get("/settings").text
    )
    shelf.post(f"{BLEND}/discontinue", back="1")
    assert _standing(shelf, 1).discontinued_at is None
    with shelf.context.db.session() as session:
        kinds = select(StockCause.kind).where(StockCause.closed_at.is_(None))
        assert "discontinued" not in session.scalars(kinds).all()


def test_what_staff_know_is_saved_and_what_is_wrong_is_told_at_the_field(shelf: Admin) -> None:
    right = {"expected_back_on": "2026-12-20", "safety_units": "40", "safety_days": "14"}
    saved = shelf.post(BLEND, **right).text
    assert "Expected back on Sun, Dec 20, 2026" in saved and 'value="40"' in saved
    row = _standing(shelf, 1)
    assert (row.expected_back_on, row.safety_units, row.safety_days) == (date(2026, 12, 20), 40, 14)
    for wrong, words in (
        ({"expected_back_on": "tomorrow"}, "Enter a day as year-month-day"),
        ({"expected_back_on": "2026-11-30"}, "Choose a day from today on"),
        ({"expected_back_on": "2099-01-01"}, "within three years"),
        ({"safety_units": "-1"}, "Enter a whole number from 0 to 99999."),
        ({"safety_days": "91"}, "Enter a whole number from 0 to 90."),
        ({"safety_days": "0"}, "Enter the days, too"),
    ):
        answer = shelf.post(BLEND, **(right | wrong))
        assert answer.status_code == 422 and words in answer.text, wrong
        (name,) = wrong
        assert re.search(rf'name="{name}"[^>]* error="', answer.text), name
    assert _standing(shelf, 1).safety_units == 40
    with shelf.context.db.session() as session:
        assert len(session.scalars(select(Fact).where(Fact.kind == "stock.rules_changed")).all()) == 2
    shelf.post(BLEND, **(right | {"expected_back_on": ""}))
    assert _standing(shelf, 1).expected_back_on is None
    assert "is expected on no day any more by you or your staff." in shelf.get("/settings").text


def test_an_order_that_waits_for_staff_is_seen_at_home(shelf: Admin) -> None:
    assert "out of stock" not in shelf.get("/").text
    with shelf.context.db.session() as session:
        decision = session.scalars(select(StockDecision)).one()
        decision.state, decision.done, decision.act_at = "applied", "tell", None
        mine = (BillingCycle.contract_id == decision.contract_id, BillingCycle.cycle_index == decision.cycle_index)
        session.scalars(select(BillingCycle).where(*mine)).one().parked_reason = ends.WAITED
    assert "Orders in which something is out of stock: 1" in shelf.get("/").text
    assert "1 order waits for you" in shelf.get("/stock").text
