"""The list: search, filters, and pages that neither repeat nor lose a row."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tests.web import rows
from tests.web.conftest import NOW, Admin


def _numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'clickdelegate="contract-(\d+)"', html)]


def _links(html: str) -> dict[str, str]:
    """Where the two page buttons lead, as a browser reads them."""
    found = re.findall(r'<s-button href="([^"]+)"[^>]*>(Previous|Next)<', html)
    return {name: href.replace("&amp;", "&") for href, name in found}


def _many(admin: Admin, count: int) -> None:
    """Contracts of which many share one instant, and some have no next charge."""
    with admin.context.db.session() as session:
        for number in range(1, count + 1):
            at = None if number % 10 == 0 else NOW + timedelta(days=number % 4)
            rows.contract(session, admin.shop_id, number, next_charge_at=at)


def test_pages_forward_show_every_row_once_soonest_first(admin: Admin):
    _many(admin, 120)
    path, seen, pages = "/contracts", [], 0
    while path:
        html = admin.get(path).text
        seen += _numbers(html)
        path, pages = _links(html).get("Next", ""), pages + 1
    assert pages == 3
    assert sorted(seen) == list(range(1, 121))
    assert [number % 10 for number in seen[-12:]] == [0] * 12, "contracts without a next charge come last"


def test_pages_backward_show_the_same_as_forward(admin: Admin):
    _many(admin, 120)
    first = admin.get("/contracts").text
    second = admin.get(_links(first)["Next"]).text
    third = admin.get(_links(second)["Next"]).text
    assert "Next" not in _links(third) and "Previous" not in _links(first)
    back = admin.get(_links(third)["Previous"]).text
    assert _numbers(back) == _numbers(second)
    assert _numbers(admin.get(_links(back)["Previous"]).text) == _numbers(first)


def test_a_row_that_comes_meanwhile_shifts_no_page(admin: Admin):
    _many(admin, 60)
    first = admin.get("/contracts").text
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 999, next_charge_at=NOW - timedelta(days=1))
    second = admin.get(_links(first)["Next"]).text
    assert not set(_numbers(first)) & set(_numbers(second))
    assert len(_numbers(first)) + len(_numbers(second)) == 60


def test_latest_first_turns_the_dates_and_keeps_the_dateless_last(admin: Admin):
    _many(admin, 20)
    numbers = _numbers(admin.get("/contracts?sort=latest").text)
    assert numbers[0] % 4 == 3
    assert {numbers[-1], numbers[-2]} == {10, 20}


def test_search_takes_words_in_any_order_and_no_wildcards(admin: Admin):
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 1, search_text="1\nada lovelace\nada@example.com\nhouse blend")
        rows.contract(session, admin.shop_id, 2, search_text="2\ngrace hopper\n100% arabica")
    assert _numbers(admin.get("/contracts?q=blend+ADA").text) == [1]
    assert _numbers(admin.get("/contracts?q=ada@example.com").text) == [1]
    assert _numbers(admin.get("/contracts?q=%25").text) == [], "marks alone are in no word"
    assert _numbers(admin.get("/contracts?q=100%25").text) == [2]
    assert _numbers(admin.get("/contracts?q=%231").text) == [1, 2], "a # before a number is only decoration"
    nothing = admin.get("/contracts?q=<script>nobody").text
    assert "No subscription matches" in nothing
    assert "<script>nobody" not in nothing and "&lt;script&gt;nobody" in nothing


def test_filters_by_status_and_by_what_happens_today(admin: Admin):
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 1, status="PAUSED", next_charge_at=None)
        due = rows.contract(session, admin.shop_id, 2)
        rows.cycle(session, due, 1, NOW + timedelta(hours=1))
        failed = rows.contract(session, admin.shop_id, 3)
        rows.attempt(session, failed, 1, "failed")
        flying = rows.contract(session, admin.shop_id, 4)
        rows.attempt(session, flying, 1, "unknown")
        held = rows.contract(session, admin.shop_id, 5)
        rows.cycle(session, held, 1, NOW, held_reason="out of stock")
        charged = rows.contract(session, admin.shop_id, 6)
        rows.attempt(session, charged, 1, "settled")
    shown = {show: _numbers(admin.get(f"/contracts?show={show}").text) for show in
             ("PAUSED", "due", "failed", "flying", "aside", "charged", "nonsense")}  # fmt: skip
    assert shown.pop("nonsense") == [2, 3, 4, 5, 6, 1]
    assert shown == {"PAUSED": [1], "due": [2], "failed": [3], "flying": [4], "aside": [5], "charged": [6]}


def test_every_tile_of_home_leads_to_as_many_rows_as_it_counts(admin: Admin):
    with admin.context.db.session() as session:
        for number in range(1, 4):
            contract = rows.contract(session, admin.shop_id, number)
            rows.cycle(session, contract, 1, NOW - timedelta(days=3))
    assert len(_numbers(admin.get("/contracts?show=due").text)) == 3


def test_a_card_that_will_not_last_is_seen_in_the_list(admin: Admin):
    with admin.context.db.session() as session:
        for number, expires in enumerate([date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31)], 1):
            card = rows.card(session, admin.shop_id, number, expires)
            at = NOW + timedelta(days=40)
            rows.contract(session, admin.shop_id, number, payment_method_gid=card.shopify_gid, next_charge_at=at)
        rows.contract(session, admin.shop_id, 4, next_charge_at=NOW + timedelta(days=50))
    html = admin.get("/contracts").text
    assert html.count("Card expired") == 1
    assert html.count("Card expires before the next charge") == 1
    assert html.count("No payment method") == 1


def test_nonsense_in_the_address_is_never_an_error(admin: Admin):
    _many(admin, 3)
    huge = "after=20261201T000000.000000_99999999999999999999999"
    cut = ["after=x", "after=20261201T000000.000000_x", "before=_", "after=99999999T0_1", huge]
    for query in [*cut, "q=%00", "q=%FF", "sort=;", "show[]=1", "q=" + "a" * 5000]:
        assert admin.get("/contracts?" + query).status_code == 200, query
