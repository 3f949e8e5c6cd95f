"""The Insights page: says the point above each chart, keeps currencies apart, and gives its numbers as files."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import shopify_app
from shopify_app.contracts.models import ContractImport
from shopify_app.insights import revenue
from shopify_app.shops.models import Shop
from shopify_app.web.admin.insights import chart
from tests.web import rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)
TEMPLATES = Path(shopify_app.__file__).parent / "web/templates"


def _live(admin: Admin) -> None:
    """Two of $18 a month and one of €18; today, one of the first two is cancelled as too dear."""
    with admin.context.db.session() as session:
        shop = session.get_one(Shop, admin.shop_id)
        done = {"started_at": NOW, "finished_at": NOW, "next_slice_at": NOW}
        session.add(ContractImport(shop_id=shop.id, phase="done", contracts_done=0, **done))
        first, _, _ = (
            rows.contract(session, shop.id, n, currency=c) for n, c in ((1, "USD"), (2, "USD"), (3, "EUR"))
        )
        revenue.count(session, shop, NOW - DAY)
        first.status, first.shopify_updated_at = "CANCELLED", NOW
        session.flush()
        rows.fact(session, first, "subscription.cancelled", data={"reason": "too_expensive"})
        rows.cycle(session, first, 1, NOW + DAY)
        rows.cycle(session, session.merge(first), 2, NOW + 9 * DAY, held_reason="stock")
        revenue.count(session, shop, NOW)


def test_each_chart_says_its_point_in_one_currency(admin: Admin):
    _live(admin)
    html = admin.get("/insights").text
    assert "1 active subscription brings in $18.00 a month." in html
    assert "$0.00 a month gained, $18.00 lost." in html
    assert "most often: Somebody ended it: too expensive." in html
    later = admin.get("/insights/ahead").text
    assert "About $0.00 will be charged" in later  # what is cancelled or held is not expected
    assert "€" not in html and "Counted since Mon, Nov 30, 2026" in html
    euros = admin.get("/insights?currency=EUR&by=month").text
    assert "1 active subscription brings in €18.00 a month." in euros and "$" not in euros


def test_the_numbers_come_as_files(admin: Admin):
    _live(admin)
    lines = admin.get("/insights.csv").text.splitlines()
    assert len(lines) == 2 and lines[1].endswith(",18.00,1,,USD") and ",36.00," in lines[1] and ",-18.00," in lines[1]
    assert "too expensive,1,18.00,USD" in admin.get("/insights.csv?of=left").text
    assert len(admin.get("/insights.csv?of=ahead").text.splitlines()) == 13
    assert len(admin.get("/insights.csv?of=recovery").text.splitlines()) == 31
    began = admin.get("/insights.csv?of=cohorts").text.splitlines()
    assert (
        began[0].lstrip("\ufeff").startswith("Began in the month of,Subscriptions,After months: 1")
        and len(began) == 2
    )
    assert began[1].startswith("2026-05-01,3,3,3,3,3,3,3,,"), "one of the three ended, more than six months later"


def test_what_is_read_from_every_subscription_comes_later(admin: Admin):
    _live(admin)
    html = admin.get("/insights?by=month").text
    assert 'hx-get="/insights/ahead?currency=USD' in html and 'hx-get="/insights/cohorts' in html
    assert "Churn: of the subscriptions that were active when the month began" in html
    stayed = admin.get("/insights/cohorts").text
    assert "Of 3 subscriptions of which three months are over, 100% stayed for them." in stayed
    assert "<main" not in stayed


def test_a_charge_to_come_stands_in_its_week(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 1)
        rows.cycle(session, contract, 1, NOW + 8 * DAY)
        rows.cycle(session, contract, 2, NOW + 90 * DAY)
    found = admin.get("/insights.csv?of=ahead").text.splitlines()[1:]
    assert [line.split(",")[2] for line in found] == ["0.00", "23.00", *["0.00"] * 10]


def test_a_shop_not_counted_yet_is_told_so(admin: Admin):
    assert "Nothing is counted yet." in admin.get("/insights").text


def test_ticks_are_round_and_bars_stand_on_the_line():
    assert [chart.step(Decimal(each)) for each in ("3", "37", "4100", "90")] == [1, 10, 2000, 50]
    drawn = chart.bars([("a", Decimal(40), Decimal(-20)), ("b", Decimal(0), Decimal(0))])
    assert drawn is not None and [tick["at"] for tick in drawn["ticks"]] == [-20, -10, 0, 10, 20, 30, 40]
    assert drawn["bars"][0]["up"]["y"] + drawn["bars"][0]["up"]["tall"] == drawn["zero"]
    assert chart.bars([("a", Decimal(0), Decimal(0))]) is None
