"""Moving all dates of a subscription to a fixed day, on its page: the day that its rhythm knows, shown first."""

from __future__ import annotations

import pytest
from babel import Locale
from sqlalchemy import update

from shopify_app.channels.klaviyo import words
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import door
from shopify_app.edits.contract.answers import Answer
from shopify_app.edits.contract.rhythm import Frequency
from tests.web.conftest import Admin
from tests.web.test_contract_changes import _plant, _request_id

ON_8, ON_MONDAY = {"type": "MONTHDAY", "day": 8, "month": None}, {"type": "WEEKDAY", "day": 1, "month": None}
ON_MARCH_5 = {"type": "YEARDAY", "day": 5, "month": 3}


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """The door is left ajar, as in test_contract_changes."""
    seen: list[tuple] = []
    monkeypatch.setattr(door, "carry_out", lambda ctx, *what: seen.append(what) or Answer(True, "Done"))
    return seen


def _comes(admin: Admin, interval: str, count: int = 1) -> None:
    policy = {"interval": interval, "intervalCount": count}
    with admin.context.db.session() as session:
        session.execute(update(Contract).values(billing_policy=policy, delivery_policy=policy))


def test_a_month_has_days_and_what_is_shown_is_done_once_confirmed(admin: Admin, asked: list[tuple]):
    _plant(admin)
    assert "/contracts/7/day" in admin.get("/contracts/7").text
    assert 'label="Day of the month"' in admin.get("/contracts/7/day").text
    for typed in ("", "0", "32", "x"):
        answer = admin.post("/contracts/7/day", day=typed)
        assert answer.status_code == 422 and "Enter a whole number from 1 to 31." in answer.text
    html = admin.post("/contracts/7/day", day="8").text
    assert "Billed every month on day 8 of the month" in html and not asked
    admin.post("/contracts/7/day", day="8", request_id=_request_id(html))
    assert [what[0] for what in asked] == [Frequency("MONTH", 1, [ON_8 | {"cutoffDay": None}])]


def test_weeks_have_weekdays_years_have_dates_and_days_have_none(admin: Admin, asked: list[tuple]):
    _plant(admin)
    _comes(admin, "WEEK", 2)
    assert "Monday</s-option>" in admin.get("/contracts/7/day").text
    assert 'error="Choose one of the options."' in admin.post("/contracts/7/day", day="").text
    assert "every 2 weeks on Mondays" in admin.post("/contracts/7/day", day="1").text
    _comes(admin, "YEAR")
    assert "March</s-option>" in admin.get("/contracts/7/day").text
    assert "no such day" in admin.post("/contracts/7/day", day="30", month="2").text
    assert "every year on March 5" in admin.post("/contracts/7/day", day="5", month="3").text
    _comes(admin, "DAY", 10)
    assert "move single dates" in admin.get("/contracts/7/day").text
    assert admin.post("/contracts/7/day", day="1").status_code == 422 and not asked


@pytest.mark.parametrize(
    ("unit", "anchor", "english", "german"),
    [
        ("WEEK", ON_MONDAY, "Every 2 weeks, on Monday", "Alle 2 Wochen, am Montag"),
        ("MONTH", ON_8, "Every 2 months, on day 8 of the month", "Alle 2 Monate, am 8. des Monats"),
        ("YEAR", ON_MARCH_5, "Every 2 years, on March 5", "Alle 2 Jahre, am 5. März"),
    ],
)
def test_a_mail_says_the_day_in_its_language(unit: str, anchor: dict, english: str, german: str):
    policy = {"interval": unit, "intervalCount": 2, "anchors": [anchor]}
    said = [words.rhythm(policy, Locale.parse(tag)) for tag in ("en", "de", "fr")]
    assert said == [english, german, english]
