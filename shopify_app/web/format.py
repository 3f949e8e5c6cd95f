"""How values read on a page: money, days, moments, rhythms. Jinja filters; the admin speaks English for now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from flask import Flask

from shopify_app.kit.money import round_money

LOCALE = "en_US"
_UNITS = {"DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = tuple(str(format_date(date(2024, month, 1), "MMMM", locale=LOCALE)) for month in range(1, 13))


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount as people write it, e.g. "$12.50"; a dash when there is none."""
    if amount is None or not currency:
        return "–"
    return str(format_currency(round_money(amount, currency), currency, locale=LOCALE))


def moneys(amounts: Mapping[str, Decimal]) -> str:
    """Return sums in several currencies, largest first, e.g. "$120.00 + €18.00"; empty when there are none."""
    ordered = sorted(amounts.items(), key=lambda pair: -pair[1])
    return " + ".join(money(amount, currency) for currency, amount in ordered)


def count(number: int) -> str:
    """Return a whole number with separators, e.g. "5,000"."""
    return str(format_decimal(number, locale=LOCALE))


def plural(number: int, one: str, many: str = "") -> str:
    """Return number and noun, e.g. plural(1, "charge") → "1 charge"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def day(value: date | datetime | None, zone: tzinfo = UTC) -> str:
    """Return a day, e.g. "Thu, Dec 3, 2026"; an instant is read in `zone`; a dash for None."""
    if value is None:
        return "–"
    return str(format_date(local_day(value, zone), "EEE, MMM d, y", locale=LOCALE))


def short_day(value: date | datetime, zone: tzinfo = UTC) -> str:
    """Return a day without its year, e.g. "Thu, Dec 3"."""
    return str(format_date(local_day(value, zone), "EEE, MMM d", locale=LOCALE))


def month(value: date) -> str:
    """Return a month and its year, e.g. "March 2027"."""
    return str(format_date(value, "MMMM y", locale=LOCALE))


def clock_time(value: datetime, zone: tzinfo = UTC) -> str:
    """Return the time of day in `zone`, e.g. "9:00 AM"."""
    return str(format_time(value.astimezone(zone), "h:mm a", tzinfo=zone, locale=LOCALE))


def moment(value: datetime | None, zone: tzinfo = UTC) -> str:
    """Return day and time in `zone`, e.g. "Thu, Dec 3, 2026, 9:00 AM"; a dash for None."""
    return "–" if value is None else f"{day(value, zone)}, {clock_time(value, zone)}"


def relative_day(value: date | datetime, today: date, zone: tzinfo = UTC) -> str:
    """Return "today", "tomorrow", "in 3 days", "2 days ago"; beyond two weeks the empty string."""
    distance = (local_day(value, zone) - today).days
    if distance in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[distance + 1]
    if abs(distance) > 14:
        return ""
    return f"in {distance} days" if distance > 0 else f"{-distance} days ago"


def age(seconds: float) -> str:
    """Return a duration in its largest unit, e.g. "40 seconds", "5 minutes", "3 hours"."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return plural(int(seconds // size), unit)
    return plural(max(int(seconds), 0), "second")


def hour(value: int) -> str:
    """Return an hour of the day, e.g. 9 → "9:00 AM"."""
    return f"{value % 12 or 12}:00 {'AM' if value < 12 else 'PM'}"


def rhythm(policy: Mapping[str, Any]) -> str:
    """Return a billing or delivery policy in words, e.g. "every month", "every 2 weeks"."""
    number, unit = int(policy["intervalCount"]), _UNITS[policy["interval"]]
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"


def anchor(policy: Mapping[str, Any]) -> str:
    """Return a policy's fixed day in words, e.g. "on day 15 of the month"; empty without one (schema 2026-10)."""
    anchors = policy.get("anchors") or []
    if not anchors:
        return ""
    first = anchors[0]
    number = int(first.get("day") or 1)
    if first.get("type") == "WEEKDAY":
        return f"on {WEEKDAYS[(number - 1) % 7]}s"
    if first.get("type") == "YEARDAY":
        return "on " + str(format_date(date(2024, int(first.get("month") or 1), number), "MMMM d", locale=LOCALE))
    return f"on day {number} of the month"


def beat(policy: Mapping[str, Any]) -> str:
    """Return how often, and on which fixed day if any, e.g. "every 2 weeks on Mondays"."""
    return f"{rhythm(policy)} {anchor(policy)}".strip()


def local_day(value: date | datetime, zone: tzinfo) -> date:
    """Return the calendar day of `value`, an instant being read in `zone`."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def register(app: Flask) -> None:
    """Give every template these words as filters."""
    words = (money, moneys, count, plural, day, short_day, month, clock_time, moment, relative_day, age, hour)
    app.jinja_env.filters.update({word.__name__: word for word in (*words, rhythm, anchor, beat)})
