"""Values in words. Pure: no database, no request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shopify_app.billing import models as billing
from shopify_app.web import format
from shopify_app.web.admin import words
from shopify_app.web.admin.listing.pages import BadCursor, Cursor
from shopify_app.web.forms import Form

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        (Decimal("1234.5"), "USD", "$1,234.50"),
        (Decimal("1234.5"), "JPY", "¥1,235"),
        (Decimal("1.2345"), "KWD", "KWD1.235"),
        (Decimal("0"), "EUR", "€0.00"),
        (None, "USD", "–"),
        (Decimal("1"), None, "–"),
    ],
)
def test_money_has_its_currencys_digits(amount: Decimal | None, currency: str | None, read: str):
    assert format.money(amount, currency) == read


def test_a_day_is_the_shops_day():
    late = datetime(2026, 12, 2, 4, 59, tzinfo=UTC)
    assert format.day(late, NEW_YORK) == "Tue, Dec 1, 2026"
    assert format.moment(late, NEW_YORK) == "Tue, Dec 1, 2026, 11:59\u202fPM".replace("\u202f", " ")
    assert format.relative_day(late, date(2026, 12, 1), NEW_YORK) == "today"


@pytest.mark.parametrize(
    ("on", "read"),
    [(date(2026, 12, 2), "tomorrow"), (date(2026, 11, 30), "yesterday"), (date(2026, 12, 15), "in 14 days"),
     (date(2026, 12, 16), ""), (date(2026, 11, 28), "3 days ago")],
)  # fmt: skip
def test_days_near_today_have_names(on: date, read: str):
    assert format.relative_day(on, date(2026, 12, 1)) == read


@pytest.mark.parametrize(
    ("policy", "read"),
    [
        (
            {"interval": "WEEK", "intervalCount": 1, "anchors": [{"type": "WEEKDAY", "day": 7}]},
            "every week on Sundays",
        ),
        ({"interval": "DAY", "intervalCount": 10}, "every 10 days "),
        (
            {"interval": "YEAR", "intervalCount": 1, "anchors": [{"type": "YEARDAY", "day": 29, "month": 2}]},
            "every year on February 29",
        ),
    ],
)
def test_rhythms_and_anchors(policy: dict, read: str):
    assert f"{format.rhythm(policy)} {format.anchor(policy)}" == read


def test_hours_of_the_clock():
    assert [format.hour(value) for value in (0, 9, 12, 23)] == ["12:00 AM", "9:00 AM", "12:00 PM", "11:00 PM"]


def test_every_state_of_an_attempt_has_words():
    names = ["WRITTEN", "REQUESTED", "SETTLED", "FAILED", "CHALLENGED", "UNKNOWN", "DUPLICATE", "REFUSED"]
    states = {getattr(billing, name) for name in names}
    assert states == set(words.ATTEMPT)
    assert states - {billing.FAILED, billing.SETTLED} == set(words.ATTEMPT_MEANING)


def test_reasons_become_sentences():
    assert words.reason("out_of_stock") == "Out of stock."
    assert words.reason("A person decides.") == "A person decides."
    assert words.reason(None) == ""
    assert words.decline(None) == "Shopify gave no reason."
    assert words.decline("SOME_NEW_CODE") == "Shopify says some new code."


def test_a_cursor_survives_being_written():
    at = datetime(2026, 12, 1, 9, 0, 0, 123456, tzinfo=NEW_YORK)
    assert Cursor.read(str(Cursor(at, 7, 2)), backwards=True) == Cursor(at, 7, 2, backwards=True)
    for text in ("", "_", "x_1", "20261201T090000.000000_", "20261201T090000.000000_1_x"):
        with pytest.raises(BadCursor):
            Cursor.read(text, backwards=False)


def test_a_form_collects_every_mistake():
    form = Form({"a": "\x00", "b": "x" * 9, "c": ""})
    assert form.text("a", "a", longest=5) is form.text("b", "b", longest=5) is form.text("c", "c", longest=5) is None
    assert set(form.errors) == {"a", "b", "c"} and not form.is_valid
    assert Form({}).text("d", "d", longest=5, required=False) == ""
