"""Home and /metrics say of every charge what became of it, and shout when nobody can say."""

from __future__ import annotations

import re
from datetime import timedelta

from shopify_app.contracts.models import BillingCycle
from shopify_app.insights import daybook, drift
from shopify_app.shops.models import Shop
from tests.web import rows
from tests.web.conftest import NOW, Admin

EARLIER = NOW - timedelta(hours=4)


def _metric(admin: Admin, name: str) -> float:
    text = admin.client.get("/metrics").text
    return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


def test_a_charge_nobody_can_explain_is_an_alert_with_a_link(admin: Admin) -> None:
    assert "charge unexplained" not in admin.get("/").text and "charges unexplained" not in admin.get("/").text
    assert _metric(admin, "perennial_unexplained_charges") == 0
    with admin.context.db.session() as session:
        rows.cycle(session, rows.contract(session, admin.shop_id, 4711), 1, EARLIER)
    html = admin.get("/").text
    assert "1 charge unexplained" in html
    assert '<s-link href="/contracts/4711">#4711</s-link>' in html
    assert "1 cannot be explained" in html
    assert _metric(admin, "perennial_unexplained_charges") == 1


def test_the_days_show_what_became_of_their_charges(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number, back in enumerate((0, 0, 3, 13, 14), 1):
            contract = rows.contract(session, admin.shop_id, number)
            day = EARLIER - timedelta(days=back)
            rows.cycle(session, contract, 1, day, status="BILLED", attempted_at=day)
        daybook.write(session, session.get_one(Shop, admin.shop_id), NOW)
    html = admin.get("/").text.replace("\u00a0", " ")
    # today counted live, thirteen days back from the book; the fifteenth day is out of sight
    assert "4 of 4 expected charges of the last two weeks were paid. None is unexplained." in html
    assert "Wed, Nov 18" in html and "Tue, Nov 17" not in html


def test_a_long_run_shows_how_far_it_is_and_when_it_ends(admin: Admin) -> None:
    with admin.context.db.session() as session:
        for number in range(1, 51):
            contract = rows.contract(session, admin.shop_id, number)
            charged = number <= 10
            at = NOW - timedelta(minutes=5) + timedelta(seconds=number)
            rows.cycle(session, contract, 1, NOW - timedelta(minutes=10), attempted_at=at if charged else None)
    # ten in five minutes, forty left: twenty minutes
    assert "Charging: 10 of 50, done about 9:19 AM" in admin.get("/").text.replace("\u202f", " ")
    with admin.context.db.session() as session:
        for cycle in session.query(BillingCycle).filter(BillingCycle.attempted_at.is_(None)).limit(20):
            cycle.attempted_at = NOW
    assert "Charging:" not in admin.get("/").text


def test_the_comparison_page_lists_what_was_found(admin: Admin) -> None:
    assert "No differences" in admin.get("/comparison").text
    with admin.context.db.session() as session:
        other = rows.shop(session, "other.myshopify.com")
        for shop_id, number in ((admin.shop_id, 4711), (admin.shop_id, 4712), (other.id, 99)):
            contract = rows.contract(session, shop_id, number)
            drift.report(
                session, shop_id, drift.DIFFERED, contract.shopify_gid, NOW,
                before={"status": "ACTIVE", "note": "changed"}, after={"status": "PAUSED", "note": "changed"},
                is_repaired=number != 4712,
            )  # fmt: skip
    html = admin.get("/comparison").text
    assert "note; status: Active → Paused" in html
    assert "/contracts/4711" in html and html.count("Look at it") == 1
    assert "#99" not in html
    assert "1 difference could not be repaired" in admin.get("/").text
    assert _metric(admin, "perennial_drift_unrepaired") == 1
