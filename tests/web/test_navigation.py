"""Nothing is reached only by typing an address: three clicks from Home lead to every page, each with its own name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from shopify_app.channels.flow.actions import ACTIONS
from shopify_app.channels.flow.triggers import TRIGGERS
from shopify_app.channels.klaviyo.events.told import EVENTS
from shopify_app.contracts.models import ContractImport
from shopify_app.edits.bulk.models import BulkJob
from shopify_app.orders.models import FulfillmentOrder
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.privacy.models import DATA_REQUEST
from shopify_app.stock import settings
from shopify_app.stock.policy import SAFE
from shopify_app.web.admin import navigation
from tests.support import brackets
from tests.web import rows, stock_rows
from tests.web.conftest import NOW, Admin

DAY = timedelta(days=1)
CLICKS = 3
ADDRESSES = {"admin.contract": 6, "admin.contracts": 3}
"""Pages of a kind that are opened on the way: what they lead to depends on what they show. Of the others, two."""
NOT_PAGES = {
    "admin.import_progress",
    "admin.home_running",
    "admin.home_week",
    "admin.view_counts",
    "admin.filter_counts",
    "admin.upcoming_days",
    "admin.bulk_progress",
    "admin.bulk_file",
    "admin.changes_file",
}
NOT_PAGES |= {
    "admin.insights_ahead",
    "admin.insights_cohorts",
    "admin.insights_file",
    "admin.upcoming_file",
    "admin.stock_file",
    "admin.privacy_report",
    "admin.stock_what_if",
}
"""Pieces that a page fetches of itself, and its files."""

DATA = re.compile(
    r"English|Deutsch|"
    r"Perennial|Shopify Flow|Klaviyo|Slack|Ethiopia|House Blend|Whole bean|Shopper\d|SKU-\d|HB-W|Save|"
    r"Rosebud Coffee|Visa|Standard|New York|US|pk_…|Vereinigte|Staaten|Königreich|Schweiz|Kanada|Australien|Japan|"
    + "|".join(each.name for each in (*EVENTS, *TRIGGERS, *ACTIONS))
)
"""Names: of goods, people, plans and countries (CLDR), and those that are the same in every language."""


@pytest.fixture
def full(admin: Admin) -> Admin:
    """A shop with a bit of everything that shows a link of its own."""
    with admin.context.db.session() as session:
        session.add(_imported(admin.shop_id))
        stock_rows.item(session, admin.shop_id, 1, "Ethiopia", 0)
        _subscriptions(session, admin.shop_id)
        session.add(_plans(admin.shop_id))
        settings.put(session, admin.shop_id, settings.PRODUCT, "gid://shopify/Product/1", SAFE)
        about = {"action": "pause", "asked": {"action": "pause"}, "about": "two", "actor": "merchant:1"}
        session.add(BulkJob(shop_id=admin.shop_id, **about, state="weighed", total=0, made_at=NOW, turn_at=NOW))
        rows.privacy_request(session, admin.shop_id, DATA_REQUEST, report={})
    stock_rows.weigh(admin.context)
    return admin


def _subscriptions(session: Session, shop_id: int) -> None:
    """One that waits for a person, a paused, a failed and a stopped one, one to try again, one with the rest."""
    parked = stock_rows.subscriber(session, shop_id, 1, 1, [2], parked_reason="Paid twice", next_charge_at=NOW + DAY)
    rows.case(session, parked, code="MERCHANT_ACCOUNT_ERROR", decline="merchant")
    rows.contract(session, shop_id, 2, status="PAUSED", next_charge_at=None)
    rows.contract(session, shop_id, 3, status="FAILED", next_charge_at=None)
    rows.contract(session, shop_id, 4, billing_stopped_at=NOW, billing_stopped_reason="asked to", next_charge_at=NOW)
    rows.case(session, rows.contract(session, shop_id, 6, next_charge_at=NOW))
    much = stock_rows.subscriber(session, shop_id, 5, 1, [3], next_charge_at=NOW + 2 * DAY)
    much.payment_method_gid = rows.card(session, shop_id, 1).shopify_gid
    much.delivery_method = {"type": "shipping", "title": "Standard", "address": {"city": "New York", "country": "US"}}
    much.discounts = [{"id": "gid://shopify/D/1", "title": "TEN", "percentage": 10, "amount": None}]
    much.lines.append(rows.line(shop_id, 50, position=1))
    nothing = {"lines": [], "delivery_price": "5", "delivery_method": None, "note": None}
    rows.cycle(session, much, 3, NOW + 4 * DAY, contents=nothing, edited=True)
    rows.cycle(session, much, 4, None, expected_at=NOW + 5 * DAY, skipped=True)
    order = rows.order(session, much, 900)
    told = {"status": "SCHEDULED", "fulfill_at": NOW + 9 * DAY, "shopify_updated_at": NOW, "number": 1}
    gids = {"contract_gid": much.shopify_gid, "shopify_gid": "gid://shopify/FulfillmentOrder/1"}
    session.add(FulfillmentOrder(shop_id=shop_id, order_id=order.id, **gids, **told))


def _imported(shop_id: int) -> ContractImport:
    done = {"phase": "done", "contracts_total": 5, "contracts_done": 5, "started_at": NOW, "finished_at": NOW}
    return ContractImport(shop_id=shop_id, next_slice_at=NOW, **done)


def _plans(shop_id: int) -> SellingPlanGroup:
    monthly = {"interval": "MONTH", "intervalCount": 1, "anchors": []}
    told = {
        "name": "M",
        "options": ["Month"],
        "billing_policy": monthly,
        "delivery_policy": monthly,
        "pricing_policies": [],
    }
    plans = [
        SellingPlan(shop_id=shop_id, shopify_gid=f"gid://shopify/SellingPlan/{number}", position=number, **told)
        for number in (1, 2)
    ]
    group = {"name": "Save", "merchant_code": "m", "options": ["Every"], "products": [], "plans": plans}
    times = {"shopify_created_at": NOW, "read_at": NOW}
    return SellingPlanGroup(shop_id=shop_id, shopify_gid="gid://shopify/SellingPlanGroup/71", **group, **times)


class Walk:
    """From page to page by what can be clicked on them, the nearest first."""

    def __init__(self, admin: Admin, clicks: int) -> None:
        self.client, self.admin = admin.client, admin
        self.reached: dict[str, int] = {}
        self.pages: dict[str, str] = {}
        self._opened: Counter[str] = Counter()
        todo = ["/"]
        for click in range(clicks + 1):
            found: list[str] = []
            for address in todo:
                found += self._visit(address, click, is_last=click == clicks)
            todo = list(dict.fromkeys(found))

    def _visit(self, address: str, click: int, *, is_last: bool) -> list[str]:
        endpoint = self._endpoint(address)
        self.reached.setdefault(endpoint, click)
        if is_last:
            most = 0 if endpoint.startswith("admin.contract_") else 1  # forms, with tests of their own
        else:
            most = ADDRESSES.get(endpoint, 2)
        if not endpoint or endpoint in NOT_PAGES or address in self.pages or self._opened[endpoint] >= most:
            return []
        self._opened[endpoint] += 1
        html = (self.admin.open if address == "/" else self.admin.get)(address).text
        self.pages[address] = html
        return [unescape(each) for each in re.findall(r'(?:href|hx-get|data-[\w-]+)="(/[^"#]*)', html)]

    def _endpoint(self, address: str) -> str:
        try:
            found = self.client.application.url_map.bind("").match(urlsplit(address).path, method="GET")[0]
        except HTTPException:
            return ""
        return found if found.startswith("admin.") else ""


def test_three_clicks_from_home_lead_to_every_page_and_each_says_what_it_is(full: Admin, monkeypatch):
    brackets.speak(monkeypatch)
    walk = Walk(full, CLICKS)
    views = {
        rule.endpoint
        for rule in full.client.application.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "GET" in rule.methods and ".old_" not in rule.endpoint
    }
    # its policy asks whether it is to be dropped: one page more, where one is
    assert views - NOT_PAGES - set(walk.reached) == {"admin.drop_stock_policy"}
    assert len(walk.pages) > 40
    for address, html in walk.pages.items():
        _is_named(address, html)
    still = {address: words for address, html in walk.pages.items() if (words := brackets.left(html, DATA))}
    assert not still


def _is_named(address: str, html: str) -> None:
    """One title and one heading, which say the same; and a way up: a link back, or the tabs with this page marked."""
    (title,) = re.findall(r"<title>(.*?) · Perennial</title>", html)
    (heading,) = re.findall(r'<s-page heading="([^"]+)"', html)
    assert heading.startswith(title.rstrip("⟧")) or address == "/", f"{address}: {title} is headed {heading}"
    marked = re.findall(r'<a href="([^"?]+)" aria-current="page">', html)
    assert marked in ([], [urlsplit(address).path])
    is_alone = urlsplit(address).path in ("/plans", "/insights")  # entries of the menu without pages beside them
    assert marked or 'slot="breadcrumb-actions"' in html or is_alone, f"{address} has no way up"


def test_the_menu_has_few_entries_and_the_addresses_below_one_begin_with_it(admin: Admin):
    with admin.client.application.test_request_context():
        menu = {entry["label"]: entry["href"] for entry in navigation.menu()}
        tabs = {section.label: [url_for(tab.endpoint) for tab in section.tabs] for section in navigation.SECTIONS}
    assert list(menu) == [
        "Home", "Subscriptions", "Payments", "Stock", "Fulfillment", "Notices", "Plans", "Insights", "Settings",
    ]  # fmt: skip
    assert all(href.startswith(menu[label]) for label, hrefs in tabs.items() for href in hrefs)
    assert f'<s-link href="{menu["Stock"]}">Stock</s-link>' in admin.open("/tasks").text


def test_old_addresses_lead_to_their_pages(admin: Admin):
    for old, new in (
        ("/changes", "/fulfillment"),
        ("/upcoming", "/fulfillment/upcoming"),
        ("/settings/flow", "/notices/flow"),
    ):
        assert f'<a href="{new}" aria-current="page">' in admin.get(old).text
