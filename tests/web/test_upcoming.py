"""Upcoming and the pick plan: what stands on the pages and in the files."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

from tests.web import rows
from tests.web.conftest import NOW, Admin


def _planned(admin: Admin) -> None:
    """Tomorrow one bag is due and one at risk; four weeks on there is one more."""
    tomorrow = NOW + timedelta(days=1)
    with admin.context.db.session() as session:
        sure = rows.contract(session, admin.shop_id, 9)
        rows.cycle(session, sure, 1, tomorrow)
        rows.cycle(session, sure, 2, tomorrow + timedelta(days=28))
        rows.cycle(session, rows.contract(session, admin.shop_id, 10, at_risk_since=NOW), 1, tomorrow)


def test_a_week_is_shown_day_by_day_with_what_is_certain(admin: Admin) -> None:
    days = "/fulfillment/upcoming/days"
    assert "Nothing ships in this week" in admin.get(days).text
    _planned(admin)
    page = admin.get("/upcoming").text
    assert "Tue, Dec 1, 2026 to Mon, Dec 7, 2026" in page and f'hx-get="{days}?week=0"' in page
    shown = admin.get(days).text
    assert "Wed, Dec 2, 2026" in shown
    cells = re.findall(r"<s-table-cell>(.*?)</s-table-cell>", shown)
    assert cells == ["House Blend (Whole bean)", "HB-W", "Any place", "–", "1", "1", "–"]
    assert "Week before" not in page and "week=1" in page
    later = admin.get("/upcoming?week=4").text
    assert "week=3" in later and "Wed, Dec 30, 2026" in admin.get(f"{days}?week=4").text
    assert "week=12" not in admin.get("/upcoming?week=11").text
    assert admin.get("/upcoming?week=99").text == admin.get("/upcoming?week=x").text == page
    assert admin.get(f"{days}?week=99").text == admin.get(f"{days}?week=x").text == shown
    assert admin.open("/upcoming").status_code == 200


def test_tomorrows_pick_plan_counts_what_is_sure(admin: Admin) -> None:
    _planned(admin)
    page = admin.get("/upcoming/pick").text
    assert "Pick plan, Wed, Dec 2, 2026" in page and "1 unit to pick" in page
    assert "Nothing ships on this day" in admin.get("/upcoming/pick?day=2026-12-03").text
    assert "Wed, Dec 2, 2026" in admin.get("/upcoming/pick?day=2020-01-01").text
    answer = admin.get("/upcoming.csv?day=2026-12-02")
    assert 'filename="pick-2026-12-02.csv"' in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["Day"], row["Due"], row["At risk"], row["Ships from"]) == ("2026-12-02", "1", "1", "Any place")
    assert len(list(csv.DictReader(StringIO(admin.get("/upcoming.csv").text)))) == 2
