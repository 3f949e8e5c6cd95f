"""What needs a person stands on Home with the action beside it, and each number is that of the list it leads to."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.bulk.models import BulkItem, BulkJob
from shopify_app.fulfillment.models import Change
from shopify_app.shops.models import Shop
from shopify_app.stock.ends import WAITED
from shopify_app.tasks import book
from shopify_app.tasks.book import Matter
from shopify_app.web import language
from tests.web import rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)
TOMORROW = date(2026, 12, 2)


def _plant(session: Session, shop_id: int) -> None:
    """Parked: a subscription and two charges; failed: two; out of stock: one; changes: three of four; tasks: one."""
    rows.contract(session, shop_id, 1, parked_reason="This date was paid twice.")
    for number in (2, 3):
        waits = rows.contract(session, shop_id, number)
        rows.cycle(session, waits, 1, NOW - 9 * DAY, parked_reason="It is too late: a person decides.")
    rows.case(session, rows.contract(session, shop_id, 4), parked_reason="It failed.", next_step="person")
    rows.case(session, rows.contract(session, shop_id, 5), code="MERCHANT_ACCOUNT_ERROR", decline="merchant")
    ada = rows.shopper(session, shop_id, 6, first_name="Ada", last_name="<Lovelace>")
    short = rows.contract(session, shop_id, 6, customer_gid=ada.shopify_gid)
    rows.cycle(session, short, 1, NOW, parked_reason=WAITED)
    held = rows.contract(session, shop_id, 7)
    rows.cycle(session, held, 1, NOW, held_reason="stock", held_until=NOW + DAY)
    billed = rows.contract(session, shop_id, 8)
    rows.cycle(session, billed, 1, NOW, parked_reason="It was too late.", status="BILLED")
    for position, ships in enumerate((TOMORROW - DAY, TOMORROW, TOMORROW - 3 * DAY, TOMORROW + DAY), 1):
        session.add(_change(shop_id, short, position, ships))
    book.begin(session, shop_id, Matter("k", "packed", "Order #9 is being packed.", "Call the packer."), NOW)


def _change(shop_id: int, of: Contract, position: int, ships_on: date) -> Change:
    part = {"aspect": "skip", "kinds": ["order.skipped"], "before": None, "after": True, "data": {}}
    about = {
        "contract_gid": of.shopify_gid,
        "customer_gid": of.customer_gid,
        "actor": "shopper",
        "subject": "cycle:1",
    }
    seen = {"first_at": NOW, "last_at": NOW, "groups": ["dates"], "parts": [part], "position": position}
    return Change(shop_id=shop_id, ships_on=ships_on, **about, **seen)


@pytest.fixture
def busy(admin: Admin) -> Admin:
    with admin.context.db.session() as session:
        _plant(session, admin.shop_id)
        _plant(session, rows.shop(session, "other.myshopify.com").id)
    return admin


def _needs(html: str) -> str:
    return html.split('<s-section heading="What needs you">')[1].split("</s-section>")[0]


def test_each_number_is_that_of_its_list_and_nothing_is_counted_twice(busy: Admin) -> None:
    html = _needs(busy.get("/").text)
    assert re.findall(r"<s-heading>(.*?): (\d+)</s-heading>", html) == [
        ("Charges that wait for you", "3"),
        ("Failed charges, for you to decide", "1"),
        ("Failed charges that you can mend", "1"),
        ("Orders in which something is out of stock", "1"),
        ("Changes to what ships until tomorrow", "3"),
        ("Tasks", "1"),
    ]
    assert "Übersprungen" in busy.get("/", **{language.HEADER: "de"}).text
    assert "3 subscriptions" in busy.get("/contracts?show=parked").text
    assert "1 subscription" in busy.get("/contracts?show=short").text
    assert "3 changes" in busy.get("/fulfillment?ships=soon").text
    assert busy.get("/payments?show=decision").text.count("Give up:") == 1
    assert "6 subscriptions" in busy.get("/contracts?show=aside").text


def test_the_action_stands_beside_what_it_is_about(busy: Admin) -> None:
    html = unescape(_needs(busy.get("/").text))
    assert re.findall(r'href="(/contracts/\d+/\w+[^"]*)"', html) == [
        "/contracts/1/release",
        "/contracts/2/release?cycle=1",
        "/contracts/3/release?cycle=1",
        "/contracts/6/release?cycle=1",
        "/contracts/6/skip?cycle=1",
        "/contracts/6/contents?cycle=1",
    ]
    assert html.count('accessibilitylabel="Give up: ') == 2 and "/payments/retry-all" in html
    assert "This date was paid twice." in html and "1 × House Blend" in html and "Call the packer." in html
    seen = re.search(r'hx-post="([^"]+)".*?name="seen" value="([^"]+)"', html)
    assert seen
    taken = busy.post(seen[1], seen=seen[2]).text
    assert "1 change acknowledged" in taken and "Until tomorrow" in taken
    task = re.search(r'hx-post="(/tasks/\d+/done)"', html)
    assert task and "Marked as done" in busy.post(task[1]).text
    after = _needs(busy.get("/").text)
    assert "Changes to what ships until tomorrow: 2" in after and "<s-heading>Tasks" not in after


def test_a_shop_that_needs_nobody_says_so_and_many_are_cut_short(admin: Admin) -> None:
    assert "Nothing needs you." in _needs(admin.get("/").text)
    with admin.context.db.session() as session:
        for number in range(1, 6):
            rows.contract(session, admin.shop_id, number, parked_reason="x" * 900)
    html = _needs(admin.get("/").text)
    assert html.count("<li>") == 3 and '<s-link href="/contracts?show=parked">See all that wait</s-link>' in html


def test_expected_and_unexplained_lead_to_the_subscriptions_they_count(admin: Admin) -> None:
    with admin.context.db.session() as session:
        zone = session.get_one(Shop, admin.shop_id).zone
        assert zone.key == "America/New_York"
        forgotten = rows.contract(session, admin.shop_id, 1)
        rows.cycle(session, forgotten, 1, NOW - 5 * timedelta(hours=1))
        rows.cycle(session, rows.contract(session, admin.shop_id, 2), 1, NOW + timedelta(hours=3))
        rows.cycle(session, rows.contract(session, admin.shop_id, 3), 1, NOW + DAY)
        rows.cycle(session, rows.contract(session, admin.shop_id, 4, status="CANCELLED"), 1, None, expected_at=NOW)
    html = admin.get("/").text
    for label, show, number in (("Expected today", "expected", 2), ("Unexplained", "unexplained", 1)):
        tile = html.split(f'href="/contracts?show={show}"')[1].split("</s-clickable>")[0]
        assert label in tile and f">{number}</s-text>" in tile
        listed = admin.get(f"/contracts?show={show}").text
        assert f"{number} subscription{'s' if number > 1 else ''}</p>" in listed and "/contracts/1" in listed


def test_a_change_of_many_that_runs_is_shown_with_how_far_it_is(admin: Admin) -> None:
    assert "Running now" not in admin.get("/").text
    with admin.context.db.session() as session:
        about = {"action": "pause", "asked": {"action": "pause"}, "about": "four", "actor": "merchant:1"}
        job = BulkJob(shop_id=admin.shop_id, **about, state="running", total=4, made_at=NOW, turn_at=NOW)
        session.add(job)
        session.flush()
        for number, state in enumerate(("changed", "refused", "cannot", "can"), 1):
            of = rows.contract(session, admin.shop_id, number)
            item = {"job_id": job.id, "contract_id": of.id, "state": state, "next_try_at": NOW}
            session.add(BulkItem(shop_id=admin.shop_id, **item))
    part = admin.get("/running").text
    assert "Pause</s-link>: 3 of 4" in part and f"/contracts/bulk/{job.id}" in part and "every 5s" in part
    with admin.context.db.session() as session:
        session.get_one(BulkJob, job.id).state = "done"
    assert 'hx-trigger="load"' in admin.get("/running").text
