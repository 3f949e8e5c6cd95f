"""Values as a shopper reads them: money, dates, rhythms and a few sentences. Pure.

Dates and money follow the shopper's locale whatever it is. Words exist in English and German; every other language
gets English words. Babel takes long for what a batch of events says again and again (prices, the days of a week of
charges, a handful of languages), so these are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency

from shopify_app.channels.klaviyo.phrases import FALLBACK, PHRASES
from shopify_app.kit.db import Json

REMEMBERED = 4096
"""Values of each sort; the longest unused goes first."""


def locale_of(*wishes: str | None) -> Locale:
    """Return the first locale that Babel knows among tags like "fr-CA"; English when there is none."""
    return next((known for wish in wishes if wish and (known := _known_locale(wish))), Locale("en"))


def tag(locale: Locale) -> str:
    """Return a locale as a language tag, e.g. "fr-CA"."""
    return str(locale).replace("_", "-")


def language(locale: Locale) -> str:
    """Return the language in which there are words for this locale: "en" or "de"."""
    return str(locale.language) if locale.language in PHRASES else FALLBACK


def spoken(locale: Locale) -> Locale:
    """Return the locale itself where there are words for it, else English: for what is read as one text."""
    return locale if locale.language in PHRASES else Locale(FALLBACK)


def say(locale: Locale, phrase: str, /, **values: Any) -> str:
    """Return a phrase in the shopper's language, its places filled. Raises KeyError for a phrase nobody wrote."""
    return PHRASES[language(locale)][phrase].format(**values)


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Return e.g. "$93.20". Text, because Klaviyo ignores an event property that is 0."""
    return _money(amount, currency, locale)


def day(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the shop-local day, e.g. "December 5, 2026"."""
    return _day(instant.astimezone(zone).date(), locale)


def moment(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the shop-local day and time with the zone, e.g. "December 5, 2026, 9:00 AM EST"."""
    return _moment(instant, zone, locale)


def rhythm(policy: Json, locale: Locale) -> str:
    """Return e.g. "Every month" or "Every 2 weeks, on Monday" for a billing or delivery policy."""
    unit, count = str(policy["interval"]).lower(), int(policy["intervalCount"])
    often = say(locale, f"every_{unit}") if count == 1 else say(locale, f"every_{unit}s", count=count)
    return often + _fixed_day(next(iter(policy.get("anchors") or []), {}), locale)


def _fixed_day(anchor: Json, locale: Locale) -> str:
    """In the language of the words around it."""
    kind, speaks = str(anchor.get("type", "")).lower(), Locale(language(locale))
    if kind == "weekday":
        return say(locale, "on_weekday", day=speaks.days["format"]["wide"][int(anchor["day"]) - 1])
    if kind == "monthday":
        return say(locale, "on_monthday", day=anchor["day"])
    if kind == "yearday":
        at = date(2024, int(anchor["month"]), int(anchor["day"]))
        return say(locale, "on_yearday", day=format_skeleton("MMMMd", at, locale=speaks))
    return ""


def status(value: str, locale: Locale) -> str:
    """Return a contract's status in the shopper's words; one that Shopify adds some day is spelled as it is."""
    return PHRASES[language(locale)].get(f"status_{value.lower()}", value.capitalize())


def method(name: str, last_digits: str | None, locale: Locale) -> str:
    """Return a payment method in words, e.g. "Visa ending in 4242"."""
    return say(locale, "card", name=name, digits=last_digits) if last_digits else name


def items(things: Iterable[Json]) -> str:
    """Return items in one line, e.g. "2 × House Blend (250 g), 1 × Mug"."""
    return ", ".join(f"{thing['Quantity']} × {name(thing)}" for thing in things)


def name(thing: Json) -> str:
    """Return an item's name with its variant, e.g. "House Blend (250 g)"."""
    return f"{thing['ProductName']}" + (f" ({thing['VariantTitle']})" if thing.get("VariantTitle") else "")


@lru_cache(REMEMBERED)
def _known_locale(wish: str) -> Locale | None:
    try:
        return Locale.parse(wish.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(REMEMBERED)
def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(REMEMBERED)
def _day(local: date, locale: Locale) -> str:
    return str(format_date(local, format="long", locale=locale))


@lru_cache(REMEMBERED)
def _moment(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    local = instant.astimezone(zone)
    name = get_timezone_name(local, width="short", locale=locale)
    return f"{_day(local.date(), locale)}, {format_time(local, 'short', tzinfo=zone, locale=locale)} {name}"
