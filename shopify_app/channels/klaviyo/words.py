"""Values as a shopper reads them: money, dates and rhythms. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency


def locale_of(*wishes: str | None) -> Locale:
    """Return the first locale that Babel knows among tags like "fr-CA"; English when there is none."""
    for wish in wishes:
        try:
            if wish:
                return Locale.parse(wish.replace("_", "-"), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Return e.g. "$93.20". Text, because Klaviyo ignores an event property that is 0."""
    return str(format_currency(amount, currency, locale=locale))


def day(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the shop-local day, e.g. "December 5, 2026"."""
    return str(format_date(instant.astimezone(zone).date(), format="long", locale=locale))


def rhythm(policy: dict[str, Any]) -> str:
    """Return e.g. "Every month" or "Every 2 weeks" for a billing or delivery policy."""
    unit, count = str(policy["interval"]).lower(), int(policy["intervalCount"])
    return f"Every {unit}" if count == 1 else f"Every {count} {unit}s"
