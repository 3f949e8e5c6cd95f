"""What an address asks the list for: read from its query, and written back the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

from shopify_app.contracts import search_words
from shopify_app.kit.speech import N_

STATUSES = ("ACTIVE", "PAUSED", "CANCELLED", "EXPIRED", "FAILED")
AT_RISK = "at_risk"
TODAYS = ("expected", "due", "charged", "failed", "flying", "aside", "parked", "short", "unexplained")
SHOWS = (*STATUSES, *TODAYS, AT_RISK)
BEST, SOONEST, LATEST = "best", "soonest", "latest"
SORTS = (SOONEST, LATEST)
LONGEST_SEARCH = 200
CHOICES = {
    "show": SHOWS,
    "pay": ("failing", "expiring", "none"),
    "stock": ("waiting",),
    "prepaid": ("yes", "no"),
    "ended": ("month",),
}
"""Field → what it may be. Anything else counts as not asked."""
DAYS = ("next_from", "next_to", "since", "until")
BAD_DAY = N_("Use a day like 2026-12-31.")
BAD_SPAN = N_("This is before the first day.")
BAD_COUNTRY = N_("Use the two letters of a country, like US.")
_NUMBER = r"\d{1,20}"
_SHAPES = {
    "every": r"[1-9]\d{0,2}-(DAY|WEEK|MONTH|YEAR)",
    "product": _NUMBER,
    "variant": _NUMBER,
    "plan": _NUMBER,
}


@dataclass(frozen=True)
class Filters:
    """A search with its filters; each but `sort` empty when not asked. Days are the shop's, the last one included.

    `every` is a rhythm like "1-MONTH"; `product`, `variant` and `plan` are numbers of Shopify ids. `errors`: field →
    what is wrong with what was typed in `typed`; such a field is not asked.
    """

    q: str = ""
    show: str = ""
    pay: str = ""
    stock: str = ""
    prepaid: str = ""
    ended: str = ""
    every: str = ""
    product: str = ""
    variant: str = ""
    plan: str = ""
    country: str = ""
    next_from: date | None = None
    next_to: date | None = None
    since: date | None = None
    until: date | None = None
    sort: str = ""
    errors: Mapping[str, str] = field(default_factory=dict, compare=False)
    typed: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def terms(self) -> list[str]:
        """What has to be found, each of it."""
        return search_words.terms(self.q)

    @property
    def order(self) -> str:
        """How rows are sorted: the best match first while something is searched, unless asked otherwise."""
        if self.sort in (SOONEST, LATEST):
            return self.sort
        return BEST if self.q else SOONEST

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but an order."""
        return not any(name != "sort" for name in self.query())

    def query(self) -> dict[str, str]:
        """Return the address's query, which `read` makes the same filters of."""
        found = {name: getattr(self, name) for name in NAMES}
        return {name: str(value) for name, value in found.items() if value}


NAMES = tuple(one.name for one in fields(Filters) if one.name not in ("errors", "typed"))


def read(args: Mapping[str, str]) -> Filters:
    """Return what a query asks for; nothing in it is ever an error of its own kind, see `Filters.errors`."""
    found: dict[str, object] = {}
    errors: dict[str, str] = {}
    found["q"] = " ".join(args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH].strip()
    for name, among in {**CHOICES, "sort": SORTS}.items():
        found[name] = args.get(name, "") if args.get(name, "") in among else ""
    for name, shape in _SHAPES.items():
        given = args.get(name, "")
        found[name] = given if given.isascii() and re.fullmatch(shape, given) else ""
    country = args.get("country", "").strip().upper()
    is_code = country.isascii() and country.isalpha() and len(country) == 2
    found["country"] = country if is_code else ""
    if country and not is_code:
        errors["country"] = BAD_COUNTRY
    for name in DAYS:
        found[name] = _day(args.get(name, "").strip(), name, errors)
    for first, last in (("next_from", "next_to"), ("since", "until")):
        low, high = found[first], found[last]
        if isinstance(low, date) and isinstance(high, date) and high < low:
            found[last], errors[last] = None, BAD_SPAN
    typed = {name: args.get(name, "")[:LONGEST_SEARCH] for name in errors}
    return Filters(**found, errors=errors, typed=typed)  # type: ignore[arg-type]


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors[name] = BAD_DAY
        return None
    if not 1970 <= day.year <= 9000:
        errors[name] = BAD_DAY
        return None
    return day
