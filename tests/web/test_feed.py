"""Changes of what ships: by ship date, filtered, acknowledged and taken back, and as a file."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

from shopify_app.fulfillment import take
from tests.web import rows
from tests.web.conftest import NOW, Admin

SHIPS = NOW + timedelta(days=4)
MINE = "gid://shopify/Customer/7"


def _told(admin: Admin) -> None:
    """A skip and a new address of one subscription, and a cancelled one of another shop."""
    with admin.context.db.session() as session:
        rows.shopper(session, admin.shop_id, 7, first_name="Jo", last_name="Marsh")
        contract = rows.contract(session, admin.shop_id, 9, customer_gid=MINE, search_text="9 jo marsh house blend")
        rows.cycle(session, contract, 3, SHIPS)
        data = {"expected_at": (SHIPS + timedelta(days=30)).isoformat()}
        rows.fact(session, contract, "order.skipped", cycle_index=4, customer_gid=MINE, data=data)
        rows.fact(session, contract, "subscription.address_changed", actor="merchant:42", customer_gid=MINE)
        rows.fact(session, contract, "order.processed", data={"order_name": "#1042"})
        other = rows.contract(session, rows.shop(session, "other.myshopify.com").id, 12)
        rows.fact(session, other, "subscription.cancelled")
    take.drain(admin.context)


def _seen(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="seen" value="([^"]+)"', page)))


def test_changes_are_listed_by_ship_date_with_who_what_and_the_way_there(admin: Admin) -> None:
    assert "Nothing changed yet" in admin.get("/changes").text
    _told(admin)
    page = admin.get("/changes").text
    first, second = page.index("Sat, Dec 5, 2026"), page.index("Mon, Jan 4, 2027")
    assert first < page.index("Address changed") < second < page.index("Skipped")
    assert "by you or your staff" in page and "by Shopify or another app" in page
    assert 'href="/contracts/9"' in page and "Jo Marsh" in page and "2 changes" in page
    assert "#1042" not in page and "Cancelled" not in page
    assert "Address changed" not in admin.get("/changes?kind=dates").text
    assert "No such change" in admin.get("/changes?kind=status").text
    assert "Skipped" not in admin.get("/changes?ships=week").text
    assert "Jo Marsh" in admin.get("/changes?q=marsh").text and "Jo Marsh" not in admin.get("/changes?q=meg").text
    assert "Address changed" in admin.get("/changes?kind=nonsense&show=x&ships=y&after=z").text
    assert admin.open("/changes").status_code == 200


def test_one_or_all_are_acknowledged_with_who_and_when_and_taken_back(admin: Admin) -> None:
    _told(admin)
    seen = _seen(admin.get("/changes").text)
    page = admin.post("/changes/acknowledge", seen=seen[0])
    assert "1 change acknowledged" in page.text and "Address changed" not in page.text and "Undo" in page.text
    taken = admin.get("/changes?show=acknowledged").text
    assert "By you or your staff, Tue, Dec 1, 2026, 9:00 AM" in taken and "Open again" in taken
    again = admin.post("/changes/acknowledge", seen=seen[0])
    assert again.status_code == 409 and "somebody else was faster" in again.text
    both = admin.post("/changes/acknowledge", seen=seen)
    assert "1 change acknowledged, 1 other changed meanwhile" in both.text
    ids = re.findall(r'name="id" value="(\d+)"', both.text)
    assert "1 change to be acknowledged again" in admin.post("/changes/reopen", id=ids).text
    assert len(_seen(admin.get("/changes").text)) == 1
    assert admin.post("/changes/acknowledge", seen=["x", "1", "9.9", ""]).status_code == 409


def test_the_file_holds_what_the_filter_shows_and_no_formula(admin: Admin) -> None:
    _told(admin)
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 10)
        item = {"title": "=HYPERLINK(1)", "quantity": 1}
        rows.fact(session, contract, "subscription.item_added", before={"items": []}, after={"items": [item]})
    take.drain(admin.context)
    answer = admin.get("/changes.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="changes.csv"'
    table = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Ships on"] for row in table] == ["2026-12-05", "2027-01-04", ""]
    assert table[0]["Changes"] == "Address changed" and table[2]["Changes"] == "Added: 1 × =HYPERLINK(1)"
    assert len(list(csv.reader(StringIO(admin.get("/changes.csv?kind=dates").text)))) == 2


def test_further_changes_come_on_pages(admin: Admin) -> None:
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 9)
        for day in range(51):
            sides = {"before": {"status": "ACTIVE"}, "after": {"status": "PAUSED"}}
            rows.fact(session, contract, "subscription.paused", NOW + timedelta(days=day), **sides)
    take.drain(admin.context)
    first = admin.get("/changes?kind=status").text
    assert first.count(">Paused<") == 50 and "Acknowledge all 50 shown" in first
    address = re.search(r'<s-button href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = admin.get(address).text
    assert second.count(">Paused<") == 1 and "Next changes" not in second
