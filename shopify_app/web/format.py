"""How values read on a page: money, days, moments, rhythms. Jinja filters, in the reader's language (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton, format_time, get_day_names, get_month_names, get_timezone_location
from babel.numbers import format_currency, format_percent
from flask import Flask

from shopify_app.kit import speech
from shopify_app.kit.money import round_money
from shopify_app.kit.speech import _, locale, ngettext, numeral


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount as people write it, e.g. "$12.50"; a dash when there is none."""
    if amount is None or not currency:
        return "–"
    return str(format_currency(round_money(amount, currency), currency, locale=locale()))


def moneys(amounts: Mapping[str, Decimal]) -> str:
    """Return sums in several currencies, largest first, e.g. "$120.00 + €18.00"; empty when there are none."""
    ordered = sorted(amounts.items(), key=lambda pair: -pair[1])
    return " + ".join(money(amount, currency) for currency, amount in ordered)


def count(value: int) -> str:
    """Return a whole number with separators, e.g. "5,000"."""
    return numeral(value)


def percent(value: float) -> str:
    """Return per cent with one digit after the point if there is one, e.g. "85.4%"; German "85,4 %"."""
    share = Decimal(str(round(value, 1))) / 100
    return str(format_percent(share, locale=locale(), decimal_quantization=False))


def plural(value: int, one: str, many: str = "") -> str:
    """Return number and noun, e.g. plural(1, "charge") → "1 charge". `bin/words` collects the nouns, too."""
    return speech.ngettext(f"%(num)s {one}", f"%(num)s {many or one + 's'}", value)


def weekday(number: int) -> str:
    """Return the name of a day of the week, 0 for Monday."""
    return str(get_day_names("wide", context="stand-alone", locale=locale())[number])


def weekdays() -> tuple[str, ...]:
    """Return the names of the days, Monday first."""
    return tuple(weekday(number) for number in range(7))


def months() -> tuple[str, ...]:
    """Return the names of the months."""
    names = get_month_names("wide", context="stand-alone", locale=locale())
    return tuple(str(names[number]) for number in range(1, 13))


def day(value: date | datetime | None, zone: tzinfo = UTC) -> str:
    """Return a day, e.g. "Thu, Dec 3, 2026"; an instant is read in `zone`; a dash for None."""
    if value is None:
        return "–"
    return speech.dated(local_day(value, zone))


def short_day(value: date | datetime, zone: tzinfo = UTC) -> str:
    """Return a day without its year, e.g. "Thu, Dec 3"."""
    return _date("MMMEd", local_day(value, zone))


def full_day(value: date) -> str:
    """Return a day without its weekday, e.g. "Dec 3, 2026"."""
    return _date("yMMMd", value)


def month_day(value: date | datetime, zone: tzinfo = UTC) -> str:
    """Return a day with its month's full name, e.g. "December 3"."""
    return _date("MMMMd", local_day(value, zone))


def month(value: date) -> str:
    """Return a month and its year, e.g. "March 2027"."""
    return _date("yMMMM", value)


def clock_time(value: datetime, zone: tzinfo = UTC) -> str:
    """Return the time of day in `zone`, e.g. "9:00 AM"."""
    return _time(value.astimezone(zone).time())


def moment(value: datetime | None, zone: tzinfo = UTC) -> str:
    """Return day and time in `zone`, e.g. "Thu, Dec 3, 2026, 9:00 AM"; a dash for None."""
    return "–" if value is None else f"{day(value, zone)}, {clock_time(value, zone)}"


def city(zone: tzinfo) -> str:
    """Return the city by which Shopify names a time zone, e.g. "New York"."""
    return str(get_timezone_location(zone, locale=locale(), return_city=True))


def relative_day(value: date | datetime, today: date, zone: tzinfo = UTC) -> str:
    """Return "today", "tomorrow", "in 3 days", "2 days ago"; beyond two weeks the empty string."""
    distance = (local_day(value, zone) - today).days
    if distance in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[distance + 1]
    if abs(distance) > 14:
        return ""
    if distance > 0:
        return ngettext("in %(num)s day", "in %(num)s days", distance)
    return ngettext("%(num)s day ago", "%(num)s days ago", -distance)


def age(seconds: float) -> str:
    """Return a duration in its largest unit, e.g. "40 seconds", "5 minutes", "3 hours"."""
    if seconds >= 86400:
        return plural(int(seconds // 86400), "day")
    if seconds >= 3600:
        return plural(int(seconds // 3600), "hour")
    return plural(int(seconds // 60), "minute") if seconds >= 60 else plural(max(int(seconds), 0), "second")


def hour(value: int) -> str:
    """Return an hour of the day, e.g. 9 → "9:00 AM"."""
    return _time(time(value))


def rhythm(policy: Mapping[str, Any]) -> str:
    """Return a billing or delivery policy in words, e.g. "every month", "every 2 weeks"."""
    number, unit = int(policy["intervalCount"]), policy["interval"]
    if unit == "DAY":
        return ngettext("every day", "every %(num)s days", number)
    if unit == "WEEK":
        return ngettext("every week", "every %(num)s weeks", number)
    if unit == "MONTH":
        return ngettext("every month", "every %(num)s months", number)
    return ngettext("every year", "every %(num)s years", number)


def anchor(policy: Mapping[str, Any]) -> str:
    """Return a policy's fixed day in words, e.g. "on day 15 of the month"; empty without one (schema 2026-10)."""
    anchors = policy.get("anchors") or []
    if not anchors:
        return ""
    first = anchors[0]
    number = int(first.get("day") or 1)
    if first.get("type") == "WEEKDAY":
        return _("on %(weekday)ss", weekday=weekday((number - 1) % 7))
    if first.get("type") == "YEARDAY":
        return _("on %(day)s", day=month_day(date(2024, int(first.get("month") or 1), number)))
    return _("on day %(number)s of the month", number=number)


def beat(policy: Mapping[str, Any]) -> str:
    """Return how often, and on which fixed day if any, e.g. "every 2 weeks on Mondays"."""
    return f"{rhythm(policy)} {anchor(policy)}".strip()


def capital(words: str) -> str:
    """Return words with a capital at their front, the rest as it is: German nouns keep theirs."""
    return words[:1].upper() + words[1:]


def inner(words: str) -> str:
    """Return the words of a sentence as they read inside another: a German one keeps its capital, being a noun's."""
    return words[:1].lower() + words[1:] if locale().language == "en" else str(words)


def local_day(value: date | datetime, zone: tzinfo) -> date:
    """Return the calendar day of `value`, an instant being read in `zone`."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _date(skeleton: str, value: date) -> str:
    """A day by the fields it shows, in the order and with the signs of the language (CLDR skeletons)."""
    return str(format_skeleton(skeleton, value, locale=locale()))


def _time(value: time) -> str:
    # CLDR joins "AM" by a narrow space that many fonts draw badly
    return str(format_time(value, "short", locale=locale())).replace("\u202f", " ")


def register(app: Flask) -> None:
    """Give every template these words as filters."""
    words = (money, moneys, count, percent, plural, day, short_day, month, clock_time, moment, relative_day, age)
    app.jinja_env.filters.update({word.__name__: word for word in (*words, hour, rhythm, anchor, beat, capital)})
