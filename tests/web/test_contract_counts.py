"""How many subscriptions views and filters have: of the whole shop, bounded, after the page is shown."""

from __future__ import annotations

import re

from sqlalchemy import event

from shopify_app.contracts.search_models import ContractView
from shopify_app.web import language
from shopify_app.web.admin import saved
from shopify_app.web.admin.listing import counts, filters
from tests.web import rows
from tests.web.conftest import NOW, Admin

VIEWS, FILTERS = "/contracts/counts/views", "/contracts/counts/filters"


def _shop_of_six(admin: Admin) -> int:
    """Four active ones, one of them failing and yearly, two paused; another shop has one more; a view's id."""
    with admin.context.db.session() as session:
        for number in (1, 2, 3):
            rows.contract(session, admin.shop_id, number)
        yearly = {"interval": "YEAR", "intervalCount": 1}
        rows.contract(session, admin.shop_id, 4, at_risk_since=NOW, billing_policy=yearly)
        for number in (5, 6):
            rows.contract(session, admin.shop_id, number, status="PAUSED")
        rows.contract(session, rows.shop(session, "other.myshopify.com").id, 7)
        view = ContractView(
            shop_id=admin.shop_id, name="Own", query="every=1-YEAR&show=ACTIVE", made_by="m", made_at=NOW
        )
        session.add(view)
        session.flush()
        return view.id


def _views(html: str) -> dict[str, str]:
    return dict(re.findall(r'<span id="count-([\w-]+)" hx-swap-oob="innerHTML">\(([^)]*)\)</span>', html))


def _choices(html: str, field: str) -> dict[str, str]:
    select = html.split(f'<s-select id="{field}"')[1].split("</s-select>")[0]
    return dict(re.findall(r'<s-option value="([^"]+)"[^>]*>[^<]*\(([^)]*)\)</s-option>', select))


def test_each_view_and_choice_says_how_many_it_has(admin: Admin) -> None:
    own = _shop_of_six(admin)
    page = admin.get("/contracts").text
    assert f'hx-get="{VIEWS}" hx-trigger="load"' in page and f'hx-get="{FILTERS}" hx-trigger="intersect once"' in page
    numbers = _views(admin.get(VIEWS).text)
    assert set(numbers) == set(re.findall(r'<span id="count-([\w-]+)" hx-preserve="true"></span>', page))
    by_name = dict(zip(saved.BUILT_IN, list(numbers.values())[:-1], strict=True))
    assert by_name == {"All active": "4", "Failing payment": "1", "Card expiring": "0", "Paused": "2",
                       "Waiting for stock": "0", "Cancelled this month": "0"}  # fmt: skip
    assert numbers[f"saved-{own}"] == "1"

    html = admin.get(f"{FILTERS}?show=PAUSED&q=nobody").text
    shows = _choices(html, "show")
    assert set(shows) == set(filters.SHOWS), "each of them"
    assert (shows["ACTIVE"], shows["PAUSED"], shows["CANCELLED"], shows["at_risk"]) == ("4", "2", "0", "1")
    assert '<s-option value="PAUSED" selected>Paused (2)</s-option>' in html, "what is chosen stays"
    assert (_choices(html, "every")["1-YEAR"], _choices(html, "pay")["failing"]) == ("1", "1")
    assert set(_choices(html, "prepaid")) == {"yes", "no"} and 'id="product"' in html


def test_counting_stops_at_its_bound_and_says_so(admin: Admin, monkeypatch) -> None:
    _shop_of_six(admin)
    monkeypatch.setattr(counts, "MOST", 3)
    statements: list[str] = []
    event.listen(admin.context.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    numbers = _views(admin.get(VIEWS).text)
    assert (numbers["view-0"], numbers["view-3"]) == ("3+", "2")
    counting = [one for one in statements if "count(" in one]
    assert len(counting) == len(numbers) and all("LIMIT" in one for one in counting)
    monkeypatch.setattr(counts, "MOST", 1000)
    monkeypatch.setattr(counts.pages, "count", lambda session, found: found.counted + 1)
    assert "(1.000+)" in admin.get(VIEWS, **{language.HEADER: "de"}).text
